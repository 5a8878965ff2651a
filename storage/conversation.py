"""What a conversation rests on: events acted on once, questions asked, and the half-filled form."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot.events import Account, Edited, Incoming
from bot.messages import Ask, Choices, form_from_data, form_to_data, from_data
from bot.model import Dialog
from bot.ports import OVER, Question
from storage import incoming as events
from storage.prepared import Prepared, Row, among
from storage.tables import accounts, dialogs, inbox, outbox, questions
from storage.transaction import Insert, Transaction

OPEN_FOR = timedelta(days=30)
DIALOG_FOR = timedelta(hours=24)
A_FEW = 10  # questions that a typed answer is tried with
NEVER_SENT = ("dead", "expired", "held")

_GET = Prepared(select(questions).where(questions.c.message == bindparam("key")))
_ASKED = (
    select(questions)
    .join(outbox, outbox.c.key == questions.c.message)
    .where(
        questions.c.account == bindparam("who"),
        questions.c.at <= bindparam("now"),
        questions.c.at > bindparam("since"),
        outbox.c.state.not_in(NEVER_SENT),
    )
    .order_by(questions.c.at.desc(), outbox.c.seq.desc())
)
_NEWEST = Prepared(_ASKED.limit(1))
_UNANSWERED = Prepared(_ASKED.where(questions.c.answered.is_(None), questions.c.closed.is_not(True)).limit(A_FEW))
_OPEN = Prepared(
    select(questions.c.message).where(
        among(questions.c.message, "messages"), questions.c.answered.is_(None), questions.c.closed.is_not(True)
    )
)
_DIALOG = Prepared(
    select(dialogs).where(dialogs.c.account == bindparam("who"), dialogs.c.started_at > bindparam("since"))
)
_WAITING_OF = Prepared(
    select(inbox.c.body)
    .where(
        inbox.c.platform == bindparam("of"),
        inbox.c.account == bindparam("who"),
        inbox.c.acted_at.is_(None),
    )
    .order_by(inbox.c.at, inbox.c.event)
)
_DROP = Prepared(delete(dialogs).where(dialogs.c.account == bindparam("who")))


def _question(row: Row) -> Question | None:
    """None for one that was forgotten with its answer."""
    if row["asked"] is None:
        return None
    (asked,) = from_data({"blocks": [row["asked"]], "language": "de", "replaces": None}).blocks
    assert isinstance(asked, Choices | Ask)
    return Question(
        message=row["message"],
        account=row["account"],
        asked=asked,
        about=row["about"],
        at=row["at"],
        answered=row["answered"],
    )


class QuestionStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def get(self, message: str) -> Question | None:
        """None if it was closed, withdrawn or forgotten; also before its time has come, it is found."""
        row = await self._in.row(_GET, {"key": message})
        return None if row is None or row["closed"] else _question(row)

    async def newest(self, account: Account, now: datetime) -> Question | None:
        row = await self._in.row(_NEWEST, {"who": account, "now": now, "since": now - OPEN_FOR})
        if row is None or row["closed"]:
            return None
        return _question(row)

    async def unanswered(self, account: Account, now: datetime) -> Sequence[Question]:
        rows = await self._in.rows(_UNANSWERED, {"who": account, "now": now, "since": now - OPEN_FOR})
        return [one for row in rows if (one := _question(row)) is not None]

    async def open(self, messages: Iterable[str]) -> frozenset[str]:
        """Those of these that were neither answered nor closed."""
        return frozenset(await self._in.column(_OPEN, {"messages": list(messages)}))

    async def answer(self, message: str, position: int, at: datetime) -> None:
        """What the options carried is forgotten if they say so; the question then no longer exists."""
        values: dict[str, Any] = {"answered": position, "answered_at": at}
        row = await self._in.row(_GET, {"key": message})
        if row is not None and row["asked"] is not None and row["asked"].get("forget"):
            values["asked"] = None
        await self._in.run(update(questions).where(questions.c.message == message).values(values))

    async def over(self, about: str, person: str, at: datetime) -> None:
        theirs = select(accounts.c.account).where(accounts.c.person == person)
        waiting = (questions.c.about == about) & questions.c.answered.is_(None) & questions.c.account.in_(theirs)
        await self._in.run(update(questions).where(waiting).values(answered=OVER, answered_at=at))

    async def close(self, about: str) -> None:
        """What the options carried is forgotten."""
        await self._in.run(update(questions).where(questions.c.about == about).values(closed=True, asked=None))


class DialogStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def get(self, account: Account, now: datetime) -> Dialog | None:
        row = await self._in.row(_DIALOG, {"who": account, "since": now - DIALOG_FOR})
        if row is None:
            return None
        return Dialog(
            account=row["account"],
            form=form_from_data(row["form"]),
            answers=row["answers"],
            started_at=row["started_at"],
        )

    async def save(self, dialog: Dialog) -> None:
        values = {
            "account": dialog.account,
            "form": form_to_data(dialog.form),
            "answers": dialog.answers,
            "started_at": dialog.started_at,
        }
        await self._in.run(_save(self._in.insert), values)

    async def drop(self, account: Account) -> None:
        await self._in.run(_DROP, {"who": account})


class InboxStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def begin(self, incoming: Incoming) -> bool:
        return await self._in.count(_begin(self._in.insert), _row(incoming, acted=True)) == 1

    async def receive(self, incoming: Incoming) -> bool:
        row = {**_row(incoming, acted=False), "body": events.to_data(incoming)}
        return await self._in.count(_receive(self._in.insert), row) == 1

    async def waiting(self) -> Sequence[Incoming]:
        """Oldest first."""
        found = select(inbox.c.body).where(inbox.c.acted_at.is_(None)).order_by(inbox.c.at, inbox.c.event)
        return [events.from_data(body) for body in await self._in.column(found)]

    async def acted_on(self, platform: str, event: str) -> bool:
        found = select(inbox.c.acted_at).where(inbox.c.platform == platform, inbox.c.event == event)
        return await self._in.value(found) is not None

    async def edited(self, incoming: Incoming) -> str | None:
        newest = None
        for body in await self._in.column(_WAITING_OF, {"of": incoming.platform, "who": incoming.account}):
            edit = events.from_data(body)
            if isinstance(edit.what, Edited) and edit.what.of == incoming.id and await self.begin(edit):
                newest = edit.what.text
        return newest


@cache
def _receive(insert: Insert) -> Prepared:
    return Prepared(insert(inbox).on_conflict_do_nothing())


@cache
def _begin(insert: Insert) -> Prepared:
    statement = insert(inbox)
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=["platform", "event"],
            set_={"acted_at": statement.excluded.acted_at, "body": None},
            where=inbox.c.acted_at.is_(None),
        )
    )


@cache
def _save(insert: Insert) -> Prepared:
    statement = insert(dialogs)
    new = {name: statement.excluded[name] for name in ("form", "answers", "started_at")}
    return Prepared(statement.on_conflict_do_update(index_elements=["account"], set_=new))


def _row(incoming: Incoming, *, acted: bool) -> dict[str, Any]:
    return {
        "platform": incoming.platform,
        "event": incoming.id,
        "account": incoming.account,
        "at": incoming.at,
        "acted_at": incoming.at if acted else None,
    }
