"""What people are looking for, the demand they noted, and how often they searched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, or_, select, update

from bot.model import Enquiry, Filters
from storage.prepared import Prepared, Row
from storage.tables import enquiries, introductions, searches
from storage.transaction import Transaction

_FIELDS = [enquiries.c[name] for name in Enquiry.__slots__]
_CHANGING = [name for name in Enquiry.__slots__ if name not in ("key", "asker")]
_GET = Prepared(select(*_FIELDS).where(enquiries.c.key == bindparam("enquiry")))
_NEWEST_FIRST = (
    select(*_FIELDS)
    .where(enquiries.c.asker == bindparam("who"))
    .order_by(enquiries.c.at.desc(), enquiries.c.serial.desc())
)
_OF = Prepared(_NEWEST_FIRST)
_LAST = Prepared(_NEWEST_FIRST.limit(1))
_ONE = update(enquiries).where(enquiries.c.key == bindparam("enquiry"))
_SAVE = Prepared(_ONE)
_REFINE = Prepared(_ONE.where(~select(introductions.c.key).where(introductions.c.enquiry == enquiries.c.key).exists()))
_WHO = bindparam("who", type_=searches.c.asker.type)
_SO_FAR = (
    select(func.count())
    .select_from(searches)
    .where(searches.c.asker == _WHO, searches.c.at > bindparam("since"))
    .scalar_subquery()
)
_SEARCHED = Prepared(
    searches.insert()
    .inline()
    .from_select(
        ["asker", "at"],
        select(_WHO, bindparam("now", type_=searches.c.at.type)).where(bindparam("at_most", type_=Integer) > _SO_FAR),
    )
)
_ADD = Prepared(enquiries.insert().inline())


class EnquiryStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, enquiry: Enquiry) -> None:
        await self._in.run(_ADD, {"key": enquiry.key, "asker": enquiry.asker, **_values(enquiry)})

    async def get(self, key: str) -> Enquiry | None:
        found = await self._in.row(_GET, {"enquiry": key})
        return None if found is None else _enquiry(found)

    async def save(self, enquiry: Enquiry) -> None:
        await self._in.run(_SAVE, {"enquiry": enquiry.key, **_values(enquiry)})

    async def refine(self, was: Enquiry, now: Enquiry) -> bool:
        changed = {name: value for name in _CHANGING if (value := getattr(now, name)) != getattr(was, name)}
        if "filters" in changed:
            changed["filters"] = _as_data(now.filters)
        return await self._in.count(_REFINE, {"enquiry": was.key, **changed, "at": now.at}) == 1

    async def last(self, asker: str) -> Enquiry | None:
        found = await self._in.row(_LAST, {"who": asker})
        return None if found is None else _enquiry(found)

    async def of(self, asker: str) -> Sequence[Enquiry]:
        """Newest first."""
        return [_enquiry(row) for row in await self._in.rows(_OF, {"who": asker})]

    async def demands(self, topic: str | None, text: str) -> Sequence[Enquiry]:
        """Oldest first: who has waited longest comes first. Words are compared letter case apart."""
        words = and_(enquiries.c.topic.is_(None), enquiries.c.text != "")
        found = await self._in.rows(
            select(*_FIELDS)
            .where(
                enquiries.c.demand_noted_at.is_not(None),
                enquiries.c.demand_met_at.is_(None),
                words if topic is None else or_(enquiries.c.topic == topic, words),
            )
            .order_by(enquiries.c.demand_noted_at, enquiries.c.key)
        )
        wanted = text.casefold().strip()
        return [
            _enquiry(row)
            for row in found
            if (topic is not None and row["topic"] == topic) or (wanted and row["text"].casefold().strip() == wanted)
        ]

    async def count_search(self, asker: str, at: datetime, *, since: datetime, at_most: int) -> bool:
        values = {"who": asker, "now": at, "since": since, "at_most": at_most}
        return await self._in.count(_SEARCHED, values) == 1


def _values(enquiry: Enquiry) -> dict[str, Any]:
    """What may change of it."""
    values = {name: getattr(enquiry, name) for name in _CHANGING}
    values["filters"] = _as_data(enquiry.filters)
    return values


def _as_data(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in Filters.__slots__}


def _enquiry(row: Row) -> Enquiry:
    return Enquiry(**{**row, "filters": Filters(**row["filters"])})
