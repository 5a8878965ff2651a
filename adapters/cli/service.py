"""Running the bot, talking to it, and looking after its installation."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.options import (
    Database,
    app,
    carry_out,
    instant_of,
    log_at,
    settings_of,
    tried,
)


@app.command()
def run(database: Database = None) -> None:
    """The service: every configured platform, the scheduler and the web endpoints, until SIGTERM."""
    from adapters import app as composition

    settings = settings_of(database)
    log_at(settings.log_level)
    carry_out(composition.run(settings))


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

    log_at("warning")
    raise typer.Exit(
        carry_out(terminal.chat(settings_of(database), as_json=as_json, at=instant_of(at), with_demo=demo))
    )


@app.command()
def demo(database: Database = None) -> None:
    """Try it in the demo network; where nobody can type, it plays its example sentences."""
    from adapters import terminal

    log_at("warning")
    raise typer.Exit(carry_out(terminal.demo(settings_of(database))))


@app.command()
def doctor(database: Database = None) -> None:
    """Check settings, database, folders, time, texts and sending; every problem names its remedy."""
    from adapters.doctor import examine

    settings = settings_of(database)
    log_at("error")

    async def look() -> bool:
        well = True
        async for finding in examine(settings):
            typer.echo(str(finding))
            well = well and finding.state != "problem"
        return well

    if not carry_out(look()):
        raise typer.Exit(1)


@app.command()
def migrate(database: Database = None) -> None:
    """Bring the database to the newest schema, and load the register and the topics."""
    from adapters.commands import operation

    typer.echo(carry_out(operation.migrate(settings_of(database))))


@app.command()
def backup(file: Path, database: Database = None) -> None:
    """Write everything into a file, beside the running bot."""
    from adapters.commands import operation

    typer.echo(carry_out(operation.backup(settings_of(database), file)))


@app.command()
def restore(file: Path, database: Database = None) -> None:
    """Fill an empty database from a backup; erasures since then are repeated, and nothing is sent yet."""
    from adapters.commands import operation

    typer.echo(carry_out(operation.restore(settings_of(database), file)))


@app.command()
def release(database: Database = None) -> None:
    """Let messages go again that a restore has held; never those whose time is over."""
    from adapters.commands import operation

    typer.echo(carry_out(operation.release(settings_of(database))))


@app.command()
def manifest(
    out: Annotated[Path, typer.Option("--out", help="The zip file to write.")] = Path("lotse.zip"),
    tenant: Annotated[str | None, typer.Option("--tenant", help="For the registration of this tenant.")] = None,
    version: Annotated[str, typer.Option("--app-version", help="Higher than the last one uploaded.")] = "1.0.0",
) -> None:
    """Write the app package for Teams, to be uploaded in the Teams admin centre."""
    from adapters.teams.manifest import package

    settings = settings_of(None)
    content = tried(lambda: package(settings, tenant=tenant, version=version))
    tried(lambda: out.write_bytes(content))
    typer.echo(f"{out} is written: upload it in the Teams admin centre, see docs/teams.md")
