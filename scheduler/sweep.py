"""Runs the cleaning jobs one after the other; one that fails stops none of the others."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias

import structlog

log = structlog.get_logger()

Cleaning: TypeAlias = Callable[[datetime], Awaitable[object]]


class Sweep:
    """`jobs` by name, each called with the business time. What they delete is laid down with the tables."""

    def __init__(self, jobs: Mapping[str, Cleaning]) -> None:
        self._jobs = dict(jobs)

    async def sweep(self, now: datetime) -> None:
        for name, clean in self._jobs.items():
            try:
                await clean(now)
            except Exception as error:  # noqa: BLE001
                log.error("cleaning failed", action="sweep", job=name, error=type(error).__name__)  # noqa: TRY400
