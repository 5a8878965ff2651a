"""Many people at once, as an import or the demo network brings them: one statement per table instead of ten per person."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from bot.model import AccountRow, Affiliation, Consent, Offer, Person, Role
from storage.people import folded
from storage.tables import accounts, affiliations, agenda, consents, offers, people, roles
from storage.unit_of_work import Unit

BATCH = 500  # rows a statement


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A person who is not there yet, with all that belongs to them. `dates` is what the agenda gets, by kind."""

    person: Person
    account: AccountRow | None = None
    consent: Consent | None = None
    affiliation: Affiliation | None = None
    offers: tuple[Offer, ...] = ()
    roles: tuple[tuple[Role, str | None], ...] = ()
    dates: tuple[tuple[str, datetime], ...] = ()


async def add_members(uow: Unit, members: Sequence[NewMember], at: datetime) -> None:
    """The caller has made sure that neither the people nor their accounts' owners are there."""
    added = [{**asdict(one.person), "folded_name": folded(one.person.name)} for one in members]
    await _insert(uow, people, added)
    seen = frozenset(await uow.transaction.column(select(accounts.c.account)))
    theirs = [one.account for one in members if one.account is not None]
    await _insert(uow, accounts, [asdict(row) for row in theirs if row.account not in seen])
    for row in theirs:
        if row.account in seen:  # has written, or was asked, before
            await uow.accounts.save(row)
    await _insert(uow, consents, [asdict(one.consent) for one in members if one.consent is not None])
    await _insert(uow, affiliations, [asdict(one.affiliation) for one in members if one.affiliation is not None])
    await _insert(uow, offers, [asdict(offer) for one in members for offer in one.offers])
    granted = [
        {"person": one.person.key, "role": role, "body": body or "", "granted_at": at}
        for one in members
        for role, body in one.roles
    ]
    await _insert(uow, roles, granted)
    dates = [{"kind": kind, "subject": one.person.key, "at": when} for one in members for kind, when in one.dates]
    await _insert(uow, agenda, dates)
    uow.people.touch(one.person.key for one in members)


async def _insert(uow: Unit, table: Table, values: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(values), BATCH):
        await uow.transaction.run(table.insert(), values[start : start + BATCH])
