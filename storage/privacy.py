"""Export and erasure of a person, driven by the tags of the columns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, delete, func, or_, select, type_coerce, update

from bot.kinds import Kind
from bot.model import IntroductionState
from bot.ports import ERASED
from storage.columns import Erase, Holds, dumps, metadata, tag_of
from storage.people import folded
from storage.prepared import Row
from storage.tables import accounts, enquiries, introductions, nudge_sends, offers, outbox, people, tombstones, visits
from storage.transaction import Transaction

_OUTCOME = {
    IntroductionState.DRAFT: "draft",
    IntroductionState.WITHDRAWN: "withdrawn",
    IntroductionState.MEDIATED: "mediated",
    IntroductionState.TALKED: "mediated",
    IntroductionState.SETTLED: "mediated",
}
_THEIR_WORDS = frozenset({Kind.RELAY, Kind.HANDOVER})  # to the other side of an introduction


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """The keys under which a person is found, and the words that would give them away."""

    person: str
    accounts: frozenset[str]
    theirs: frozenset[str]  # keys of what belongs to them and goes with them
    shared: frozenset[str]  # introductions that others asked of them: those stay
    words: frozenset[str]  # what can only mean them: name, addresses, numbers, what they wrote
    vague: frozenset[str]  # what means them where the introduction is known to be with them

    def holding(self, holds: Holds | None) -> frozenset[str]:
        match holds:
            case Holds.ACCOUNT:
                return self.accounts
            case Holds.OBJECT:
                return self.theirs | self.accounts | {self.person}
            case _:
                return frozenset({self.person})


class PrivacyStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def everything(self, person: str) -> dict[str, Any]:
        """An asker's introductions tell the outcome only where it tells nothing of what the other side did."""
        traces = await self._traces(person)
        found: dict[str, Any] = {}
        for table in metadata.sorted_tables:
            rows = [row for row in await self._exported(table, traces) if row]
            if rows:
                found[table.name] = rows
        return found

    async def erase(self, person: str, at: datetime | None) -> None:
        """In others' rows the person becomes `bot.ports.ERASED`; a message promised to an account of theirs in the
        same unit of work is still delivered. `at` is None for an erasure that is repeated after a restore.
        """
        traces = await self._traces(person)
        reach = select(accounts.c.account, accounts.c.platform, accounts.c.address)
        for row in await self._in.rows(reach.where(accounts.c.account.in_(traces.accounts))):
            self._in.farewell[row["account"]] = row["platform"], row["address"]
        for table in reversed(metadata.sorted_tables):
            await self._replace(table, traces)
            if rows_of := _tied(table, traces):
                await self._in.run(delete(table).where(or_(*rows_of)))
            await self._drop_named(table, traces)
        statement = self._in.insert(tombstones).values(person=person, at=at)
        await self._in.run(statement.on_conflict_do_nothing())
        self._in.erased.add(person)

    async def tombstones(self) -> Sequence[str]:
        return await self._in.column(select(tombstones.c.person))

    async def _traces(self, person: str) -> Traces:
        me = await self._in.row(select(people).where(people.c.key == person))
        mine = await self._in.rows(select(accounts).where(accounts.c.person == person))
        asked = await self._in.rows(
            select(introductions.c.key, introductions.c.reason).where(introductions.c.asker == person)
        )
        shared = await self._in.column(select(introductions.c.key).where(introductions.c.contact == person))
        wanted = await self._in.rows(select(enquiries.c.key, enquiries.c.sentence).where(enquiries.c.asker == person))
        offered = await self._in.column(select(offers.c.key).where(offers.c.person == person))
        visiting = await self._in.column(select(visits.c.key).where(visits.c.guest == person))
        hosting = await self._in.column(select(visits.c.key).where(visits.c.host == person))
        names = {row["name"] for row in mine}
        words = (
            {row["account"] for row in mine} | {row["reason"] for row in asked} | {row["sentence"] for row in wanted}
        )
        vague: set[str | None] = set()
        if me is not None:
            names.add(me["name"])
            words |= {me["email"], me["phone"]}
            vague.add(me["function"])
        folds = [folded(name) for name in names]
        namesakes = select(people.c.folded_name).where(people.c.key != person, people.c.folded_name.in_(folds))
        shared_names = set(await self._in.column(namesakes))
        for name in names:
            (vague if folded(name) in shared_names else words).add(name)
        return Traces(
            person=person,
            accounts=frozenset(row["account"] for row in mine),
            theirs=frozenset({row["key"] for row in (*asked, *wanted)} | set(offered) | set(visiting)),
            shared=frozenset({*shared, *hosting}),
            words=frozenset(word for word in words if word),
            vague=frozenset(word for word in vague if word),
        )

    async def _exported(self, table: Table, traces: Traces) -> Sequence[dict[str, Any]]:
        ties = [declared for declared in table.c if _ties(declared)]
        if not ties:
            return []
        key = list(table.primary_key.columns)
        found = select(table).where(or_(*(tie.in_(traces.holding(tag_of(tie).holds)) for tie in ties)))
        exported = []
        for row in await self._in.rows(found.order_by(*key)):
            if table is outbox and row["sent_at"] is None:
                continue  # it would tell before its time how somebody else answered
            by = {tie.name for tie in ties if row[tie.name] in traces.holding(tag_of(tie).holds)}
            values = {
                declared.name: _value(row[declared.name])
                for declared in table.c
                if tag_of(declared).export & (by | {"*"}) and row[declared.name] is not None
            }
            if table is introductions and "asker" in by:
                values["outcome"] = _OUTCOME.get(row["state"], "no_commitment")
            if table is nudge_sends:
                state = await self._in.value(select(outbox.c.state).where(outbox.c.key == row["message"]))
                values["outcome"] = "delivered" if state == "sent" else "not_delivered"
            exported.append(values)
        return exported

    async def _drop_named(self, table: Table, traces: Traces) -> None:
        """Others' rows that name the person. Few rows still have a text, so they are read and looked through."""
        columns = [declared for declared in table.c if tag_of(declared).erase is Erase.ROW_IF_NAMED]
        if not columns:
            return
        (key,) = table.primary_key.columns
        hints = [table.c[name] for name in ("about", "kind", "holds_personal") if name in table.c]
        fields = [key, *hints, *(_text(declared).label(declared.name) for declared in columns)]
        found = await self._in.rows(select(*fields).where(or_(*(declared.is_not(None) for declared in columns))))
        plain = _any_of(traces.words | {traces.person} | traces.theirs)
        known = _any_of(traces.words | {traces.person} | traces.theirs | traces.vague)

        def speaks_of(row: Row) -> bool:
            """Whether the row names the person, carries their words, or would lead to them."""
            about = row.get("about")
            shared = about in traces.shared
            if about in traces.theirs or (shared and (row.get("holds_personal") or row.get("kind") in _THEIR_WORDS)):
                return True
            text = "\n".join(row[declared.name] or "" for declared in columns)
            return (known if shared else plain).search(text) is not None

        if named := [row[key.name] for row in found if speaks_of(row)]:
            await self._in.run(delete(table).where(key.in_(named)))

    async def _replace(self, table: Table, traces: Traces) -> None:
        """The person in others' rows."""
        blank = {
            declared.name: None if declared.nullable else ()
            for declared in table.c
            if tag_of(declared).erase is Erase.BLANK
        }
        for declared in table.c:
            match tag_of(declared).erase:
                case Erase.MARK:
                    marked = update(table).where(declared == traces.person)
                    await self._in.run(marked.values({declared.name: ERASED, **blank}))
                case Erase.REPLACE:
                    named = update(table).where(_text(declared).contains(traces.person, autoescape=True))
                    new = func.replace(_text(declared), traces.person, ERASED)
                    await self._in.run(named.values({declared: new}))
                case _:
                    pass


def _ties(declared: Column[Any]) -> bool:
    tag = tag_of(declared)
    return tag.erase is Erase.ROW or (tag.erase is Erase.MARK and tag.holds is Holds.PERSON)


def _tied(table: Table, traces: Traces) -> list[ColumnElement[bool]]:
    """Rows of the person."""
    return [
        declared.in_(traces.holding(tag_of(declared).holds))
        for declared in table.c
        if tag_of(declared).erase is Erase.ROW
    ]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words as they are written in JSON, and in the JSON of an intent inside of that."""
    once = [dumps(word)[1:-1] for word in words]
    twice = [dumps(word)[1:-1] for word in once]
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in {*once, *twice})})(?!\w)")


def _text(declared: Column[Any]) -> ColumnElement[str]:
    """The column as it is stored, whatever it means."""
    return type_coerce(declared, Text())


def _value(value: Any) -> Any:
    """As a JSON value."""
    match value:
        case StrEnum():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
