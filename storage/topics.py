"""The table of topics, with a mark that rises when it or the register changes, and what of it is missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace

from sqlalchemy import delete, select, update

from bot.matching.topics import Gap, Topic, names_of, same_name
from storage.marks import raise_mark, read_mark
from storage.tables import desk_requests, enquiries, introductions, offers, subscriptions, topics
from storage.transaction import Transaction

_FIELDS = [topics.c[name] for name in Topic.__slots__]
_EVER = select(*_FIELDS).order_by(topics.c.id)
_ALL = _EVER.where(topics.c.merged_into.is_(None))
_NAMING = (enquiries, introductions, desk_requests, offers, subscriptions)  # tables with a topic


class TopicStore:
    def __init__(self, transaction: Transaction, touched: Callable[[Iterable[str]], None]) -> None:
        """`touched`: whose entry in the index is no longer right."""
        self._in = transaction
        self._touched = touched

    async def all(self) -> Sequence[Topic]:
        return [Topic(**row) for row in await self._in.rows(_ALL)]

    async def mark(self) -> int:
        return await read_mark(self._in, "topics")

    async def put(self, topic: Topic, *more: Topic) -> None:
        """Adds topics, or brings those there are up to date; free text that names one becomes this topic."""
        for one in (topic, *more):
            await self._keep([one])
            await self._adopt(one)

    async def ship(self, shipped: Iterable[Topic]) -> None:
        """The topics of a release: names that were added stay, and what was merged stays merged."""
        known = {row["id"]: Topic(**row) for row in await self._in.rows(_EVER)}
        there = {row["id"] for row in await self._in.rows(_ALL)}
        await self._keep(
            [
                replace(one, synonyms=_together(one.synonyms, known[one.id].synonyms)) if one.id in known else one
                for one in shipped
                if one.id in there or one.id not in known
            ]
        )

    async def merge(self, topic: Topic, into: Topic) -> None:
        there = {one.id: one for one in await self.all()}
        topic, into = there[topic.id], there[into.id]
        named = [name for name in names_of(topic) if name not in (into.label_de, into.label_en)]
        await self._keep([replace(into, synonyms=_together(into.synonyms, named))])
        held = select(offers.c.person, offers.c.kind, offers.c.key, offers.c.topic)
        rows = await self._in.rows(held.where(offers.c.topic.in_([topic.id, into.id])))
        both = {(row["person"], row["kind"]) for row in rows if row["topic"] == into.id}
        moved = [row for row in rows if row["topic"] == topic.id]
        twice = [row["key"] for row in moved if (row["person"], row["kind"]) in both]
        if twice:
            await self._in.run(delete(offers).where(offers.c.key.in_(twice)))
        for table in _NAMING:
            await self._in.run(update(table).where(table.c.topic == topic.id).values(topic=into.id))
        await self._in.run(update(topics).where(topics.c.broader == topic.id).values(broader=into.id))
        await self._in.run(
            update(topics).where(topics.c.id == into.id, topics.c.broader == into.id).values(broader=None)
        )
        await self._in.run(update(topics).where(topics.c.id == topic.id).values(merged_into=into.id))
        self._touched(row["person"] for row in moved)

    async def gaps(self) -> Sequence[Gap]:
        noted = select(enquiries.c.topic, enquiries.c.text, enquiries.c.asker).where(
            enquiries.c.demand_noted_at.is_not(None), enquiries.c.demand_met_at.is_(None), enquiries.c.text != ""
        )
        free = select(offers.c.text, offers.c.person).where(offers.c.topic.is_(None), offers.c.kind == "offer")
        askers: dict[str, set[str]] = {}
        offered: Counter[str] = Counter()
        named: dict[str, tuple[str | None, str]] = {}
        for row in await self._in.rows(noted.order_by(enquiries.c.demand_noted_at, enquiries.c.key)):
            key = row["topic"] or same_name(row["text"])
            askers.setdefault(key, set()).add(row["asker"])
            named.setdefault(key, (row["topic"], row["text"]))
        for row in await self._in.rows(free.order_by(offers.c.declared_at, offers.c.key)):
            key = same_name(row["text"])
            offered[key] += 1
            named.setdefault(key, (None, row["text"]))
        found = [
            Gap(topic=topic, text=text, asked=len(askers.get(key, ())), offered=offered[key])
            for key, (topic, text) in named.items()
        ]
        return sorted(found, key=lambda gap: (-gap.asked, -gap.offered, gap.text.casefold()))

    async def _keep(self, added: Sequence[Topic]) -> None:
        statement = self._in.insert(topics)
        new = {name: statement.excluded[name] for name in Topic.__slots__ if name != "id"}
        await self._in.run(
            statement.on_conflict_do_update(index_elements=["id"], set_={**new, "merged_into": None}),
            [asdict(one) for one in added],
        )
        await raise_mark(self._in, "topics")

    async def _adopt(self, topic: Topic) -> None:
        names = {same_name(name) for name in names_of(topic)}
        free = select(offers.c.key, offers.c.person, offers.c.text).where(offers.c.topic.is_(None))
        meant = [row for row in await self._in.rows(free) if same_name(row["text"]) in names]
        if meant:
            keys = [row["key"] for row in meant]
            await self._in.run(update(offers).where(offers.c.key.in_(keys)).values(topic=topic.id))
            self._touched(row["person"] for row in meant)
        wanted = select(enquiries.c.key, enquiries.c.text).where(enquiries.c.topic.is_(None))
        keys = [row["key"] for row in await self._in.rows(wanted) if same_name(row["text"]) in names]
        if keys:
            await self._in.run(update(enquiries).where(enquiries.c.key.in_(keys)).values(topic=topic.id))


def _together(names: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    """Without those that are the same name written differently."""
    return tuple({same_name(name): name for name in (*more, *names)}.values())
