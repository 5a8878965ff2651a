"""Nudges, their runs, and who of a run was written to until only sums are left."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, delete, or_, select, update

from bot.audiences import Facts
from bot.kinds import Kind
from bot.messages import Message
from bot.nudges.model import Nudge, Run, Traced
from bot.nudges.planning import Planned
from bot.ports import Conflict, Outgoing
from storage.member_facts import members
from storage.nudge_tables import nudge_runs, nudge_sends, nudges
from storage.outbox import MAY_HAVE_ARRIVED, PLANNED, UNDER_CEILING, OutboxStore
from storage.people import folded
from storage.tables import outbox, people
from storage.transaction import Transaction

_FIELDS = [nudges.c[name] for name in Nudge.__slots__]
_RUN = [nudge_runs.c[name] for name in Run.__slots__]
AT_ONCE = 1_000  # rows or keys in one statement


class NudgeStore:
    def __init__(self, transaction: Transaction, outbox_store: OutboxStore) -> None:
        self._in = transaction
        self._outbox = outbox_store

    # ------------------------------------------------------------ nudges

    async def add(self, nudge: Nudge) -> None:
        await self._in.run(nudges.insert(), _values(nudge))

    async def get(self, key: str) -> Nudge | None:
        row = await self._in.row(select(*_FIELDS).where(nudges.c.key == key))
        return None if row is None else Nudge(**row)

    async def by_name(self, name: str) -> Nudge | None:
        row = await self._in.row(select(*_FIELDS).where(nudges.c.folded_name == folded(name)))
        return None if row is None else Nudge(**row)

    async def all(self) -> Sequence[Nudge]:
        return [Nudge(**row) for row in await self._in.rows(select(*_FIELDS).order_by(nudges.c.folded_name))]

    async def save(self, nudge: Nudge, *, was: Nudge) -> None:
        """Raises Conflict if it has been changed since `was` was read."""
        same = [nudges.c[name] == value for name, value in _values(was).items() if value is not None]
        changed = update(nudges).where(*same).values(**_values(nudge))
        if not await self._in.count(changed):
            raise Conflict("the nudge was changed meanwhile")

    async def remove(self, key: str) -> None:
        await self._in.run(delete(nudges).where(nudges.c.key == key))

    # ------------------------------------------------------------ whom

    async def members(self, on: date, only: Collection[str] | None = None) -> Sequence[Facts]:
        return await members(self._in, on, only)

    async def unasked(self, people_: Collection[str], since: datetime) -> Mapping[str, Mapping[date, int]]:
        """By the time of handing over, or the time planned."""
        waiting = outbox.c.state.in_((*MAY_HAVE_ARRIVED, *PLANNED))
        at = case((outbox.c.state == "sent", outbox.c.sent_at), else_=outbox.c.due_at).label("at")
        found = (
            select(outbox.c.person, people.c.timezone, at)
            .join(people, people.c.key == outbox.c.person)
            .where(
                outbox.c.kind.in_(UNDER_CEILING),
                or_(and_(outbox.c.state == "sent", outbox.c.sent_at >= since), and_(waiting, outbox.c.due_at >= since)),
            )
        )
        counts: dict[str, Counter[date]] = defaultdict(Counter)
        wanted = frozenset(people_)
        for row in await self._in.rows(found):
            if row["person"] in wanted:
                day = row["at"].astimezone(ZoneInfo(row["timezone"])).date()
                counts[row["person"]][day - timedelta(days=day.weekday())] += 1
        return counts

    # ------------------------------------------------------------ runs

    async def begin(self, run: Run) -> bool:
        """False if this nudge has had a run at this instant."""
        statement = self._in.insert(nudge_runs).values(**asdict(run), folded_name=folded(run.name))
        return await self._in.count(statement.on_conflict_do_nothing()) == 1

    async def promise(self, run: Run, lines: Sequence[tuple[Planned, Message | None]]) -> None:
        promised: list[Outgoing] = []
        platforms: list[str] = []
        for line, message in lines:
            if message is not None and line.due is not None and line.facts.account is not None:
                promised.append(
                    Outgoing(
                        account=line.facts.account,
                        person=line.facts.person.key,
                        kind=Kind.NUDGE,
                        message=message,
                        due=line.due,
                        about=run.key,
                        expires=line.expires,
                    )
                )
                platforms.append(line.facts.platform or "")
        keys = iter(await self._outbox.put_many(promised, platforms))
        sends = [
            {
                "run": run.key,
                "person": line.facts.person.key,
                "name": run.name,
                "at": run.at,
                "message": next(keys) if message is not None else None,
                "platform": line.facts.platform,
                "left_out": line.left_out,
                "put_off": line.put_off,
            }
            for line, message in lines
        ]
        for start in range(0, len(sends), AT_ONCE):
            await self._in.run(nudge_sends.insert(), sends[start : start + AT_ONCE])
        written = sorted(str(one.person) for one in promised)
        for start in range(0, len(written), AT_ONCE):
            theirs = people.c.key.in_(written[start : start + AT_ONCE])
            await self._in.run(update(people).where(theirs).values(silences=people.c.silences + 1))

    async def run(self, key: str) -> Run | None:
        row = await self._in.row(select(*_RUN).where(nudge_runs.c.key == key))
        return None if row is None else Run(**row)

    async def runs(self, nudge: str) -> Sequence[Run]:
        found = select(*_RUN).where(nudge_runs.c.nudge == nudge).order_by(nudge_runs.c.at.desc())
        return [Run(**row) for row in await self._in.rows(found)]

    async def runs_named(self, name: str) -> Sequence[Run]:
        """Of a nudge that may be gone; newest first."""
        found = select(*_RUN).where(nudge_runs.c.folded_name == folded(name)).order_by(nudge_runs.c.at.desc())
        return [Run(**row) for row in await self._in.rows(found)]

    async def traced(self, run: str) -> Sequence[Traced]:
        of_message = [outbox.c[name] for name in ("state", "cause", "planned_at", "due_at", "next_try_at", "sent_at", "attempts")]  # fmt: skip
        found = (
            select(nudge_sends.c.platform, nudge_sends.c.left_out, nudge_sends.c.put_off, *of_message)
            .select_from(nudge_sends.outerjoin(outbox, outbox.c.key == nudge_sends.c.message))
            .where(nudge_sends.c.run == run)
        )
        return [Traced(**{**row, "attempts": row["attempts"] or 0}) for row in await self._in.rows(found)]

    async def close(self, run: Run) -> None:
        await self._in.run(update(nudge_runs).where(nudge_runs.c.key == run.key).values(sums=run.sums))
        await self._in.run(delete(nudge_sends).where(nudge_sends.c.run == run.key))

    async def open_until(self, instant: datetime) -> Sequence[Run]:
        found = select(*_RUN).where(nudge_runs.c.at <= instant, nudge_runs.c.sums.is_(None))
        return [Run(**row) for row in await self._in.rows(found.order_by(nudge_runs.c.at))]


def _values(nudge: Nudge) -> dict[str, Any]:
    return {**asdict(nudge), "folded_name": folded(nudge.name)}
