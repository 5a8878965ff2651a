"""Topics from a file: new ones, other names, two that become one; all of a file, or nothing."""

import re
from pathlib import Path

from adapters.app import Lotse
from adapters.rows import BadFile, BadRow, Row, rows
from bot.flows.topics import MAX_NAME
from bot.matching.topics import Topic

COLUMNS = frozenset({"id", "label_de", "label_en", "synonyms", "broader", "merged_into"})
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


async def import_topics(lotse: Lotse, path: Path) -> tuple[int, int]:
    """How many were taken, and how many of the table were merged into others. Raises BadFile."""
    found = rows(path, COLUMNS)
    async with lotse.storage.unit() as uow:
        known = {one.id: one for one in await uow.topics.all()}
        put: list[Topic] = []
        merged: list[tuple[str, str]] = []
        problems: list[str] = []
        ids = {str(row.values.get("id", "")).strip() for row in found} | set(known)
        for row in found:
            try:
                if into := row.text("merged_into"):
                    merged.append(_merger(row, into, known, ids))
                else:
                    put.append(_topic(row, ids))
            except BadRow as reason:
                problems.append(f"line {row.line}: {reason}")
        if problems:
            raise BadFile(problems)
        if put:
            await uow.topics.put(*put)
        for old, into in merged:
            there = {one.id: one for one in await uow.topics.all()}
            if old not in there or into not in there:
                raise BadFile([f"{old} can't be merged into {into}: one of them was merged by a line before"])
            await uow.topics.merge(there[old], there[into])
        await uow.audit.note(lotse.now(), "operator", "import.topics", rows=len(put), merged=len(merged))
        await uow.commit()
    return len(put), len(merged)


def _topic(row: Row, ids: set[str]) -> Topic:
    broader = row.text("broader")
    if broader is not None and (broader not in ids or broader == row.needed("id")):
        raise BadRow(f"there is no broader topic {broader!r}")
    names = (row.text("synonyms", longest=2_000) or "").split(";")
    return Topic(
        id=_id(row),
        label_de=_label(row, "label_de"),
        label_en=_label(row, "label_en"),
        synonyms=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
        broader=broader,
    )


def _merger(row: Row, into: str, known: dict[str, Topic], ids: set[str]) -> tuple[str, str]:
    old = _id(row)
    if old not in known:
        raise BadRow(f"there is no topic {old!r} to be merged")
    if into not in ids or into == old:
        raise BadRow(f"there is no other topic {into!r}")
    return old, into


def _id(row: Row) -> str:
    found = row.needed("id")
    if not ID.fullmatch(found):
        raise BadRow("the id of a topic has up to 40 small letters, digits and '-'")
    return found


def _label(row: Row, name: str) -> str:
    found = row.needed(name)
    if len(found) > MAX_NAME:
        raise BadRow(f"{name} has more than {MAX_NAME} characters")
    return found
