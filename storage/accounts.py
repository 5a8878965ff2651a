"""Accounts that have been seen: the row a turn locks, and where its owner can be reached."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import Text, bindparam, case, exists, func, select, update

from bot.events import Account, Address, Incoming
from bot.model import AccountRow
from storage.prepared import Prepared, among
from storage.tables import accounts
from storage.transaction import Transaction

SEEN_FOR = timedelta(hours=1)  # since the last time it was written down

_FIELDS = [accounts.c[name] for name in AccountRow.__slots__]
_GET = Prepared(select(*_FIELDS).where(accounts.c.account == bindparam("key")))
_OTHERS = accounts.alias()
_LOCK = Prepared(
    select(
        *_FIELDS,
        exists()
        .where(_OTHERS.c.person == accounts.c.person, _OTHERS.c.account != accounts.c.account)
        .label("has_others"),
    )
    .where(accounts.c.account == bindparam("key"))
    .with_for_update()
)
_OF_PERSON = Prepared(
    select(*_FIELDS)
    .where(accounts.c.person == bindparam("person_key"))
    .order_by(accounts.c.seen_at.desc(), accounts.c.account)
)
_REACHABLE = Prepared(select(accounts.c.person).where(among(accounts.c.person, "people"), accounts.c.reachable))
_NAME = func.coalesce(func.nullif(bindparam("new_name", type_=Text), ""), accounts.c.name)  # some events name nobody
_SEEN = (
    update(accounts)
    .where(accounts.c.account == bindparam("key"))
    .values(
        name=case((accounts.c.refused_at.is_(None), _NAME), else_=accounts.c.name),
        seen_at=bindparam("new_seen_at"),
        domain=func.coalesce(bindparam("new_domain"), accounts.c.domain),
    )
    .returning(*_FIELDS)
)
_SEEN_IN_ROOM = Prepared(_SEEN)
_SEEN_DIRECTLY = Prepared(_SEEN.values(address=bindparam("new_address"), reachable=True))


class AccountStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def lock(self, incoming: Incoming) -> AccountRow:
        """An account first seen in a room has an empty address: its adapter must find the way to a direct chat.

        Of somebody who refused the name isn't taken in again.
        """
        direct = incoming.where == "direct"
        known = await self._in.row(_LOCK, {"key": incoming.account})
        if known is None:
            row = AccountRow(
                account=incoming.account,
                platform=incoming.platform,
                address=incoming.address if direct else Address(""),
                name=incoming.name,
                domain=incoming.domain,
                seen_at=incoming.at,
            )
            await self._in.run(self._in.insert(accounts).values(asdict(row)).on_conflict_do_nothing())
        elif not known["has_others"]:
            row = AccountRow(**{name: known[name] for name in AccountRow.__slots__})
            if _is_known(row, incoming):
                return row
        values = {
            "key": incoming.account,
            "new_name": incoming.name,
            "new_seen_at": incoming.at,
            "new_domain": incoming.domain,
        }
        if direct:
            values["new_address"] = incoming.address
        found = await self._in.row(_SEEN_DIRECTLY if direct else _SEEN_IN_ROOM, values)
        assert found is not None
        return AccountRow(**found)

    async def get(self, account: Account) -> AccountRow | None:
        found = await self._in.row(_GET, {"key": account})
        return None if found is None else AccountRow(**found)

    async def of_person(self, person: str) -> Sequence[AccountRow]:
        return [AccountRow(**row) for row in await self._in.rows(_OF_PERSON, {"person_key": person})]

    async def reachable(self, people: Iterable[str]) -> frozenset[str]:
        return frozenset(await self._in.column(_REACHABLE, {"people": list(people)}))

    async def at(self, platform: str, address: Address) -> Sequence[Account]:
        """Who is reached there."""
        found = select(accounts.c.account).where(accounts.c.platform == platform, accounts.c.address == address)
        return [Account(account) for account in await self._in.column(found.order_by(accounts.c.account))]

    async def save(self, row: AccountRow) -> None:
        """Also takes an account that has never been seen, as an import names it."""
        values = asdict(row)
        statement = self._in.insert(accounts).values(values)
        await self._in.run(statement.on_conflict_do_update(index_elements=["account"], set_=values))


def _is_known(row: AccountRow, incoming: Incoming) -> bool:
    """Whether there is nothing to write down, for somebody's only account: of several it counts which was used last."""
    return (
        row.person is not None
        and incoming.at - row.seen_at < SEEN_FOR
        and incoming.name in ("", row.name)
        and incoming.domain in (None, row.domain)
        and (incoming.where == "room" or (incoming.address == row.address and row.reachable))
    )
