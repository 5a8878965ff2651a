"""The speed limit of a platform, shared by all processes: one row per platform, by the database's clock."""

from sqlalchemy import text

from storage.unit_of_work import Storage

# The row keeps the second (since 1970) from which on the platform's timetable is free.
_RESERVE = text(
    "INSERT INTO meta AS mine (key, value)"
    " VALUES (:key, CAST(extract(epoch FROM clock_timestamp()) + CAST(:span AS float8) AS text))"
    " ON CONFLICT (key) DO UPDATE SET value = CAST("
    " greatest(CAST(mine.value AS float8), CAST(extract(epoch FROM clock_timestamp()) AS float8))"
    " + CAST(:span AS float8) AS text)"
    " RETURNING CAST(value AS float8) - CAST(:span AS float8)"
    " - CAST(extract(epoch FROM clock_timestamp()) AS float8)"
)


class SqlPace:
    """`bot.ports.Pace` for PostgreSQL. SQLite has one process, whose own memory serves (`scheduler/pace.py`)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def reserve(self, platform: str, n: int, per_second: float) -> float:
        async with self._storage.transaction() as tx:
            wait = await tx.value(_RESERVE, {"key": f"pace:{platform}", "span": n / per_second})
            await tx.commit()
        return max(0.0, float(wait))
