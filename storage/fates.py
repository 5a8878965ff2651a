"""What becomes of rows of the outbox after an attempt, or when they were left lying: the writing side of `bot/retries.py`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any, assert_never

from sqlalchemy import func, literal_column, or_, select, update

from bot.kinds import Kind
from bot.ports import Outcome
from bot.retries import NAMED, SAFE_TO_REPEAT, Again, Dead, Fate, Held, Sent, fate
from storage.agenda import AgendaStore
from storage.claiming import clock
from storage.prepared import Row
from storage.tables import outbox
from storage.transaction import Transaction

IN_HAND = or_(outbox.c.state == "claimed", outbox.c.state == "sending")
LET_GO = {"owner": None, "lease_until": None}
DONE = {**LET_GO, "body": None, "next_try_at": None}
"""Of a row that is over nothing that somebody wrote remains."""

TO_DECIDE = select(
    *(
        outbox.c[name]
        for name in ("key", "kind", "platform", "about", "attempts", "due_at", "uncertain_since", "expires_at", "state")
    )
)

_LAST_TRIES = 10  # from here on the waits are for a long outage
_WORTH_IT = timedelta(minutes=1)


async def decide(
    tx: Transaction, row: Row, outcome: Outcome, now: datetime, *, idempotent: frozenset[str], rng: Random
) -> None:
    """`row` has the columns of `TO_DECIDE` and is locked."""
    decided = fate(
        Kind(row["kind"]),
        row["attempts"],
        outcome,
        now,
        due=row["due_at"],
        uncertain=row["uncertain_since"] is not None,
        idempotent=row["platform"] in idempotent,
        expires=row["expires_at"],
        rng=rng,
    )
    await close(tx, row["key"], row["about"], decided, now)


async def close(tx: Transaction, key: str, about: str | None, decided: Fate, now: datetime) -> None:
    """Writes it down; the core hears of a row that is dead and belongs to something."""
    values: dict[str, Any]
    match decided:
        case Again(at=at, uncertain=uncertain, cause=cause, counted=counted):
            values = {"state": "uncertain" if uncertain else "retry", "next_try_at": at, "cause": cause, **LET_GO}
            if not counted:
                values["attempts"] = outbox.c.attempts - 1
            if uncertain:
                since = literal_column(clock(tx.connection.dialect.name), outbox.c.uncertain_since.type)
                values["uncertain_since"] = func.coalesce(outbox.c.uncertain_since, since)
        case Held(cause=cause):
            values = {"state": "held", "cause": cause, **DONE}
        case Dead(cause=cause):
            values = {"state": "dead", "cause": cause, **DONE}
            if about is not None:
                await AgendaStore(tx).set("undelivered", about, now)
        case Sent(remote_id=remote_id):
            values = {"state": "sent", "remote_id": remote_id, "sent_at": now, "cause": None, **DONE}
        case _:
            assert_never(decided)
    await tx.run(update(outbox).where(outbox.c.key == key).values(**values))


async def expire(tx: Transaction, now: datetime) -> None:
    """Rows whose time is over: unsent, given up while trying, or nobody knows."""
    over = TO_DECIDE.where(outbox.c.state.in_(("pending", "retry", "uncertain")), outbox.c.expires_at <= now)
    for row in await tx.rows(over.with_for_update(skip_locked=True)):
        match row["state"]:
            case "pending":
                ended = update(outbox).where(outbox.c.key == row["key"])
                await tx.run(ended.values(state="expired", cause="expired", **DONE))
            case "uncertain":
                await close(tx, row["key"], row["about"], Held(cause="expired while uncertain"), now)
            case _:
                await close(tx, row["key"], row["about"], Dead(cause="expired while trying"), now)


async def stop_repeating(tx: Transaction, platforms: Iterable[str]) -> None:
    """What these idempotent platforms may have forgotten by now could arrive twice."""
    seconds = -SAFE_TO_REPEAT.total_seconds()
    forgotten = literal_column(clock(tx.connection.dialect.name, seconds), outbox.c.uncertain_since.type)
    old = update(outbox).where(
        outbox.c.state == "uncertain",
        outbox.c.platform.in_(list(platforms)),
        outbox.c.kind.not_in([kind for kind in Kind if kind.resend_uncertain]),
        outbox.c.uncertain_since < forgotten,
    )
    await tx.run(old.values(state="held", cause="too old to repeat", **DONE))


async def hasten(tx: Transaction, now: datetime) -> None:
    """Who writes to us can be reached: their answer shouldn't wait for a long back-off of what stands before it."""
    answer = outbox.alias("answer")
    waits = (
        select(answer.c.seq)
        .where(answer.c.account == outbox.c.account, answer.c.kind == Kind.ANSWER)
        .where(answer.c.state == "pending", answer.c.due_at <= now, answer.c.due_at > outbox.c.due_at)
    )
    before = update(outbox).where(
        outbox.c.state.in_(("retry", "uncertain")),
        outbox.c.next_try_at > now + _WORTH_IT,
        outbox.c.cause.not_like(f"{NAMED}%"),
        outbox.c.attempts < _LAST_TRIES,
        waits.exists(),
    )
    await tx.run(before.values(next_try_at=now))
