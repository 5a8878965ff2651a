"""Promised messages and a platform to carry them to, for the tests of delivery."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.events import Account, Address
from bot.kinds import Kind, Send
from bot.messages import Message, Text, plain_text
from bot.ports import Capabilities, Delivered, Delivery, Outcome, Outgoing, UnitOfWork, Verdict
from storage.tables import outbox
from storage.unit_of_work import Storage
from tests.storage.samples import incoming

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLATFORMS = ("fake",)


def named(name: str, platform: str = "fake") -> Account:
    return Account(f"{platform}:{name}")


async def known(storage: Storage, *names: str, platform: str = "fake") -> None:
    """Accounts that have written once."""
    async with storage.unit() as uow:
        for name in names:
            await uow.accounts.lock(incoming(named(name, platform), address=Address(f"room of {name}")))
        await uow.commit()


async def promise(
    storage: Storage,
    name: str,
    *texts: str,
    kind: Kind = Kind.ANSWER,
    due: datetime = NOW,
    platform: str = "fake",
    person: str | None = None,
    **more: Any,
) -> list[str]:
    """The keys, one for each text."""
    async with storage.unit() as uow:
        keys = [
            await uow.outbox.put(
                Outgoing(
                    account=named(name, platform),
                    person=person,
                    kind=kind,
                    message=Message(blocks=(Text(text=words),)),
                    due=due,
                    **more,
                )
            )
            for words in texts
        ]
        await uow.commit()
    return keys


async def lease_runs_out(storage: Storage) -> None:
    """As if a minute had gone by on the database's clock."""
    async with storage.transaction() as tx:
        await tx.connection.execute(update(outbox).values(lease_until=NOW - 3650 * 24 * HOUR))
        await tx.commit()


async def uncertain_for(storage: Storage, longer: timedelta) -> None:
    """As if so much more time had gone by on the database's clock since an attempt that may have arrived."""
    found = [row for row in (await rows(storage)).values() if row["uncertain_since"] is not None]
    async with storage.transaction() as tx:
        for row in found:
            changed = update(outbox).where(outbox.c.key == row["key"])
            await tx.connection.execute(changed.values(uncertain_since=row["uncertain_since"] - longer))
        await tx.commit()


async def rows(storage: Storage) -> dict[str, Any]:
    """The whole rows by key."""
    async with storage.transaction(write=False) as tx:
        found = (await tx.connection.execute(select(outbox).order_by(outbox.c.seq))).mappings().all()
    return {row["key"]: row for row in found}


async def states(storage: Storage) -> list[str]:
    """In the order of promising."""
    return [row["state"] for row in (await rows(storage)).values()]


async def agenda(storage: Storage, until: datetime = NOW + timedelta(days=365)) -> list[tuple[str, str]]:
    async with storage.unit(write=False) as uow:
        return [(kind, subject) for kind, subject, _ in await uow.agenda.due(until, 1000)]


def said(deliveries: Iterable[Delivery]) -> list[str]:
    return [plain_text(delivery.message) for delivery in deliveries]


async def always(_uow: UnitOfWork, _delivery: Delivery, _now: datetime) -> Verdict:
    return Send()


class FakePlatform:
    """Remembers what arrived; answers with the outcomes it was given, then with Delivered."""

    def __init__(self, *outcomes: Outcome, platform: str = "fake", idempotent: bool = False) -> None:
        self.platform = platform
        self.capabilities = Capabilities(idempotent=idempotent)
        self.outcomes = list(outcomes)
        self.tried: list[Delivery] = []
        self.arrived: list[str] = []

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tried.append(delivery)
        outcome = self.outcomes.pop(0) if self.outcomes else Delivered(remote_id=f"remote of {delivery.key}")
        if isinstance(outcome, Delivered):
            self.arrived.append(plain_text(delivery.message))
        return outcome
