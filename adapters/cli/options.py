"""What the commands share: the groups they belong to, their options, and how failures are said."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(
    name="lotse",
    help="Lotse brings staff of German municipalities together. Settings: LOTSE_… in the environment, or lotse.toml.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
imports = typer.Typer(help="Take municipalities or people from CSV or JSON lines: all of a file, or nothing.")
desk = typer.Typer(help="Requests to the network office.")
roles = typer.Typer(help="Who is network office, coordinator, vendor.")
topics = typer.Typer(help="The table of topics.")
evaluations = typer.Typer(help="How good search and understanding are, on labelled sets.")
domains = typer.Typer(help="Which tenants and homeservers stand for which municipality.")
nudges = typer.Typer(help="Reminders to many: when, to whom, what, and what became of them.")
matrix = typer.Typer(help="The bot's Matrix account.")
for name, group in {
    "import": imports,
    "desk": desk,
    "role": roles,
    "topics": topics,
    "domain": domains,
    "nudge": nudges,
    "matrix": matrix,
    "eval": evaluations,
}.items():
    app.add_typer(group, name=name, no_args_is_help=True)

Database = Annotated[str | None, typer.Option("--database", help="sqlite:///PATH or postgresql://…; else the setting.")]
Whom = Annotated[str, typer.Argument(metavar="PERSON", help="A key, an account, or a name that only one has.")]
Body = Annotated[str | None, typer.Option("--body", help="The official key of a municipality.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def settings_of(database: str | None) -> Any:
    from adapters.config import BadSettings, load

    try:
        return load(database_url=database)
    except BadSettings as bad:
        give_up("\n".join(bad.problems), 2)


def log_at(level: str) -> None:
    from adapters import log

    log.set_up(level)


def instant_of(text: str | None) -> Any:
    from adapters.lines import instant

    try:
        return None if text is None else instant(text)
    except ValueError:
        give_up("this is no time: write it like 2026-11-23T10:00", 2)


def moment_of(text: str | None) -> Any:
    """An instant with its offset as people in Germany see it; now if none is given."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return (instant_of(text) or datetime.now(UTC)).astimezone(ZoneInfo("Europe/Berlin"))


def tried(work: Callable[[], T]) -> T:
    async def carried_out() -> T:
        return work()

    return carry_out(carried_out())


def carry_out(work: Coroutine[Any, Any, T]) -> T:
    from adapters.expected import in_words

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        said = in_words(error)
        if said is None:
            raise
        give_up(*said)


def give_up(text: str, code: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(code)
