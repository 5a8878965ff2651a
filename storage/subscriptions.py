"""Topics that people want to hear of."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from bot.lessons import Subscription
from storage.transaction import Transaction
from storage.visit_tables import subscriptions

_FIELDS = [subscriptions.c[name] for name in Subscription.__slots__]


class SubscriptionStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, subscription: Subscription) -> None:
        same = _about(subscription.topic, subscription.text)
        await self._in.run(delete(subscriptions).where(subscriptions.c.person == subscription.person, same))
        await self._in.run(subscriptions.insert(), asdict(subscription))

    async def of(self, person: str) -> Sequence[Subscription]:
        return await self._found(subscriptions.c.person == person)

    async def to(self, topic: str | None, text: str) -> Sequence[Subscription]:
        return await self._found(_about(topic, text))

    async def remove(self, key: str) -> None:
        await self._in.run(delete(subscriptions).where(subscriptions.c.key == key))

    async def told(self, person: str, at: datetime) -> None:
        await self._in.run(update(subscriptions).where(subscriptions.c.person == person).values(told_at=at))

    async def _found(self, condition: ColumnElement[bool]) -> Sequence[Subscription]:
        oldest_first = select(*_FIELDS).where(condition).order_by(subscriptions.c.since, subscriptions.c.key)
        return [Subscription(**row) for row in await self._in.rows(oldest_first)]


def _about(topic: str | None, text: str) -> ColumnElement[bool]:
    if topic is not None:
        return subscriptions.c.topic == topic
    return subscriptions.c.topic.is_(None) & (subscriptions.c.text == text)
