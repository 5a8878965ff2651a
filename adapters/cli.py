"""The command line: one thin function per command. What is expected to go wrong is said in a sentence, not in a trace.

Exit codes: 0 done, 1 it could not be done, 2 used in a wrong way. Heavy parts are loaded by the command that needs them.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
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
for name, group in {
    "import": imports,
    "desk": desk,
    "role": roles,
    "topics": topics,
    "domain": domains,
    "eval": evaluations,
}.items():
    app.add_typer(group, name=name, no_args_is_help=True)

Database = Annotated[str | None, typer.Option("--database", help="sqlite:///PATH or postgresql://…; else the setting.")]
Whom = Annotated[str, typer.Argument(metavar="PERSON", help="A key, an account, or a name that only one has.")]
Body = Annotated[str | None, typer.Option("--body", help="The official key of a municipality.")]


class GrantedRole(StrEnum):
    ADMIN = "admin"
    COORDINATOR = "coordinator"
    VENDOR = "vendor"


class ExportForm(StrEnum):
    JSON = "json"
    HTML = "html"


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="lotse")


# ---------------------------------------------------------------- the bot


@app.command()
def run(database: Database = None) -> None:
    """The service: every configured platform, the scheduler and the web endpoints, until SIGTERM."""
    from adapters import app as composition

    settings = _settings(database)
    _log(settings.log_level)
    _carry_out(composition.run(settings))


@app.command()
def chat(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Lines in, one JSON object per delivered message out.")
    ] = False,
    at: Annotated[str | None, typer.Option("--at", metavar="ISO", help="Set the clock; it never goes back.")] = None,
    database: Database = None,
    demo: Annotated[bool, typer.Option("--demo", help="With the demo network.")] = False,
) -> None:
    """Talk to the bot, as anybody, with a clock you move yourself; without a terminal, by lines of standard input."""
    from adapters import terminal

    _log("warning")
    raise typer.Exit(_carry_out(terminal.chat(_settings(database), as_json=as_json, at=_instant(at), with_demo=demo)))


@app.command()
def demo(database: Database = None) -> None:
    """Try it in the demo network; where nobody can type, it plays its example sentences."""
    from adapters import terminal

    _log("warning")
    raise typer.Exit(_carry_out(terminal.demo(_settings(database))))


# ---------------------------------------------------------------- the installation


@app.command()
def doctor(database: Database = None) -> None:
    """Check settings, database, folders, time, texts and sending; every problem names its remedy."""
    from adapters.doctor import examine

    settings = _settings(database)
    _log("error")

    async def look() -> bool:
        well = True
        async for finding in examine(settings):
            typer.echo(str(finding))
            well = well and finding.state != "problem"
        return well

    if not _carry_out(look()):
        raise typer.Exit(1)


@app.command()
def migrate(database: Database = None) -> None:
    """Bring the database to the newest schema, and load the register and the topics."""
    from adapters.commands import operation

    typer.echo(_carry_out(operation.migrate(_settings(database))))


@app.command()
def backup(file: Path, database: Database = None) -> None:
    """Write everything into a file, beside the running bot."""
    from adapters.commands import operation

    typer.echo(_carry_out(operation.backup(_settings(database), file)))


@app.command()
def restore(file: Path, database: Database = None) -> None:
    """Fill an empty database from a backup; erasures since then are repeated, and nothing is sent yet."""
    from adapters.commands import operation

    typer.echo(_carry_out(operation.restore(_settings(database), file)))


@app.command()
def release(database: Database = None) -> None:
    """Let messages go again that a restore has held; never those whose time is over."""
    from adapters.commands import operation

    typer.echo(_carry_out(operation.release(_settings(database))))


@app.command()
def manifest(
    out: Annotated[Path, typer.Option("--out", help="The zip file to write.")] = Path("lotse.zip"),
    tenant: Annotated[str | None, typer.Option("--tenant", help="For the registration of this tenant.")] = None,
    version: Annotated[str, typer.Option("--app-version", help="Higher than the last one uploaded.")] = "1.0.0",
) -> None:
    """Write the app package for Teams, to be uploaded in the Teams admin centre."""
    from adapters.teams.manifest import package

    settings = _settings(None)
    content = _tried(lambda: package(settings, tenant=tenant, version=version))
    _tried(lambda: out.write_bytes(content))
    typer.echo(f"{out} is written: upload it in the Teams admin centre, see docs/teams.md")


# ---------------------------------------------------------------- people


@app.command()
def export(
    person: Whom,
    form: Annotated[ExportForm, typer.Option("--form", help="For machines or to read.")] = ExportForm.JSON,
    output: Annotated[Path | None, typer.Option("--output", help="A file only you can read.")] = None,
    database: Database = None,
) -> None:
    """All that is stored about somebody."""
    from adapters.commands import people

    content = _carry_out(people.export(_settings(database), person, form.value))
    if output is None:
        typer.echo(content, nl=False)
    else:
        people.write_private(output, content)


@app.command()
def forget(
    person: Whom,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    database: Database = None,
) -> None:
    """Erase somebody, at once and everywhere."""
    from adapters.commands import people

    settings = _settings(database)
    key = _carry_out(people.key_of(settings, person))
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Erase {key}? It can't be undone.", abort=True)
    typer.echo(_carry_out(people.forget(settings, key)))


@imports.command("municipalities")
def import_municipalities(file: Path, database: Database = None) -> None:
    """Columns: ags (or key), name, state, population, lat, lon; optional: official_name, district, postcode, kind."""
    from adapters.commands import people

    typer.echo(_carry_out(people.take_municipalities(_settings(database), file)))


@imports.command("topics")
def import_topics(file: Path, database: Database = None) -> None:
    """Columns: id, label_de, label_en; optional: synonyms (separated by ;), broader, merged_into (the id of another)."""
    from adapters import app as composition
    from adapters.topic_rows import import_topics

    settings = _settings(database)

    async def taken() -> str:
        async with composition.beside(settings) as lotse:
            put, merged = await import_topics(lotse, file)
        return f"{put} topics taken" + (f", {merged} merged" if merged else "")

    typer.echo(_carry_out(taken()))


@imports.command("people")
def import_people(file: Path, database: Database = None) -> None:
    """Columns: name; optional: municipality, topics, text, function, email, phone, account, role, listing, language,
    consented_on. Without consented_on they are invited: invisible, and deleted after 30 days without a yes.
    """
    from adapters.commands import people

    typer.echo(_carry_out(people.take_people(_settings(database), file)))


@roles.command("grant")
def grant(person: Whom, role: GrantedRole, body: Body = None, database: Database = None) -> None:
    """Give somebody a role; coordinators need --body."""
    from adapters.commands import people
    from bot.model import Role

    typer.echo(_carry_out(people.grant(_settings(database), person, Role(role.value), body)))


@roles.command("revoke")
def revoke(person: Whom, role: GrantedRole, body: Body = None, database: Database = None) -> None:
    """Take a role away; the last admin keeps theirs."""
    from adapters.commands import people
    from bot.model import Role

    typer.echo(_carry_out(people.revoke(_settings(database), person, Role(role.value), body)))


# ---------------------------------------------------------------- the network


@desk.command("list")
def desk_list(database: Database = None) -> None:
    """Requests waiting for an answer, oldest first."""
    from adapters.commands import network

    lines = _carry_out(network.open_requests(_settings(database)))
    typer.echo("\n".join(lines) if lines else "nothing is waiting")


@desk.command("answer")
def desk_answer(
    key: Annotated[str, typer.Argument(metavar="ID")], text: Annotated[str, typer.Argument()], database: Database = None
) -> None:
    """Answer a request; the one who asked reads it at their next opening."""
    from adapters.commands import network

    typer.echo(_carry_out(network.answer(_settings(database), key, text)))


@topics.command("list")
def topics_list(database: Database = None) -> None:
    """All topics, by id."""
    from adapters.commands import network

    typer.echo("\n".join(_carry_out(network.topics(_settings(database)))))


@topics.command("add")
def topics_add(
    key: Annotated[str, typer.Argument(metavar="ID")],
    german: Annotated[str, typer.Argument()],
    english: Annotated[str, typer.Argument()],
    synonyms: Annotated[
        list[str] | None, typer.Option("--synonym", help="Another name; may be given repeatedly.")
    ] = None,
    broader: Annotated[str | None, typer.Option("--broader", help="The id of the broader topic.")] = None,
    database: Database = None,
) -> None:
    """Add a topic with its German and English name, or bring one up to date."""
    from adapters.commands import network
    from bot.matching.topics import Topic

    topic = Topic(id=key, label_de=german, label_en=english, synonyms=tuple(synonyms or ()), broader=broader)
    typer.echo(_carry_out(network.add_topic(_settings(database), topic)))


@topics.command("merge")
def topics_merge(
    old: Annotated[str, typer.Argument(metavar="ID")],
    into: Annotated[str, typer.Argument(metavar="INTO")],
    database: Database = None,
) -> None:
    """Make two topics one: all names, profiles and requests of the first go to the second. Can't be undone."""
    from adapters.commands import network

    typer.echo(_carry_out(network.merge_topics(_settings(database), old, into)))


@topics.command("gaps")
def topics_gaps(database: Database = None) -> None:
    """Topics that are wanted and not covered, and those people named that aren't in the table."""
    from adapters.commands import network

    lines = _carry_out(network.gaps(_settings(database)))
    typer.echo("\n".join(lines) if lines else "no gaps")


@domains.command("tie")
def domain_tie(domain: str, body: str, database: Database = None) -> None:
    """Accounts of a tenant or homeserver belong to a body, without a question. It may stand for several."""
    from adapters.commands import network

    typer.echo(_carry_out(network.tie(_settings(database), domain, body)))


@domains.command("untie")
def domain_untie(domain: str, body: str, database: Database = None) -> None:
    """Undo it."""
    from adapters.commands import network

    typer.echo(_carry_out(network.untie(_settings(database), domain, body)))


@domains.command("show")
def domain_show(domain: str, database: Database = None) -> None:
    """The bodies a domain is tied to."""
    from adapters.commands import network

    lines = _carry_out(network.ties(_settings(database), domain))
    typer.echo("\n".join(lines) if lines else "it is tied to no body")


# ---------------------------------------------------------------- understanding and matching

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command()
def understand(
    *,
    as_json: AsJson = False,
    now: Annotated[str | None, typer.Option("--now", metavar="ISO", help="The moment of writing.")] = None,
) -> None:
    """What the bot makes of the sentences of standard input, and why. Exit code 2 if a line could not be taken."""
    from adapters.commands import understanding

    reader = understanding.Reader(_moment(now))
    bad = 0
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            typer.echo(
                json.dumps(reader.read(understanding.parsed(line)), ensure_ascii=False)
                if as_json
                else reader.explained(line.strip())
            )
        except understanding.BadLine as reason:
            typer.echo(f"line {number}: {reason}", err=True)
            bad = 2
    raise typer.Exit(bad)


@app.command()
def find(
    *,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Results per line.")] = 5,
    database: Database = None,
) -> None:
    """Whom the bot would suggest for each line of standard input: a question, or {"query": …, "asker": PERSON}."""
    from adapters.commands import finding

    settings = _settings(database)
    _log("error")

    async def look() -> None:
        async for found in finding.find(settings, sys.stdin, limit):
            typer.echo(json.dumps(found, ensure_ascii=False) if as_json else finding.in_words(found))

    _carry_out(look())


@evaluations.command("search")
def eval_search(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """A folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    from adapters.commands import evaluation

    for writing, found in _tried(lambda: evaluation.search(folder)).items():
        typer.echo(
            f"{writing:<6} nDCG@10 {found.ndcg:.4f}  recall@10 {found.recall:.4f}  MRR {found.mrr:.4f}"
            f"  ({found.queries} queries)"
        )


@evaluations.command("understanding")
def eval_understanding(
    file: Path,
    *,
    now: Annotated[str, typer.Option("--now", metavar="ISO", help="The moment of writing.")] = "2026-11-23T10:00",
    mistakes: Annotated[bool, typer.Option("--mistakes", help="List what went wrong.")] = False,
) -> None:
    """A file of cases, one JSON object per line: text, lang, role, context, intent, slots."""
    from adapters.commands import evaluation
    from adapters.commands.understanding import Reader

    found = _tried(lambda: evaluation.understanding(file, Reader(_moment(now))))
    typer.echo(f"intent accuracy {found.accuracy:.3f} ({found.intents} of {found.cases})")
    typer.echo(
        f"slot F1 {found.f1:.3f} ({found.slots_right} right, {found.slots_missing} missing, {found.slots_extra} extra)"
    )
    typer.echo(f"wrong dates {found.wrong_dates}")
    for line in found.mistakes if mistakes else ():
        typer.echo(line)


# ---------------------------------------------------------------- what all commands share


def _settings(database: str | None) -> Any:
    from adapters.config import BadSettings, load

    try:
        return load(database_url=database)
    except BadSettings as bad:
        _give_up("\n".join(bad.problems), 2)


def _log(level: str) -> None:
    from adapters import log

    log.set_up(level)


def _instant(text: str | None) -> Any:
    from adapters.lines import instant

    try:
        return None if text is None else instant(text)
    except ValueError:
        _give_up("this is no time: write it like 2026-11-23T10:00", 2)


def _moment(text: str | None) -> Any:
    """An instant with its offset as people in Germany see it; now if none is given."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return (_instant(text) or datetime.now(UTC)).astimezone(ZoneInfo("Europe/Berlin"))


def _tried(work: Callable[[], T]) -> T:
    async def carried_out() -> T:
        return work()

    return _carry_out(carried_out())


def _carry_out(work: Coroutine[Any, Any, T]) -> T:
    from adapters.expected import in_words

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        said = in_words(error)
        if said is None:
            raise
        _give_up(*said)


def _give_up(text: str, code: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    main()
