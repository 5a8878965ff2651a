"""People: taken in from files, their roles, their data, their end."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.options import (
    Body,
    Database,
    Whom,
    app,
    carry_out,
    imports,
    roles,
    settings_of,
    tried,
)


class GrantedRole(StrEnum):
    ADMIN = "admin"
    COORDINATOR = "coordinator"
    VENDOR = "vendor"


class ExportForm(StrEnum):
    JSON = "json"
    HTML = "html"


@app.command()
def export(
    person: Whom,
    form: Annotated[ExportForm, typer.Option("--form", help="For machines or to read.")] = ExportForm.JSON,
    output: Annotated[Path | None, typer.Option("--output", help="A file only you can read.")] = None,
    database: Database = None,
) -> None:
    """All that is stored about somebody."""
    from adapters.commands import people

    content = carry_out(people.export(settings_of(database), person, form.value))
    if output is None:
        typer.echo(content, nl=False)
    else:
        tried(lambda: people.write_private(output, content))


@app.command()
def forget(
    person: Whom,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    database: Database = None,
) -> None:
    """Erase somebody, at once and everywhere."""
    from adapters.commands import people

    settings = settings_of(database)
    key = carry_out(people.key_of(settings, person))
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Erase {key}? It can't be undone.", abort=True)
    typer.echo(carry_out(people.forget(settings, key)))


@imports.command("municipalities")
def import_municipalities(file: Path, database: Database = None) -> None:
    """Columns: ags (or key), name, state, population, lat, lon; optional: official_name, district, postcode, kind."""
    from adapters.commands import people

    typer.echo(carry_out(people.take_municipalities(settings_of(database), file)))


@imports.command("topics")
def import_topics(file: Path, database: Database = None) -> None:
    """Columns: id, label_de, label_en; optional: synonyms (separated by ;), broader, merged_into (the id of another)."""
    from adapters.beside import beside
    from adapters.topic_rows import import_topics

    settings = settings_of(database)

    async def taken() -> str:
        async with beside(settings, make=True) as lotse:
            put, merged = await import_topics(lotse, file)
        return f"{put} topics taken" + (f", {merged} merged" if merged else "")

    typer.echo(carry_out(taken()))


@imports.command("people")
def import_people(file: Path, database: Database = None) -> None:
    """Columns: name; optional: municipality, topics, text, function, email, phone, account, role, listing, language,
    consented_on. Without consented_on they are invited: invisible, and deleted after 30 days without a yes.
    """
    from adapters.commands import people

    typer.echo(carry_out(people.take_people(settings_of(database), file)))


@roles.command("list")
def list_roles(database: Database = None) -> None:
    """Who has which role, with the municipality it is for."""
    from adapters.commands import people

    lines = carry_out(people.all_roles(settings_of(database)))
    typer.echo("\n".join(lines) if lines else "nobody has a role beyond staff")


@roles.command("grant")
def grant(person: Whom, role: GrantedRole, body: Body = None, database: Database = None) -> None:
    """Give somebody a role; coordinators need --body."""
    from adapters.commands import people
    from bot.model import Role

    typer.echo(carry_out(people.grant(settings_of(database), person, Role(role.value), body)))


@roles.command("revoke")
def revoke(person: Whom, role: GrantedRole, body: Body = None, database: Database = None) -> None:
    """Take a role away; the last admin keeps theirs."""
    from adapters.commands import people
    from bot.model import Role

    typer.echo(carry_out(people.revoke(settings_of(database), person, Role(role.value), body)))
