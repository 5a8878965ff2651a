"""The Matrix account, for operators."""

from pathlib import Path

import typer

from adapters.cli.options import carry_out, matrix, settings_of


@matrix.command("export-identity")
def export_identity(file: Path) -> None:
    """Write the account's cross-signing identity into a file for the safe."""
    from adapters.commands import matrix as commands

    typer.echo(carry_out(commands.export_identity(settings_of(None), file)))


@matrix.command("import-identity")
def import_identity(file: Path) -> None:
    """Take in an identity that was exported, before `lotse run` signs a new device with it."""
    from adapters.commands import matrix as commands

    typer.echo(carry_out(commands.import_identity(settings_of(None), file)))


@matrix.command("recover-identity")
def recover_identity() -> None:
    """Take in the identity that another client made, with its recovery key; the key is asked for, or read from a pipe."""
    from adapters.commands import matrix as commands

    typed = typer.prompt("Recovery key", hide_input=True, err=True)
    typer.echo(carry_out(commands.recover_identity(settings_of(None), typed)))
