"""Small writes of several requests in one transaction: under load they share a commit, alone each has its own at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.dispatch import TRIES
from bot.ports import Conflict
from storage.unit_of_work import Storage, Unit

T = TypeVar("T")

LARGEST = 50  # requests in one transaction


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    work: Callable[[Unit], Awaitable[Any]]
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Batches:
    """What fails in company is tried again alone, so that nobody pays for another's mistake; work may run twice."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._waiting: list[_Asked] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """The result once it is committed. Raises what the work or the database raises."""
        asked = _Asked(work)
        self._waiting.append(asked)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        result: T = await asked.done
        return result

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
            together = [asked for asked in together if not asked.done.done()]  # those whose request is still there
            try:
                results = await self._commit(together)
            except Exception as error:  # noqa: BLE001
                await self._one_by_one(together, error)
            else:
                for asked, result in zip(together, results, strict=True):
                    if not asked.done.done():
                        asked.done.set_result(result)

    async def _commit(self, together: list[_Asked]) -> list[Any]:
        async with self._storage.unit() as uow:
            results = [await asked.work(uow) for asked in together]
            await uow.commit()
            return results

    async def _one_by_one(self, together: list[_Asked], error: Exception) -> None:
        for asked in together:
            for _ in range(TRIES):
                try:
                    (result,) = await self._commit([asked])
                except Conflict as conflict:
                    error = conflict
                    continue
                except Exception as another:  # noqa: BLE001
                    error = another
                else:
                    if not asked.done.done():
                        asked.done.set_result(result)
                break
            if not asked.done.done():
                asked.done.set_exception(error)
