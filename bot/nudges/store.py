"""What nudges ask of the storage; one of the stores of a unit of work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.audiences import Facts
from bot.messages import Message
from bot.nudges.model import Nudge, Run, Traced
from bot.nudges.planning import Planned


class Nudges(Protocol):
    async def add(self, nudge: Nudge) -> None: ...
    async def get(self, key: str) -> Nudge | None: ...
    async def by_name(self, name: str) -> Nudge | None:
        """Letter case and blanks apart; names are unique."""

    async def all(self) -> Sequence[Nudge]:
        """By name."""

    async def save(self, nudge: Nudge, *, was: Nudge) -> None:
        """Raises Conflict if it has been changed since `was` was read."""

    async def remove(self, key: str) -> None:
        """Its runs stay, as sums under its name."""

    async def members(self, on: date, only: Collection[str] | None = None) -> Sequence[Facts]:
        """Everybody with a consent in force, or those of `only` among them."""

    async def unasked(self, people: Collection[str], since: datetime) -> Mapping[str, Mapping[date, int]]:
        """Messages under the ceiling since then, handed over or planned, by person and Monday of their week."""

    async def begin(self, run: Run) -> bool:
        """False if this nudge has had a run at this instant."""

    async def promise(self, run: Run, lines: Sequence[tuple[Planned, Message | None]]) -> None:
        """Rows of the outbox for those who are written to, and a line for each. One who is written to is one step more
        silent, until they write.
        """

    async def run(self, key: str) -> Run | None: ...
    async def runs(self, nudge: str) -> Sequence[Run]:
        """Newest first."""

    async def runs_named(self, name: str) -> Sequence[Run]:
        """Of a nudge that may be gone; newest first."""

    async def traced(self, run: str) -> Sequence[Traced]: ...
    async def close(self, run: Run) -> None:
        """Keeps its sums, and lets go of who they were."""

    async def open_until(self, instant: datetime) -> Sequence[Run]:
        """Runs up to then that have not been closed."""
