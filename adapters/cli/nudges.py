"""Nudges, for operators and for those who keep their configuration in a file."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.options import AsJson, Database, carry_out, give_up, instant_of, nudges, settings_of

Name = Annotated[str, typer.Argument(help="The name of a nudge.")]
Day = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The first day it may run again.")]


@nudges.command("list")
def nudge_list(*, as_json: AsJson = False, database: Database = None) -> None:
    """All nudges with their state, next run, and how many people they mean today."""
    from adapters.commands import nudges as commands

    found = carry_out(commands.listed(settings_of(database)))
    _print(found, as_json=as_json, words="\n".join(commands.in_lines(found)) or "no nudges yet")


@nudges.command("show")
def nudge_show(name: Name, *, as_json: AsJson = False, database: Database = None) -> None:
    """One of them, with its texts and next dates."""
    from adapters.commands import nudges as commands

    data, words = carry_out(commands.shown(settings_of(database), name))
    _print([data], as_json=as_json, words=words)


@nudges.command("create")
def nudge_create(
    name: Name,
    when: Annotated[
        str, typer.Option("--when", help='In words, RRULE or cron: "every first Monday of the month at 9".')
    ],
    text: Annotated[str, typer.Option("--text", help="In German; {name}, {kommune} and {netzwerk} are filled in.")],
    *,
    to: Annotated[
        str, typer.Option("--to", help='In words, or as conditions: "without-profile; state:NW,BW".')
    ] = "all",
    english: Annotated[str | None, typer.Option("--text-en", help="In English; else the German one.")] = None,
    button: Annotated[str | None, typer.Option("--button", help="profile, lesson or topic.")] = None,
    breaks: Annotated[list[str] | None, typer.Option("--break", help="No runs then: 12-20..01-06; repeatable.")] = None,
    zone: Annotated[str, typer.Option("--zone", help="Whose clock: recipient or network.")] = "recipient",
    body: Annotated[
        str | None, typer.Option("--body", help="For this municipality alone, by its official key.")
    ] = None,
    database: Database = None,
) -> None:
    """Make a draft; nothing is sent before it is activated."""
    from adapters.commands import nudges as commands

    given: dict[str, Any] = {"name": name, "when": when, "to": to, "text": {"de": text, "en": english}, "button": button,
                             "breaks": breaks, "zone": zone, "body": body}  # fmt: skip
    typer.echo(carry_out(commands.made(settings_of(database), given)))


@nudges.command("preview")
def nudge_preview(
    name: Name,
    *,
    start: Annotated[str | None, typer.Option("--from", metavar="ISO", help="From this time on; else now.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="For so many days.")] = 31,
    as_json: AsJson = False,
    operator: Annotated[bool, typer.Option("--operator", help="With person keys; noted in the audit log.")] = False,
    database: Database = None,
) -> None:
    """Who would get it when, and who not, and why; nothing is sent."""
    from adapters.commands import nudges as commands

    work = commands.preview(settings_of(database), name, instant_of(start), days, keys=operator)
    lines = carry_out(work)
    words = "\n".join(
        f"{one['instant']}  {one['person'] or '-':<24}  {one['platform'] or '-':<8}  {'' if one['planned'] else 'not sent: '}{one['reason'] or ''}".rstrip()
        for one in lines
    )
    _print(lines, as_json=as_json, words=words or "no runs in this time")


@nudges.command("activate")
def nudge_activate(name: Name, database: Database = None) -> None:
    """From now on it is sent at its times."""
    _move(name, "activate", database)


@nudges.command("pause")
def nudge_pause(name: Name, until: Day = None, database: Database = None) -> None:
    """What falls into the pause is left out, and not made up for."""
    _move(name, "pause", database, until=until)


@nudges.command("resume")
def nudge_resume(name: Name, database: Database = None) -> None:
    """End a pause."""
    _move(name, "resume", database)


@nudges.command("stop")
def nudge_stop(
    name: Name,
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Only the numbers of its runs stay.")] = False,
    database: Database = None,
) -> None:
    """No more runs, unless it is activated again."""
    _move(name, "stop", database, delete=delete)


@nudges.command("stats")
def nudge_stats(name: Name, *, as_json: AsJson = False, database: Database = None) -> None:
    """What became of its runs, in sums that add up; nobody is named."""
    from adapters.commands import nudges as commands

    data, words = carry_out(commands.stats(settings_of(database), name))
    _print(data, as_json=as_json, words=words)


@nudges.command("apply")
def nudge_apply(file: Path, database: Database = None) -> None:
    """Make the nudges as a TOML file says: all of it or nothing, and twice is once."""
    from adapters.commands import nudges as commands

    lines = carry_out(commands.applied(settings_of(database), file))
    typer.echo("\n".join(lines) if lines else "the file has no [[nudge]]")


def _move(name: str, event: str, database: str | None, *, until: str | None = None, delete: bool = False) -> None:
    from adapters.commands import nudges as commands
    from bot.nudges.model import NudgeEvent

    try:
        day = None if until is None else datetime.fromisoformat(until).date()
    except ValueError:
        give_up("this is no day: write it like 2027-02-01", 2)
    typer.echo(carry_out(commands.moved(settings_of(database), name, NudgeEvent(event), until=day, delete=delete)))


def _print(lines: Any, *, as_json: bool, words: str) -> None:
    typer.echo("\n".join(json.dumps(one, ensure_ascii=False) for one in lines) if as_json else words)
