"""What a conversation rests on: questions, dialogs, the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.events import Account, Incoming
from bot.messages import Ask, Choices
from bot.model import (
    Dialog,
)

OVER = -2  # nothing that is answered now would change anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked in a message that has been handed to the platform, or is being handed."""

    message: str  # outbox key
    account: Account
    asked: Choices | Ask
    about: str | None
    at: datetime
    answered: int | None = None  # the position picked, -1 for a form filled, or OVER


class Questions(Protocol):
    async def get(self, message: str) -> Question | None: ...
    async def newest(self, account: Account, now: datetime) -> Question | None:
        """The last thing asked there whose time has come, answered or not; None if closed or older than 30 days."""

    async def unanswered(self, account: Account, now: datetime) -> Sequence[Question]:
        """What was asked there within 30 days and neither answered nor closed, the newest first; a few at most."""
        ...

    async def answer(self, message: str, position: int, at: datetime) -> None: ...
    async def over(self, about: str, person: str, at: datetime) -> None:
        """What this person was asked about this object needs no answer any more, on whichever account it was asked. Who
        answers all the same is told so by the flow; the platforms take the buttons away.
        """

    async def close(self, about: str) -> None:
        """What was asked about this object is no longer open, anywhere."""


class Dialogs(Protocol):
    async def get(self, account: Account, now: datetime) -> Dialog | None:
        """Not if it was left lying for 24 hours."""

    async def save(self, dialog: Dialog) -> None: ...
    async def drop(self, account: Account) -> None: ...


class Inbox(Protocol):
    async def begin(self, incoming: Incoming) -> bool:
        """False for a replay. The id is kept; nothing of what was written is."""

    async def receive(self, incoming: Incoming) -> bool:
        """Keep the whole event until its turn has committed; False for a replay. For adapters that must answer first."""

    async def waiting(self) -> Sequence[Incoming]:
        """Received, their turn not yet committed: taken again after a crash."""

    async def acted_on(self, platform: str, event: str) -> bool: ...
    async def edited(self, incoming: Incoming) -> str | None:
        """The newest text that a received edit gives this event; its edits are acted on with that. None without one."""
