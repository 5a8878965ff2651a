"""Lines of standard input: one that can't be taken is named, and doesn't keep the others from being answered."""

from collections.abc import Iterator
from typing import BinaryIO

from bot.rules import Rules

LONGEST = Rules().max_text  # characters, as in the chat


class BadLine(Exception):
    """Why a line can't be taken; names the remedy."""


def numbered(stream: BinaryIO) -> Iterator[tuple[int, str | BadLine]]:
    """Those that aren't blank, without line ends of either kind and the mark that some editors put in front."""
    for number, raw in enumerate(stream, start=1):
        try:
            line = raw.decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            yield number, BadLine(f"byte {error.start + 1} is no UTF-8: save the lines as UTF-8")
            continue
        if len(line) > LONGEST:
            yield number, BadLine(f"{len(line):,} characters, at most {LONGEST:,} are read: write less")
        elif line:
            yield number, line
