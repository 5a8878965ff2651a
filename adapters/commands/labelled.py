"""Labelled sets as they lie in files: what people asked, and what would have been right. Nothing half read is judged."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.rows import BadFile, json_lines, text_of

KINDS: Mapping[type, str] = {str: "a text", dict: "an object"}


def numbered(path: Path, needed: Mapping[str, type]) -> Sequence[tuple[int, dict[str, Any]]]:
    """The objects of a file with their lines; each has what is needed. Raises BadFile."""
    found: list[tuple[int, dict[str, Any]]] = []
    problems: list[str] = []
    for line, one in json_lines(text_of(path)):
        problem = one if isinstance(one, str) else _lacking(one, needed)
        if problem is not None:
            problems.append(f"{path.name}, line {line}: {problem}")
        elif isinstance(one, dict):
            found.append((line, one))
    if problems:
        raise BadFile(problems)
    if not found:
        raise BadFile([f"{path.name} is empty: write one object per line"])
    return found


def objects(path: Path, *needed: str) -> list[dict[str, Any]]:
    """As `numbered`, where only texts are needed."""
    return [one for _, one in numbered(path, dict.fromkeys(needed, str))]


def judgements(path: Path) -> dict[str, dict[str, int]]:
    """By query the documents that are right, and how right from 1 on. A headline, then query, document and relevance,
    parted by tabs. Raises BadFile.
    """
    right: dict[str, dict[str, int]] = {}
    problems: list[str] = []
    for line, fields in _fields(text_of(path)):
        try:
            query, document, relevance = fields
            how_right = int(relevance)
        except ValueError:
            problems.append(f"{path.name}, line {line}: write query, document and a whole number, parted by tabs")
            continue
        if how_right > 0:
            right.setdefault(query, {})[document] = how_right
    if problems:
        raise BadFile(problems)
    return right


def _fields(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(text.splitlines(), start=1):
        if line > 1 and row.strip():
            yield line, row.split("\t")


def _lacking(one: Mapping[str, Any], needed: Mapping[str, type]) -> str | None:
    missing = next((name for name, kind in needed.items() if not isinstance(one.get(name), kind)), None)
    return None if missing is None else f"{missing} is missing, or not {KINDS[needed[missing]]}"
