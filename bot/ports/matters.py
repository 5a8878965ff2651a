"""What people do together: enquiries, introductions, the desk, visits, lessons, links: the stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.lessons import Lesson, Subscription
from bot.model import (
    DeskRequest,
    Enquiry,
    Handover,
    Introduction,
    IntroductionState,
    LinkCode,
    Step,
)
from bot.visit_states import Visit, VisitState, VisitStep


class Enquiries(Protocol):
    async def add(self, enquiry: Enquiry) -> None: ...
    async def get(self, key: str) -> Enquiry | None: ...
    async def save(self, enquiry: Enquiry) -> None: ...
    async def refine(self, was: Enquiry, now: Enquiry) -> bool:
        """As `save`, of what differs, unless an introduction belongs to it: then it stays as it was."""

    async def last(self, asker: str) -> Enquiry | None: ...
    async def of(self, asker: str) -> Sequence[Enquiry]: ...
    async def demands(self, topic: str | None, text: str) -> Sequence[Enquiry]:
        """Noted and not yet met, on this topic or these words."""

    async def count_search(self, asker: str, at: datetime, *, since: datetime, at_most: int) -> bool:
        """Counts it, unless there have been so many strictly after `since` already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What somebody is asked for: for taking turns among equals, never shown."""

    last_asked: datetime
    open: int  # requests that wait for their answer


class Introductions(Protocol):
    async def add(self, introduction: Introduction) -> None: ...
    async def get(self, key: str) -> Introduction | None: ...
    async def save(self, introduction: Introduction, *, was: IntroductionState) -> None:
        """Raises Conflict if the state is no longer `was`."""

    async def discard(self, key: str) -> None:
        """A draft nobody else has seen."""

    async def asked_by(self, person: str) -> Sequence[Introduction]:
        """Newest first."""

    async def asked_of(self, person: str) -> Sequence[Introduction]:
        """Newest first; drafts are not among them."""

    async def of_enquiry(self, enquiry: str) -> Sequence[Introduction]: ...
    async def note(self, step: Step) -> None: ...
    async def steps(self, introduction: str) -> Sequence[Step]: ...
    async def hand_over(self, handover: Handover) -> None: ...
    async def handed_to(self, person: str) -> Sequence[Handover]: ...
    async def loads(self, people: Iterable[str]) -> dict[str, Load]:
        """Those never asked are left out."""


class Desk(Protocol):
    async def add(self, request: DeskRequest) -> None: ...
    async def get(self, key: str) -> DeskRequest | None: ...
    async def open(self) -> Sequence[DeskRequest]: ...
    async def of(self, asker: str) -> Sequence[DeskRequest]: ...
    async def save(self, request: DeskRequest) -> None: ...


class Visits(Protocol):
    async def add(self, visit: Visit) -> None: ...
    async def get(self, key: str) -> Visit | None: ...
    async def save(self, visit: Visit, *, was: VisitState) -> None:
        """Raises Conflict if the state is no longer `was`."""

    async def discard(self, key: str) -> None:
        """A draft nobody else has seen."""

    async def of(self, person: str) -> Sequence[Visit]:
        """As guest or host, without the drafts; the earliest day first."""

    async def note(self, step: VisitStep) -> None: ...
    async def steps(self, visit: str) -> Sequence[VisitStep]:
        """Oldest first."""


class Lessons(Protocol):
    async def add(self, lesson: Lesson) -> None: ...
    async def get(self, key: str) -> Lesson | None: ...
    async def save(self, lesson: Lesson) -> None:
        """Nothing of what it said before is kept."""

    async def remove(self, key: str) -> None: ...
    async def of(self, author: str) -> Sequence[Lesson]:
        """Newest first."""

    async def many(self, keys: Iterable[str]) -> dict[str, Lesson]: ...
    async def shown_by(self, authors: Iterable[str]) -> dict[str, Sequence[Lesson]]:
        """Those that others may read, newest first; authors without any are left out."""

    async def with_approver(self, person: str) -> Sequence[Lesson]:
        """Those that name this person's town, asked about or with their yes; newest first."""


class Subscriptions(Protocol):
    async def add(self, subscription: Subscription) -> None:
        """Replaces the one of the same person and topic (or text)."""

    async def of(self, person: str) -> Sequence[Subscription]:
        """Oldest first."""

    async def to(self, topic: str | None, text: str) -> Sequence[Subscription]: ...
    async def remove(self, key: str) -> None: ...
    async def told(self, person: str, at: datetime) -> None:
        """What is new by then has been said."""


class Links(Protocol):
    async def add(self, link: LinkCode) -> None: ...
    async def get(self, key: str) -> LinkCode | None: ...
    async def by_digest(self, digest: str) -> LinkCode | None: ...
    async def save(self, link: LinkCode) -> None: ...
