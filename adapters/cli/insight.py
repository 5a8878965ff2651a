"""What the bot makes of sentences, whom it would suggest, and how good both are."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.options import (
    AsJson,
    Database,
    app,
    carry_out,
    evaluations,
    log_at,
    moment_of,
    settings_of,
    tried,
)


@app.command()
def understand(
    *,
    as_json: AsJson = False,
    now: Annotated[str | None, typer.Option("--now", metavar="ISO", help="The moment of writing.")] = None,
) -> None:
    """What the bot makes of the sentences of standard input, and why. Exit code 2 if a line could not be taken."""
    from adapters.commands import understanding
    from adapters.commands.standard_input import BadLine, numbered

    reader = understanding.Reader(moment_of(now))
    bad = 0
    for number, line in numbered(sys.stdin.buffer):
        try:
            if isinstance(line, BadLine):
                raise line
            said = json.dumps(reader.read(understanding.parsed(line)), ensure_ascii=False) if as_json else None
            typer.echo(reader.explained(line) if said is None else said)
        except BadLine as reason:
            bad = _named(number, reason)
    raise typer.Exit(bad)


@app.command()
def find(
    *,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Results per line.")] = 5,
    database: Database = None,
) -> None:
    """Whom the bot would suggest for each line of standard input: a question, or {"query": …, "asker": PERSON}. Exit
    code 2 if a line could not be taken.
    """
    from adapters.commands import finding
    from adapters.commands.standard_input import BadLine

    settings = settings_of(database)
    log_at("error")

    async def look() -> int:
        bad = 0
        async for number, found in finding.find(settings, sys.stdin.buffer, limit):
            if isinstance(found, BadLine):
                bad = _named(number, found)
            else:
                typer.echo(json.dumps(found, ensure_ascii=False) if as_json else finding.in_words(found))
        return bad

    raise typer.Exit(carry_out(look()))


def _named(number: int, reason: Exception) -> int:
    """The exit code that goes with it."""
    typer.echo(f"line {number}: {reason}", err=True)
    return 2


@evaluations.command("search")
def eval_search(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """A folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    from adapters.commands import evaluation

    for writing, found in tried(lambda: evaluation.search(folder)).items():
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

    found = tried(lambda: evaluation.understanding(file, Reader(moment_of(now))))
    typer.echo(f"intent accuracy {found.accuracy:.3f} ({found.intents} of {found.cases})")
    typer.echo(
        f"slot F1 {found.f1:.3f} ({found.slots_right} right, {found.slots_missing} missing, {found.slots_extra} extra)"
    )
    typer.echo(f"wrong dates {found.wrong_dates}")
    for line in found.mistakes if mistakes else ():
        typer.echo(line)


@app.command(hidden=True)
def learn() -> None:
    """Make bot/languages/learned.npz anew from the examples beside it: after an example was added. About a minute."""
    from adapters.commands import learning

    found = tried(lambda: learning.learn(learning.examples(), learning.reader()))
    path = learning.store(found)
    typer.echo(f"{path}: {len(found.intents)} intents, {len(found.rows.named)} features of texts")
