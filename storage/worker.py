"""Claiming and settling rows of the outbox: `bot.ports.Worker` in SQL, for any number of processes on PostgreSQL.

Leases run by the database's clock, everything else by the caller's. Who has lost a lease can change nothing more.
States: pending → claimed → sending → sent | retry | uncertain | held | dead | expired. `uncertain` is a row that may
have arrived and will be sent once more; `held` one that may have arrived and stays as it is.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import structlog
from sqlalchemy import JSON, Text, bindparam, case, func, literal_column, select, text, update

from bot.events import Account, Address
from bot.kinds import Kind
from bot.messages import Message, from_data
from bot.ports import Delivered, Delivery, Outcome, Uncertain, Undeliverable
from bot.retries import ABOUT_THE_MESSAGE, Dead
from storage.claiming import CLAIM_LOCK, NEXT_AT, claim_statement, clock
from storage.columns import Instant
from storage.fates import DONE, IN_HAND, LET_GO, TO_DECIDE, close, decide, expire, hasten, stop_repeating
from storage.meta import SENDING_HELD
from storage.prepared import Prepared, Row, among
from storage.tables import accounts, meta, outbox, questions
from storage.transaction import Transaction
from storage.unit_of_work import Storage

log = structlog.get_logger()

LEASE = timedelta(seconds=60)  # longer than a send may take, with its wait for the platform's speed limit

_HELD = Prepared(select(meta.c.value).where(meta.c.key == SENDING_HELD))
_STATE_BEFORE = case(
    (outbox.c.uncertain_since.is_not(None), "uncertain"), (outbox.c.attempts > 0, "retry"), else_="pending"
)
_ROWS = Prepared(
    select(
        *(outbox.c[name] for name in ("seq", "key", "account", "platform", "person", "kind", "about", "body")),
        outbox.c.due_at,
        outbox.c.attempts,
        outbox.c.uncertain_since,
        func.coalesce(outbox.c.address, accounts.c.address).label("address"),
        accounts.c.domain,
    )
    .select_from(outbox.outerjoin(accounts, accounts.c.account == outbox.c.account))
    .where(among(outbox.c.seq, "picked"))
    .order_by(outbox.c.kind != Kind.ANSWER, outbox.c.due_at, outbox.c.seq)
)
_SENT = (
    "UPDATE outbox SET state = 'sent', remote_id = done.value, sent_at = :at, cause = NULL, body = NULL,"
    " next_try_at = NULL, owner = NULL, lease_until = NULL"
    " FROM {each}(:remotes) AS done"
    " WHERE outbox.key = done.key AND outbox.owner = :by AND outbox.state IN ('claimed', 'sending')"
)
"""`remotes` is a JSON object: the platform's id by key."""


class SqlWorker:
    """`idempotent` are the platforms on which the same key twice arrives once; `gaps` the seconds of silence between
    two messages in one conversation, by platform.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        idempotent: Iterable[str] = (),
        gaps: Mapping[str, float] | None = None,
        lease: timedelta = LEASE,
        rng: Random | None = None,
    ) -> None:
        self._storage = storage
        self._dialect = storage.dialect
        self._idempotent = frozenset(idempotent)
        self._gaps = dict(gaps or {})
        self._rng = rng or Random()  # noqa: S311
        self._lease = lease.total_seconds()
        self._clock = literal_column(clock(self._dialect), outbox.c.lease_until.type)
        self._leased = literal_column(clock(self._dialect, self._lease), outbox.c.lease_until.type)
        self._begun = Prepared(
            update(outbox)
            .where(among(outbox.c.key, "keys"), outbox.c.owner == bindparam("by"), outbox.c.state == "claimed")
            .values(state="sending", attempts=outbox.c.attempts + 1, lease_until=self._leased)
            .returning(outbox.c.key)
        )
        each = "json_each_text" if self._dialect == "postgresql" else "json_each"
        self._sent = Prepared(
            text(_SENT.format(each=each)).bindparams(
                bindparam("remotes", type_=JSON), bindparam("at", type_=Instant), bindparam("by", type_=Text)
            )
        )
        self._claims = {
            (which, only): claim_statement(self._dialect, self._lease, which=which, only=only, paced=bool(self._gaps))
            for which in ("answers", "others")
            for only in (False, True)
        }

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        """Committed at the end unless something was raised."""
        async with self._storage.transaction() as tx:
            yield tx
            await tx.commit()

    # ------------------------------------------------------------ before the network call

    async def claim(
        self, now: datetime, platforms: Iterable[str], *, owner: str, limit: int = 50, only: Iterable[str] = ()
    ) -> Sequence[Delivery]:
        given: dict[str, Any] = {"now": now, "platforms": sorted(platforms), "owner": owner}
        if keys := list(only):
            given["only"] = keys
        if self._gaps:
            given |= {"paced": sorted(self._gaps), "silence": now - timedelta(seconds=max(self._gaps.values()))}
        if not given["platforms"]:
            return ()
        async with self._storage.transaction() as tx:  # most often there is nothing to claim, and nothing to commit
            if await tx.value(_HELD) is not None:
                return ()
            if self._dialect == "postgresql":
                await tx.run(CLAIM_LOCK)
            picked: list[int] = []
            for which in ("answers", "others"):
                if len(picked) < limit:
                    statement = self._claims[which, bool(keys)]
                    picked += await tx.column(statement, {**given, "count": limit - len(picked)})
            if not picked:
                return ()
            found = await self._deliveries(tx, await tx.rows(_ROWS, {"picked": picked}), now)
            await tx.commit()
            return found

    async def _deliveries(self, tx: Transaction, rows: Sequence[Row], now: datetime) -> list[Delivery]:
        found: list[Delivery] = []
        for row in rows:
            message = _message(row)
            if message is None or row["address"] is None:
                cause = "message of another release" if message is None else "no address"
                await close(tx, row["key"], row["about"], Dead(cause=cause), now)
                log.error("can't be sent", action="claim", row=row["key"], cause=cause)
                continue
            replaces = message.replaces
            found.append(
                Delivery(
                    key=row["key"],
                    account=Account(row["account"]),
                    platform=row["platform"],
                    address=Address(row["address"]),
                    person=row["person"],
                    kind=Kind(row["kind"]),
                    about=row["about"],
                    message=message,
                    due=row["due_at"],
                    attempts=row["attempts"],
                    uncertain=row["uncertain_since"] is not None,
                    server=row["domain"],
                    replaces_remote=None if replaces is None else await self._remote_of(tx, replaces, row["account"]),
                )
            )
        return found

    async def _remote_of(self, tx: Transaction, key: str, account: str) -> str | None:
        remote = select(outbox.c.remote_id).where(outbox.c.key == key, outbox.c.account == account)
        return cast("str | None", await tx.value(remote))

    async def sending(self, keys: Iterable[str], *, owner: str) -> frozenset[str]:
        async with self._transaction() as tx:
            return frozenset(await tx.column(self._begun, {"keys": list(keys), "by": owner}))

    async def put_off(self, key: str, until: datetime, *, owner: str) -> None:
        tried = case((outbox.c.attempts > 0, until), else_=None)
        mine = update(outbox).where(outbox.c.key == key, outbox.c.owner == owner, IN_HAND)
        async with self._transaction() as tx:
            if await tx.count(mine.values(state=_STATE_BEFORE, due_at=until, next_try_at=tried, **LET_GO)):
                await tx.run(update(questions).where(questions.c.message == key).values(at=until))

    async def drop(self, key: str, reason: str, *, owner: str) -> None:
        mine = update(outbox).where(outbox.c.key == key, outbox.c.owner == owner, IN_HAND)
        async with self._transaction() as tx:
            await tx.run(mine.values(state="expired", cause=reason, **DONE))

    async def release(self, *, owner: str) -> None:
        claimed = update(outbox).where(outbox.c.owner == owner, outbox.c.state == "claimed")
        async with self._transaction() as tx:
            await tx.run(claimed.values(state=_STATE_BEFORE, **LET_GO))

    # ------------------------------------------------------------ after it

    async def settle(self, results: Iterable[tuple[Delivery, Outcome]], now: datetime, *, owner: str) -> None:
        sent: dict[str, str | None] = {}
        others: dict[str, Outcome] = {}
        for delivery, outcome in results:
            if isinstance(outcome, Delivered):
                sent[delivery.key] = outcome.remote_id
            else:
                others[delivery.key] = outcome
        async with self._transaction() as tx:
            # Accounts before rows, in the order of a turn: it locks the sender first and cancels rows afterwards.
            await self._unreachable(tx, others, owner)
            accepted = await tx.count(self._sent, {"remotes": sent, "at": now, "by": owner}) if sent else 0
            if others:
                mine = TO_DECIDE.where(outbox.c.key.in_(others), outbox.c.owner == owner, IN_HAND)
                rows = await tx.rows(mine.with_for_update())
                accepted += len(rows)
                for row in rows:
                    outcome = others[row["key"]]
                    await decide(tx, row, outcome, now, idempotent=self._idempotent, rng=self._rng)
        if accepted < len(sent) + len(others):
            log.warning("came too late", action="settle", rows=[*sent, *others], accepted=accepted)

    async def _unreachable(self, tx: Transaction, outcomes: Mapping[str, Outcome], owner: str) -> None:
        """Who can't be written to in the direct chat; a room that is closed says nothing about its people."""
        gone = [
            key
            for key, outcome in outcomes.items()
            if isinstance(outcome, Undeliverable) and not outcome.cause.startswith(ABOUT_THE_MESSAGE)
        ]
        if gone:
            theirs = select(outbox.c.account).where(
                outbox.c.key.in_(gone), outbox.c.owner == owner, IN_HAND, outbox.c.address.is_(None)
            )
            await tx.run(update(accounts).where(accounts.c.account.in_(theirs)).values(reachable=False))

    # ------------------------------------------------------------ what was left lying

    async def recover(self, now: datetime) -> int:
        """Also lets rows expire, stops repeating what a platform may have forgotten, and hastens what keeps an answer
        waiting. How many leases had run out.
        """
        over = outbox.c.lease_until < self._clock
        claimed = update(outbox).where(outbox.c.state == "claimed", over).values(state=_STATE_BEFORE, **LET_GO)
        begun = TO_DECIDE.where(outbox.c.state == "sending", over).with_for_update(skip_locked=True)
        async with self._transaction() as tx:
            count = await tx.count(claimed)
            rows = await tx.rows(begun)
            for row in rows:
                unknown = Uncertain(cause="stopped while sending")
                await decide(tx, row, unknown, now, idempotent=self._idempotent, rng=self._rng)
            await expire(tx, now)
            await stop_repeating(tx, self._idempotent)
            await hasten(tx, now)
        return count + len(rows)

    async def take_over(self) -> None:
        """All leases are void: for a process that has just begun and holds the database for itself (SQLite)."""
        mine = update(outbox).where(IN_HAND)
        async with self._transaction() as tx:
            await tx.run(mine.values(lease_until=literal_column(clock(self._dialect, -1.0), self._clock.type)))

    async def next_at(self) -> datetime | None:
        async with self._storage.transaction(write=False) as tx:
            if await tx.value(_HELD) is not None:
                return None
            return cast("datetime | None", await tx.value(NEXT_AT))


def _message(row: Row) -> Message | None:
    """None for a body that this release can't read."""
    try:
        return from_data(row["body"])
    except (KeyError, TypeError, ValueError):
        return None
