"""The speed limit of a platform within one process; several processes share one through the database instead."""

import asyncio


class ProcessPace:
    """A timetable per platform in memory."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}  # seconds on the loop's clock

    async def reserve(self, platform: str, n: int, per_second: float) -> float:
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at.get(platform, 0.0))
        self._free_at[platform] = start + n / per_second
        return start - now
