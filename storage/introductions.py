"""Introductions with their history, and what was handed over in them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, delete, func, select, update

from bot.model import Handover, Introduction, IntroductionState, Step
from bot.ports import Conflict, Load
from storage.prepared import Prepared, among
from storage.tables import handovers, introductions, steps
from storage.transaction import Transaction

_FIELDS = [introductions.c[name] for name in Introduction.__slots__]
_NEWEST_FIRST = select(*_FIELDS).order_by(introductions.c.created_at.desc(), introductions.c.serial.desc())
_OF_ENQUIRY = Prepared(_NEWEST_FIRST.where(introductions.c.enquiry == bindparam("which")))
_ASKED_BY = Prepared(_NEWEST_FIRST.where(introductions.c.asker == bindparam("who")))
_ASKED_OF = Prepared(
    _NEWEST_FIRST.where(introductions.c.contact == bindparam("who"), introductions.c.state != IntroductionState.DRAFT)
)
_LOADS = Prepared(
    select(
        introductions.c.contact,
        func.max(introductions.c.asked_at).label("last_asked"),
        func.count().filter(introductions.c.state == IntroductionState.ASKED).label("open"),
    )
    .where(among(introductions.c.contact, "people"))
    .group_by(introductions.c.contact)
    .having(func.max(introductions.c.asked_at).is_not(None))
)


class IntroductionStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, introduction: Introduction) -> None:
        await self._in.run(introductions.insert(), asdict(introduction))

    async def get(self, key: str) -> Introduction | None:
        found = await self._in.row(select(*_FIELDS).where(introductions.c.key == key))
        return None if found is None else Introduction(**found)

    async def save(self, introduction: Introduction, *, was: IntroductionState) -> None:
        seen = (introductions.c.key == introduction.key) & (introductions.c.state == was)
        if not await self._in.count(update(introductions).where(seen).values(asdict(introduction))):
            raise Conflict("the introduction has moved on")

    async def discard(self, key: str) -> None:
        draft = (introductions.c.key == key) & (introductions.c.state == IntroductionState.DRAFT)
        await self._in.run(delete(introductions).where(draft))

    async def asked_by(self, person: str) -> Sequence[Introduction]:
        return await self._list(_ASKED_BY, who=person)

    async def asked_of(self, person: str) -> Sequence[Introduction]:
        return await self._list(_ASKED_OF, who=person)

    async def of_enquiry(self, enquiry: str) -> Sequence[Introduction]:
        """Newest first, drafts among them."""
        return await self._list(_OF_ENQUIRY, which=enquiry)

    async def note(self, step: Step) -> None:
        await self._in.run(steps.insert(), asdict(step))

    async def steps(self, introduction: str) -> Sequence[Step]:
        """Oldest first."""
        fields = [steps.c[name] for name in Step.__slots__]
        found = await self._in.rows(select(*fields).where(steps.c.introduction == introduction).order_by(steps.c.id))
        return [Step(**row) for row in found]

    async def hand_over(self, handover: Handover) -> None:
        await self._in.run(handovers.insert(), asdict(handover))

    async def handed_to(self, person: str) -> Sequence[Handover]:
        """Newest first."""
        fields = [handovers.c[name] for name in Handover.__slots__]
        found = select(*fields).where(handovers.c.to == person).order_by(handovers.c.at.desc(), handovers.c.id.desc())
        return [Handover(**row) for row in await self._in.rows(found)]

    async def loads(self, people: Iterable[str]) -> dict[str, Load]:
        rows = await self._in.rows(_LOADS, {"people": list(people)})
        return {row["contact"]: Load(last_asked=row["last_asked"], open=row["open"]) for row in rows}

    async def _list(self, statement: Prepared, **given: str) -> Sequence[Introduction]:
        return [Introduction(**row) for row in await self._in.rows(statement, given)]
