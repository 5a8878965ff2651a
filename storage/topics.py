"""The table of topics, with a mark that rises when it or the register changes."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from bot.matching.topics import Topic
from storage.marks import raise_mark, read_mark
from storage.tables import topics
from storage.transaction import Transaction

_FIELDS = [topics.c[name] for name in Topic.__slots__]
_ALL = select(*_FIELDS).order_by(topics.c.id)


class TopicStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def all(self) -> Sequence[Topic]:
        return [Topic(**row) for row in await self._in.rows(_ALL)]

    async def mark(self) -> int:
        return await read_mark(self._in, "topics")

    async def put(self, topic: Topic, *more: Topic) -> None:
        """Adds topics, or brings those there are up to date."""
        statement = self._in.insert(topics)
        new = {name: statement.excluded[name] for name in Topic.__slots__ if name != "id"}
        await self._in.run(
            statement.on_conflict_do_update(index_elements=["id"], set_=new), [asdict(one) for one in (topic, *more)]
        )
        await raise_mark(self._in, "topics")
