"""What is known of members when an audience is made up: read in a handful of statements, however many they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from bot.audiences import Facts
from bot.model import AccountRow, IntroductionState, Person, Role
from bot.posting import home_of
from bot.visit_states import VisitState
from storage.affiliations import AffiliationStore
from storage.tables import accounts, consents, introductions, offers, people, roles
from storage.transaction import Transaction
from storage.visit_tables import visits

LOOK_BACK = timedelta(days=400)  # for visits and introductions
_PERSON = [people.c[name] for name in Person.__slots__]
_ACCOUNT = [accounts.c[name] for name in AccountRow.__slots__]
_MEDIATED = (IntroductionState.MEDIATED, IntroductionState.TALKED, IntroductionState.SETTLED)


async def members(tx: Transaction, on: date, only: Collection[str] | None) -> Sequence[Facts]:
    """Everybody with a consent in force, or those of `only` among them, by key."""

    def of(statement: Select[Any], *columns: Any) -> Select[Any]:
        return statement if only is None else statement.where(or_(*(column.in_(list(only)) for column in columns)))

    agreed = select(consents.c.person).where(consents.c.withdrawn_at.is_(None))
    found = select(*_PERSON).where(people.c.key.in_(agreed), people.c.invited_until.is_(None)).order_by(people.c.key)
    persons = [Person(**row) for row in await tx.rows(of(found, people.c.key))]
    bodies = await AffiliationStore(tx).main((one.key for one in persons), on) if only is not None else await _bodies(tx, persons, on)  # fmt: skip
    theirs = defaultdict(list)
    seen = (
        select(*_ACCOUNT).where(accounts.c.person.is_not(None)).order_by(accounts.c.seen_at.desc(), accounts.c.account)
    )
    for row in await tx.rows(of(seen, accounts.c.person)):
        theirs[row["person"]].append(AccountRow(**row))
    offered: dict[tuple[str, str], set[str]] = defaultdict(set)
    declared = select(offers.c.person, offers.c.kind, offers.c.topic, offers.c.text)
    for row in await tx.rows(of(declared, offers.c.person)):
        offered[row["person"], row["kind"]].add(row["topic"] or row["text"])
    granted: dict[str, set[Role]] = defaultdict(set)
    for row in await tx.rows(of(select(roles.c.person, roles.c.role), roles.c.person)):
        granted[row["person"]].add(row["role"])
    days = await _days(tx, on, of)
    facts = []
    for person in persons:
        home = home_of(person, theirs[person.key])
        last = home or next(iter(theirs[person.key]), None)
        facts.append(
            Facts(
                person=person,
                body=bodies.get(person.key),
                account=home.account if home else None,
                platform=last.platform if last else None,
                offers=frozenset(offered[person.key, "offer"]),
                wants=frozenset(offered[person.key, "want"]),
                roles=frozenset(granted[person.key] | {person.role}),
                guest_on=tuple(days["guest"][person.key]),
                host_on=tuple(days["host"][person.key]),
                introduced_on=tuple(days["introduced"][person.key]),
                asked_on=tuple(days["asked"][person.key]),
            )
        )
    return facts


async def _bodies(tx: Transaction, persons: Iterable[Person], on: date) -> dict[str, Any]:
    """Databases bound the number of parameters."""
    keys = [one.key for one in persons]
    found: dict[str, Any] = {}
    for start in range(0, len(keys), 5_000):
        found |= await AffiliationStore(tx).main(keys[start : start + 5_000], on)
    return found


async def _days(tx: Transaction, on: date, of: Any) -> dict[str, dict[str, list[date]]]:
    """By what it was and by person: last days of visits that took place, days of introductions."""
    days: dict[str, dict[str, list[date]]] = {
        name: defaultdict(list) for name in ("guest", "host", "introduced", "asked")
    }
    took_place = select(visits.c.guest, visits.c.host, visits.c.last).where(
        visits.c.state == VisitState.TOOK_PLACE, visits.c.last >= on - LOOK_BACK
    )
    for row in await tx.rows(of(took_place, visits.c.guest, visits.c.host)):
        days["guest"][row["guest"]].append(row["last"])
        days["host"][row["host"]].append(row["last"])
    mediated = select(introductions.c.asker, introductions.c.contact, introductions.c.answered_at).where(
        introductions.c.state.in_(_MEDIATED), introductions.c.answered_at.is_not(None)
    )
    for row in await tx.rows(of(mediated, introductions.c.asker, introductions.c.contact)):
        day = row["answered_at"].date()
        if day >= on - LOOK_BACK:
            for who in (row["asker"], row["contact"]):
                days["introduced"][who].append(day)
            days["asked"][row["asker"]].append(day)
    return days
