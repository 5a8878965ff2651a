"""Files of rows, as CSV or as one JSON object per line, read into values by column, each with the line it begins on."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_PROBLEMS = 20  # named at once


class BadFile(Exception):
    """Nothing was taken from the file; each problem names its line and the reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        left = len(problems) - MOST_PROBLEMS
        more = [f"… and {left} more"] if left > 0 else []
        self.problems = [*problems[:MOST_PROBLEMS], *more]
        super().__init__("\n".join(self.problems))


class BadRow(Exception):
    """Why a row can't be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    line: int
    values: Mapping[str, Any]

    def text(self, name: str, *, longest: int = 200) -> str | None:
        """None where nothing stands. Raises BadRow."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise BadRow(f"{name} is no text")
        found = str(value).strip()
        if len(found) > longest:
            raise BadRow(f"{name} has {len(found)} characters, at most {longest} can be taken")
        if any(not letter.isprintable() and letter not in "\n\t" for letter in found):
            raise BadRow(f"{name} holds control characters")
        return found or None

    def needed(self, name: str) -> str:
        found = self.text(name)
        if found is None:
            raise BadRow(f"{name} is missing")
        return found

    def number(self, name: str, lowest: float, highest: float) -> float:
        try:
            found = float(self.needed(name))
        except ValueError:
            raise BadRow(f"{name} is no number") from None
        if not lowest <= found <= highest:
            raise BadRow(f"{name} is not between {lowest:g} and {highest:g}")
        return found

    def several(self, name: str) -> list[str]:
        """A list in JSON; in CSV parted by semicolons, or by commas where there are none."""
        value = self.values.get(name)
        if isinstance(value, list):
            if not all(isinstance(part, str) for part in value):
                raise BadRow(f"{name} is no list of texts")
            parts = value
        else:
            text = self.text(name, longest=2000) or ""
            parts = text.split(";" if ";" in text else ",")
        return [part.strip() for part in parts if part.strip()]


def text_of(path: Path) -> str:
    """Without the mark that some editors put in front. Raises BadFile."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile([f"{path.name} can't be read ({error.strerror}): give the path of a file"]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadFile([f"line {line}: no UTF-8; save the file as UTF-8"]) from None


def rows(path: Path, columns: frozenset[str]) -> list[Row]:
    """JSON or CSV: told by the name's ending, else by the first character. Raises BadFile."""
    text = text_of(path)
    as_json = path.suffix in (".jsonl", ".ndjson", ".json") or (path.suffix != ".csv" and text.lstrip()[:1] == "{")
    found: list[Row] = []
    problems: list[str] = []
    for line, values in json_lines(text) if as_json else _csv(text):
        if isinstance(values, str):
            problems.append(f"line {line}: {values}")
        elif unknown := sorted(set(values) - columns):
            problems.append(f"line {line}: unknown column {unknown[0]!r}; there are {', '.join(sorted(columns))}")
            break  # the others are no better
        else:
            found.append(Row(line=line, values=values))
    if problems:
        raise BadFile(problems)
    if not found:
        raise BadFile([f"{path.name} has no rows"])
    return found


def json_lines(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Of each line that isn't blank its number and its object, or what is wrong with it."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError:
            yield number, "no JSON; write one object per line"
            continue
        yield number, values if isinstance(values, dict) else 'no object; write {"name": …}'


def _csv(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        last = 1  # the line on which the row before ended; a quoted text may span several
        for values in reader:
            first, last = last + 1, reader.line_num
            if None in values:
                yield first, f"more fields than columns; put a text with {delimiter!r} in quotes"
            else:
                yield first, {str(name).strip(): value for name, value in values.items()}
    except csv.Error as error:
        yield reader.line_num, f"no CSV ({error})"
