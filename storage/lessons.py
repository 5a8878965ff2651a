"""What people took along from visits; each row is its author's alone, `shown` apart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, delete, select, update

from bot.lessons import Approval, Lesson
from storage.transaction import Transaction
from storage.visit_tables import lessons

_FIELDS = [lessons.c[name] for name in Lesson.__slots__]


class LessonStore:
    def __init__(self, transaction: Transaction, touched: Callable[[Iterable[str]], None]) -> None:
        """`touched` is told the authors of what others may read, or may no longer: the index takes them in again."""
        self._in = transaction
        self._touched = touched

    async def add(self, lesson: Lesson) -> None:
        await self._in.run(lessons.insert(), asdict(lesson))
        if lesson.shown is not None:
            self._touched([lesson.author])

    async def get(self, key: str) -> Lesson | None:
        found = await self._in.row(select(*_FIELDS).where(lessons.c.key == key))
        return None if found is None else Lesson(**found)

    async def save(self, lesson: Lesson) -> None:
        """Nothing of what it said before is kept."""
        await self._in.run(update(lessons).where(lessons.c.key == lesson.key).values(asdict(lesson)))
        self._touched([lesson.author])

    async def remove(self, key: str) -> None:
        author = await self._in.value(delete(lessons).where(lessons.c.key == key).returning(lessons.c.author))
        if author is not None:
            self._touched([author])

    async def of(self, author: str) -> Sequence[Lesson]:
        """Newest first."""
        return await self._found(lessons.c.author == author)

    async def many(self, keys: Iterable[str]) -> dict[str, Lesson]:
        return {one.key: one for one in await self._found(lessons.c.key.in_(list(keys)))}

    async def shown_by(self, authors: Iterable[str]) -> dict[str, Sequence[Lesson]]:
        found: dict[str, list[Lesson]] = {}
        for one in await self._found(lessons.c.author.in_(list(authors)), lessons.c.shown.is_not(None)):
            found.setdefault(one.author, []).append(one)
        return dict(found)

    async def with_approver(self, person: str) -> Sequence[Lesson]:
        asked = lessons.c.approval.in_((Approval.ASKED, Approval.GIVEN))
        return await self._found(lessons.c.approver == person, asked)

    async def _found(self, *conditions: ColumnElement[bool]) -> Sequence[Lesson]:
        newest_first = select(*_FIELDS).where(*conditions).order_by(lessons.c.at.desc(), lessons.c.serial.desc())
        return [Lesson(**row) for row in await self._in.rows(newest_first)]
