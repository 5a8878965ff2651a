"""One transaction and the stores seen through it."""

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Protocol

from bot.nudges.store import Nudges
from bot.ports.conversation import Dialogs, Inbox, Questions
from bot.ports.matters import Desk, Enquiries, Introductions, Lessons, Links, Subscriptions, Visits
from bot.ports.people import Accounts, Bodies, People, Topics
from bot.ports.promises import Agenda, Outbox

ERASED = "p_erased"
"""Stands in an asker's rows (introductions, lists) for a contact who has been erased; no person has this key."""


class Conflict(Exception):
    """Somebody else changed the same thing in the meantime (or a deadlock was broken); the turn starts again."""


class Audit(Protocol):
    async def note(self, at: datetime, actor: str, action: str, subject: str | None = None, **facts: Any) -> None:
        """Appends to the hash-chained log; ids and numbers, never texts."""


class Totals(Protocol):
    async def add(self, name: str, day: date, n: int = 1) -> None:
        """A counter without person keys."""

    async def sum(self, name: str, first: date, last: date) -> int: ...


class Privacy(Protocol):
    async def everything(self, person: str) -> dict[str, Any]:
        """All rows of the person that are tagged for export, by table, as JSON values."""

    async def erase(self, person: str, at: datetime) -> None:
        """All rows tagged for erasure go, in every table, and what others' rows say of the person; leaves a tombstone.

        Others' introductions with the person stay, with ERASED as the contact. What is posted afterwards in the same
        unit of work is kept, a last message to the person's own accounts among it.
        """


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit` means that nothing happened."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def people(self) -> People: ...
    @property
    def bodies(self) -> Bodies: ...
    @property
    def topics(self) -> Topics: ...
    @property
    def enquiries(self) -> Enquiries: ...
    @property
    def introductions(self) -> Introductions: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def lessons(self) -> Lessons: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def nudges(self) -> Nudges: ...
    @property
    def links(self) -> Links: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def dialogs(self) -> Dialogs: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def agenda(self) -> Agenda: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def privacy(self) -> Privacy: ...
    async def commit(self) -> None:
        """Raises Conflict where the database asks for another try."""


class Database(Protocol):
    def unit(self, *, write: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        """A new unit of work. A read-only one never waits for writers and can't commit."""
