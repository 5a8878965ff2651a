"""Takes what is due on the agenda to the core, item by item, each in its own transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot.ports import Database

log = structlog.get_logger()

TakeDue: TypeAlias = Callable[[str, str, datetime, datetime], Awaitable[object]]
"""`Core.take_due`: kind, subject, the item's instant, now."""

AT_ONCE = 50  # items per beat: a backlog is worked off in portions, and what it promises obeys hours and speed limits
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)


class Planner:
    """An item that fails is moved, so that it neither gets lost nor stands in the way of the others."""

    def __init__(self, database: Database, take_due: TakeDue) -> None:
        self._database = database
        self._take_due = take_due
        self._failures: dict[tuple[str, str], int] = {}  # in a row; a restart begins again with short waits

    async def plan(self, now: datetime) -> int:
        """How many items were carried out."""
        async with self._database.unit(write=False) as uow:
            items = await uow.agenda.due(now, AT_ONCE)
        done = 0
        for kind, subject, at in items:
            try:
                await self._take_due(kind, subject, at, now)
            except Exception as error:  # noqa: BLE001
                # The type alone: an error's words may quote what people wrote.
                log.error("item failed", action="plan", kind=kind, subject=subject, error=type(error).__name__)  # noqa: TRY400
                await self._move(kind, subject, at, now)
            else:
                self._failures.pop((kind, subject), None)
                done += 1
        return done

    async def _move(self, kind: str, subject: str, at: datetime, now: datetime) -> None:
        failures = self._failures[kind, subject] = self._failures.get((kind, subject), 0) + 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 16))
        async with self._database.unit() as uow:
            if await uow.agenda.take(kind, subject, at):
                await uow.agenda.set(kind, subject, now + wait)
                await uow.commit()
