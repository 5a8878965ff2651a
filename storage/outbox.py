"""Promised messages as the core sees them; how they are claimed and settled is in `storage/worker.py`."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Text, and_, bindparam, delete, func, or_, select, type_coerce, update

from bot.events import Account
from bot.hours import Kind
from bot.messages import Message, ask, choices, from_data, to_data
from bot.model import new_key
from bot.ports import DeliveryState, Outgoing, Showing
from storage.columns import Written, dumps
from storage.conversation_tables import UNASKED
from storage.prepared import Prepared
from storage.tables import accounts, outbox, people, questions
from storage.transaction import Transaction

AT_ONCE = 1_000  # rows in one statement
NOT_BEGUN = ("pending", "claimed", "retry")  # no platform has it
PLANNED = ("pending", "claimed", "sending", "retry")
MAY_HAVE_ARRIVED = ("sending", "uncertain", "held")
_shows = type_coerce(outbox.c.shows, Text())
UNDER_CEILING = tuple(kind for kind in Kind if kind.ceiling)

_ZONE = Prepared(select(people.c.timezone).where(people.c.key == bindparam("person_key")))
_PUT_MANY = Prepared(outbox.insert().inline())
_RECIPIENT = accounts.c.account == bindparam("who")
_PUT = Prepared(
    outbox.insert()
    .inline()
    .values(
        person=func.coalesce(
            bindparam("known_person", type_=Text), select(accounts.c.person).where(_RECIPIENT).scalar_subquery()
        ),
        platform=func.coalesce(
            bindparam("known_platform", type_=Text),
            select(accounts.c.platform).where(_RECIPIENT).scalar_subquery(),
            bindparam("named_platform", type_=Text),
        ),
    )
)
_ASK = Prepared(questions.insert().inline())
_NEWEST = Prepared(
    select(outbox.c.state, outbox.c.sent_at)
    .where(outbox.c.about == bindparam("what"), outbox.c.kind == bindparam("which"))
    .order_by(outbox.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that a platform has, for adapters: reactions and replies name it by the platform's id."""

    key: str
    account: Account
    about: str | None


class OutboxStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def put(self, outgoing: Outgoing) -> str:
        """To an account erased in this very transaction too: the farewell takes the address along."""
        account = outgoing.account
        platform, address = self._in.farewell.get(account, (None, None))
        row, question = _rows(outgoing)
        row["address"] = outgoing.room or address
        row["who"] = account
        row["known_person"], row["known_platform"] = outgoing.person, platform
        row["named_platform"] = account.partition(":")[0]
        await self._in.run(_PUT, row)
        if question is not None:
            await self._in.run(_ASK, question)
        return str(row["key"])

    async def put_many(self, promised: Sequence[Outgoing], platforms: Sequence[str]) -> Sequence[str]:
        """As `put`, for many accounts whose people and platforms are known; the keys in the same order."""
        pairs = [_rows(outgoing) for outgoing in promised]
        rows = [
            {**row, "person": outgoing.person, "platform": platform}
            for (row, _), outgoing, platform in zip(pairs, promised, platforms, strict=True)
        ]
        for start in range(0, len(rows), AT_ONCE):
            await self._in.run(_PUT_MANY, rows[start : start + AT_ONCE])
        asked = [question for _, question in pairs if question is not None]
        for start in range(0, len(asked), AT_ONCE):
            await self._in.run(_ASK, asked[start : start + AT_ONCE])
        return [row["key"] for row in rows]

    async def cancel(self, about: str, *, kinds: Iterable[Kind] = ()) -> int:
        """Those of which nobody knows whether they arrived aren't sent again."""
        meant = outbox.c.about == about
        if wanted := list(kinds):
            meant = and_(meant, outbox.c.kind.in_(wanted))
        gone = await self._in.count(delete(outbox).where(meant, outbox.c.state.in_(NOT_BEGUN)))
        stopped = update(outbox).where(meant, outbox.c.state == "uncertain")
        await self._in.run(stopped.values(state="expired", cause="cancelled", body=None))
        return gone

    async def showing(self, lesson: str) -> Sequence[Showing]:
        found = select(*(outbox.c[name] for name in ("key", "account", "state", "body", "shows")))
        meant = outbox.c.state.in_((*NOT_BEGUN, *MAY_HAVE_ARRIVED, "sent")) & _shows.contains(lesson, autoescape=True)
        return [
            Showing(
                key=row["key"],
                account=row["account"],
                lessons=row["shows"],
                message=from_data(row["body"]) if row["state"] in NOT_BEGUN and row["body"] is not None else None,
                arrived=row["state"] not in ("pending", "retry"),
            )
            for row in await self._in.rows(found.where(meant).order_by(outbox.c.seq))
        ]

    async def rewrite(self, key: str, message: Message, shows: Iterable[str]) -> None:
        body = Written(dumps(to_data(message)))
        changed = {"body": body, "body_hash": _hash(body), "shows": tuple(shows)}
        await self._in.run(update(outbox).where(outbox.c.key == key, outbox.c.state.in_(NOT_BEGUN)).values(**changed))

    async def by_remote(self, platform: str, remote_id: str) -> Sent | None:
        found = select(outbox.c.key, outbox.c.account, outbox.c.about).where(
            outbox.c.platform == platform, outbox.c.remote_id == remote_id
        )
        row = await self._in.row(found)
        return None if row is None else Sent(**row)

    async def state_of(self, about: str, kind: Kind) -> tuple[DeliveryState, datetime | None] | None:
        row = await self._in.row(_NEWEST, {"what": about, "which": kind})
        return None if row is None else (cast("DeliveryState", row["state"]), row["sent_at"])

    async def unasked_in(self, person: str, first: date, last: date, *, planned: bool = True) -> int:
        """Days are the person's own, `last` included. Without `planned` only what may have reached them."""
        zone = ZoneInfo(await self._in.value(_ZONE, {"person_key": person}) or "Europe/Berlin")
        begin, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        sent = and_(outbox.c.state == "sent", outbox.c.sent_at >= begin, outbox.c.sent_at < end)
        states = MAY_HAVE_ARRIVED + (PLANNED if planned else ())
        waiting = and_(outbox.c.state.in_(states), outbox.c.due_at >= begin, outbox.c.due_at < end)
        theirs = (outbox.c.person == person, UNASKED, outbox.c.kind.in_(UNDER_CEILING))
        counted = select(func.count()).select_from(outbox).where(*theirs, or_(sent, waiting))
        return int(await self._in.value(counted))


def _rows(outgoing: Outgoing) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The message, without whose it is, and what it asks."""
    data = to_data(outgoing.message)
    body = Written(dumps(data))
    row = {
        "key": new_key("m"),
        "account": outgoing.account,
        "address": outgoing.room,
        "kind": outgoing.kind,
        "about": outgoing.about,
        "body": body,
        "body_hash": _hash(body),
        "holds_personal": outgoing.holds_personal,
        "shows": outgoing.shows,
        "planned_at": outgoing.due,
        "due_at": outgoing.due,
        "expires_at": outgoing.expires,
        "state": "pending",
        "attempts": 0,
    }
    asked = choices(outgoing.message) or ask(outgoing.message)
    if asked is None:
        return row, None
    question = {
        "message": row["key"],
        "account": outgoing.account,
        "asked": data["blocks"][outgoing.message.blocks.index(asked)],
        "about": getattr(asked, "about", None) or outgoing.about,
        "at": outgoing.due,
        "closed": False,
    }
    return row, question


def _hash(body: Written) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
