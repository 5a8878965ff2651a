"""What people took along from visits; each row is its author's alone."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select, update

from bot.lessons import Lesson
from storage.transaction import Transaction
from storage.visit_tables import lessons

_FIELDS = [lessons.c[name] for name in Lesson.__slots__]


class LessonStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, lesson: Lesson) -> None:
        await self._in.run(lessons.insert(), asdict(lesson))

    async def get(self, key: str) -> Lesson | None:
        found = await self._in.row(select(*_FIELDS).where(lessons.c.key == key))
        return None if found is None else Lesson(**found)

    async def save(self, lesson: Lesson) -> None:
        """Nothing of what it said before is kept."""
        await self._in.run(update(lessons).where(lessons.c.key == lesson.key).values(asdict(lesson)))

    async def remove(self, key: str) -> None:
        await self._in.run(delete(lessons).where(lessons.c.key == key))

    async def of(self, author: str) -> Sequence[Lesson]:
        """Newest first."""
        found = select(*_FIELDS).where(lessons.c.author == author)
        return [
            Lesson(**row) for row in await self._in.rows(found.order_by(lessons.c.at.desc(), lessons.c.serial.desc()))
        ]
