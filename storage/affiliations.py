"""Who belongs to which body, since when, until when, and how we know."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update

from bot.model import Affiliation, Body, Source
from storage.bodies import FIELDS as BODY_FIELDS
from storage.prepared import Prepared, among
from storage.tables import affiliations, bodies
from storage.transaction import Transaction

_FIELDS = [affiliations.c[name] for name in Affiliation.__slots__]
_TRUST = list(Source)  # best confirmed first


def _in_force(on: ColumnElement[date] | date | None) -> ColumnElement[bool]:
    """`until` is the first day on which it no longer holds."""
    open_ended = affiliations.c.until.is_(None)
    return open_ended if on is None else (affiliations.c.since <= on) & or_(open_ended, affiliations.c.until > on)


_OF_ALL = (
    select(affiliations.c.person, affiliations.c.source, affiliations.c.since, *BODY_FIELDS)
    .join(bodies, bodies.c.key == affiliations.c.body)
    .where(among(affiliations.c.person, "people"))
)
_DAY = bindparam("on", type_=affiliations.c.since.type)
_BODIES_EVER = Prepared(_OF_ALL.where(_in_force(None)))
_BODIES = Prepared(_OF_ALL.where(_in_force(_DAY)))
_OF = Prepared(select(*_FIELDS).where(affiliations.c.person == bindparam("who"), _in_force(_DAY)))


class AffiliationStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def of(self, person: str, on: date) -> Sequence[Affiliation]:
        """Best confirmed first, the newest first among equals."""
        rows = await self._in.rows(_OF, {"who": person, "on": on})
        return sorted(
            (Affiliation(**row) for row in rows), key=lambda one: (_TRUST.index(one.source), -one.since.toordinal())
        )

    async def main(self, people: Iterable[str], on: date | None) -> dict[str, Body]:
        given: dict[str, Any] = {"people": list(people)}
        found = _BODIES_EVER if on is None else _BODIES
        if on is not None:
            given["on"] = on
        best: dict[str, tuple[tuple[int, int], Body]] = {}
        for row in await self._in.rows(found, given):
            person, rank = row["person"], (_TRUST.index(row["source"]), -row["since"].toordinal())
            if person not in best or rank < best[person][0]:
                best[person] = rank, Body(**{name: row[name] for name in Body.__slots__})
        return {person: body for person, (_, body) in best.items()}

    async def add(self, affiliation: Affiliation) -> None:
        await self.end(affiliation.person, affiliation.source, affiliation.since)
        await self._in.run(affiliations.insert(), asdict(affiliation))

    async def end(self, person: str, source: Source, on: date) -> None:
        """One that began that day or later has never been in force, and goes."""
        same = (affiliations.c.person == person) & (affiliations.c.source == source)
        await self._in.run(delete(affiliations).where(same, affiliations.c.until.is_(None), affiliations.c.since >= on))
        ended = update(affiliations).where(same, or_(affiliations.c.until.is_(None), affiliations.c.until > on))
        await self._in.run(ended.values(until=on))
