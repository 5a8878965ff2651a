"""People and what they say of themselves: consent, offers, blocks and roles."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, null, select, type_coerce, update

from bot.model import Affiliation, Body, Consent, Offer, Person, Role, Source
from bot.ports import Changes, Conflict
from storage.affiliations import AffiliationStore
from storage.marks import raise_mark
from storage.prepared import Prepared, among
from storage.tables import blocks, changes, consents, marks, offers, people, roles
from storage.transaction import Transaction

ACTIVE_FOR = timedelta(hours=1)  # since the last time it was written down; what looks at it counts days and months

_FIELDS = [people.c[name] for name in Person.__slots__]
_ONE = select(*_FIELDS).where(people.c.key == bindparam("person_key"))
_GET = Prepared(_ONE)
_LOCK = Prepared(_ONE.with_for_update())
_MANY = Prepared(select(*_FIELDS).where(among(people.c.key, "people_keys")))
_WROTE = Prepared(
    update(people)
    .where(people.c.key == bindparam("person_key"))
    .values(active_at=bindparam("new_active_at"), silences=0)
)
_CONSENT_FIELDS = [consents.c[name] for name in Consent.__slots__]
_OFFER_FIELDS = [offers.c[name] for name in Offer.__slots__]
_OFFERS = Prepared(
    select(*_OFFER_FIELDS).where(among(offers.c.person, "people_keys")).order_by(offers.c.declared_at, offers.c.key)
)
_CONSENTS = Prepared(
    select(*_CONSENT_FIELDS)
    .where(consents.c.person == bindparam("person_key"))
    .order_by(consents.c.given_at, consents.c.id)
)
_BLOCKED = Prepared(
    select(blocks.c.other)
    .where(blocks.c.person == bindparam("person_key"))
    .union(select(blocks.c.person).where(blocks.c.other == bindparam("person_key")))
)
_BLOCKED_AMONG = Prepared(
    select(blocks.c.person, blocks.c.other)
    .where(among(blocks.c.person, "people_keys"))
    .union(select(blocks.c.other, blocks.c.person).where(among(blocks.c.other, "people_keys")))
)
_ROLES = Prepared(
    select(roles.c.role, roles.c.body).where(roles.c.person == bindparam("person_key")).order_by(roles.c.id)
)
_CHANGES = Prepared(
    select(changes.c.person, changes.c.mark.label("mark"))
    .where(changes.c.mark > bindparam("after"))
    .union_all(select(type_coerce(null(), changes.c.person.type), marks.c.value).where(marks.c.name == "topics"))
    .order_by("mark")
)


def folded(name: str) -> str:
    """Letter case and blanks apart."""
    return " ".join(name.casefold().split())


class PersonStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction
        self._affiliations = AffiliationStore(transaction)
        self._changed: set[str] = set()

    # ------------------------------------------------------------ the profile

    async def add(self, person: Person) -> None:
        await self._in.run(people.insert(), {**asdict(person), "folded_name": folded(person.name)})
        self._changed.add(person.key)

    async def get(self, key: str) -> Person | None:
        found = await self._in.row(_GET, {"person_key": key})
        return None if found is None else Person(**found)

    async def many(self, keys: Iterable[str]) -> dict[str, Person]:
        rows = await self._in.rows(_MANY, {"people_keys": list(keys)})
        return {row["key"]: Person(**row) for row in rows}

    async def lock(self, key: str) -> Person | None:
        found = await self._in.row(_LOCK, {"person_key": key})
        return None if found is None else Person(**found)

    async def save(self, person: Person) -> None:
        """Raises Conflict if the person has been erased in the meantime."""
        values = {**asdict(person), "folded_name": folded(person.name)}
        if not await self._in.count(update(people).where(people.c.key == person.key).values(values)):
            raise Conflict("the person is gone")
        self._changed.add(person.key)

    async def wrote(self, key: str, at: datetime) -> Person | None:
        person = await self.lock(key)
        if person is None or person.invited_until is not None:
            return None
        if person.silences == 0 and at - person.active_at < ACTIVE_FOR:
            return person
        await self._in.run(_WROTE, {"person_key": key, "new_active_at": at})
        return replace(person, active_at=at, silences=0)

    async def by_name(self, name: str) -> Sequence[Person]:
        found = select(*_FIELDS).where(people.c.folded_name == folded(name)).order_by(people.c.key)
        return [Person(**row) for row in await self._in.rows(found)]

    def touch(self, keys: Iterable[str]) -> None:
        """They were changed past this store: the index has to take them in again."""
        self._changed |= set(keys)

    @property
    def touched(self) -> frozenset[str]:
        return frozenset(self._changed | self._in.erased)

    # ------------------------------------------------------------ consent

    async def consent(self, person: str) -> Consent | None:
        in_force = [one for one in await self.consents(person) if one.withdrawn_at is None]
        return in_force[-1] if in_force else None

    async def consents(self, person: str) -> Sequence[Consent]:
        """Oldest first."""
        return [Consent(**row) for row in await self._in.rows(_CONSENTS, {"person_key": person})]

    async def add_consent(self, consent: Consent) -> None:
        await self._in.run(consents.insert(), asdict(consent))
        self._changed.add(consent.person)

    async def withdraw_consent(self, person: str, at: datetime) -> None:
        in_force = update(consents).where(consents.c.person == person, consents.c.withdrawn_at.is_(None))
        await self._in.run(in_force.values(withdrawn_at=at))
        self._changed.add(person)

    # ------------------------------------------------------------ where they work

    async def affiliations(self, person: str, on: date) -> Sequence[Affiliation]:
        return await self._affiliations.of(person, on)

    async def bodies_of(self, people: Iterable[str], on: date | None = None) -> dict[str, Body]:
        return await self._affiliations.main(people, on)

    async def affiliate(self, affiliation: Affiliation) -> None:
        await self._affiliations.add(affiliation)
        self._changed.add(affiliation.person)

    async def end_affiliation(self, person: str, source: Source, on: date) -> None:
        await self._affiliations.end(person, source, on)
        self._changed.add(person)

    # ------------------------------------------------------------ what they offer and want

    async def offers(self, person: str) -> Sequence[Offer]:
        return (await self.offers_of([person])).get(person, ())

    async def offers_of(self, people: Iterable[str]) -> dict[str, Sequence[Offer]]:
        """Oldest first; people without any are left out."""
        found: dict[str, list[Offer]] = {}
        for row in await self._in.rows(_OFFERS, {"people_keys": list(people)}):
            found.setdefault(row["person"], []).append(Offer(**row))
        return dict(found)

    async def add_offer(self, offer: Offer) -> None:
        same = (
            offers.c.topic == offer.topic
            if offer.topic is not None
            else offers.c.topic.is_(None) & (offers.c.text == offer.text)
        )
        await self._in.run(delete(offers).where(offers.c.person == offer.person, offers.c.kind == offer.kind, same))
        await self._in.run(offers.insert(), asdict(offer))
        self._changed.add(offer.person)

    async def remove_offer(self, key: str) -> None:
        person = await self._in.value(delete(offers).where(offers.c.key == key).returning(offers.c.person))
        if person is not None:
            self._changed.add(person)

    # ------------------------------------------------------------ blocks and roles

    async def blocked(self, person: str) -> frozenset[str]:
        return frozenset(await self._in.column(_BLOCKED, {"person_key": person}))

    async def blocked_among(self, people: Iterable[str]) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in await self._in.rows(_BLOCKED_AMONG, {"people_keys": list(people)}):
            found.setdefault(row["person"], set()).add(row["other"])
        return {person: frozenset(others) for person, others in found.items()}

    async def block(self, person: str, other: str, at: datetime) -> None:
        statement = self._in.insert(blocks).values(person=person, other=other, at=at)
        await self._in.run(statement.on_conflict_do_nothing())
        self._changed |= {person, other}

    async def unblock(self, person: str, other: str) -> None:
        await self._in.run(delete(blocks).where(blocks.c.person == person, blocks.c.other == other))
        self._changed |= {person, other}

    async def blocked_by(self, person: str) -> Sequence[str]:
        newest = select(blocks.c.other).where(blocks.c.person == person).order_by(blocks.c.at.desc(), blocks.c.other)
        return list(await self._in.column(newest))

    async def roles(self, person: str) -> Sequence[tuple[Role, str | None]]:
        return [(row["role"], row["body"] or None) for row in await self._in.rows(_ROLES, {"person_key": person})]

    async def grant(self, person: str, role: Role, body: str | None, at: datetime) -> None:
        statement = self._in.insert(roles).values(person=person, role=role, body=body or "", granted_at=at)
        await self._in.run(statement.on_conflict_do_nothing())
        self._changed.add(person)

    async def revoke(self, person: str, role: Role, body: str | None) -> None:
        await self._in.run(delete(roles).where(roles.c.person == person, roles.c.role == role, _for(body)))
        self._changed.add(person)

    async def with_role(self, role: Role, body: str | None = None) -> Sequence[str]:
        """Those granted it, and those whose own role it is."""
        granted = select(roles.c.person).where(roles.c.role == role, _for(body))
        if body is None:
            return sorted(await self._in.column(granted.union(select(people.c.key).where(people.c.role == role))))
        return sorted(await self._in.column(granted))

    async def all_roles(self) -> Sequence[tuple[str, Role, str | None]]:
        own = select(people.c.key, people.c.role).where(people.c.role != Role.STAFF)
        found = {(row["key"], row["role"], "") for row in await self._in.rows(own)}
        granted = await self._in.rows(select(roles.c.person, roles.c.role, roles.c.body))
        found |= {(row["person"], row["role"], row["body"] or "") for row in granted}
        with_bodies = {(person, role) for person, role, body in found if body}
        kept = [one for one in found if one[2] or one[:2] not in with_bodies]
        return [
            (person, role, body or None) for person, role, body in sorted(kept, key=lambda one: (one[1].value, one))
        ]

    # ------------------------------------------------------------ looking over all of them

    async def changed_since(self, mark: int) -> Changes:
        """What this unit of work itself changed is reported after its commit."""
        topics, changed = 0, []
        for row in await self._in.rows(_CHANGES, {"after": mark}):
            if row["person"] is None:
                topics = row["mark"]
            else:
                mark = row["mark"]
                changed.append(row["person"])
        return Changes(topics=topics, people=mark, changed=changed)

    async def inactive_since(self, instant: datetime) -> Sequence[str]:
        """Neither wrote nor were added after `instant`; invited people have their own date."""
        return await self._keys(people.c.active_at <= instant, people.c.invited_until.is_(None))

    async def unconfirmed_since(self, instant: datetime) -> Sequence[str]:
        return await self._keys(people.c.confirmed_at <= instant, people.c.invited_until.is_(None))

    async def invitations_over(self, instant: datetime) -> Sequence[str]:
        return await self._keys(people.c.invited_until <= instant)

    async def _keys(self, *conditions: ColumnElement[bool]) -> Sequence[str]:
        return await self._in.column(select(people.c.key).where(*conditions).order_by(people.c.key))

    async def flush(self) -> None:
        """Writes down who changed; last before the commit (see `storage/marks.py`)."""
        changed = self.touched
        self._changed = set()
        if not changed:
            return
        mark = await raise_mark(self._in, "people")
        statement = self._in.insert(changes)
        await self._in.run(
            statement.on_conflict_do_update(index_elements=["person"], set_={"mark": statement.excluded.mark}),
            [{"person": key, "mark": mark} for key in sorted(changed)],
        )


def _for(body: str | None) -> ColumnElement[bool]:
    return func.coalesce(roles.c.body, "") == (body or "")
