"""What was taken along from visits: noted, released, read by others, followed."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLesson:
    topic: str | None = None
    municipality: str | None = None
    text: str | None = None
    visit: str | None = None
    nothing: bool = False  # nothing new, only confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectLesson:
    lesson: str
    text: str | None = None
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLesson:
    lesson: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyLessons: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLesson:
    """Who may read it; without `lesson` the newest one. `named` is asked for where the other side could be named."""

    level: Literal["me", "body", "network"] | None = None
    lesson: str | None = None
    named: bool | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawLesson:
    """Nobody else reads it any more: said by its author, or by the one it names."""

    lesson: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveLesson:
    """The other side's answer: by a button, or in words, which may be a wish."""

    lesson: str
    yes: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsAboutUs:
    """Those that name one's own town with one's yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAuthor:
    """An introduction to whoever wrote it; without `lesson` the one read last."""

    lesson: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """How it stands with one's own next step: by a button, or in words."""

    lesson: str
    answer: Literal["stays", "done"] | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Tell me what is new on a topic: weekly, or at once."""

    topic: str | None = None
    at_once: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    topic: str | None = None
    subscription: str | None = None
