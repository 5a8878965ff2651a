"""Introductions: asked for, answered, followed up."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduce:
    """Introduce me to somebody: a name, or the number in the last list."""

    person: str | int | None = None
    topic: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """An encrypted room with both sides of an introduction, where the platform has such rooms."""

    introduction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkThrough:
    """Talk on with the other side of an introduction through the bot; with a text: pass this on. The newest one without a key."""

    introduction: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTalk:
    """No longer through the bot."""

    introduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """The asker has seen the preview; these contact data go to the contact after a yes."""

    introduction: str
    gives: tuple[str, ...] = ()  # of "email", "phone", "account"
    email: str | None = None  # typed now, because it isn't kept
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    introduction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawIntroduction:
    introduction: str | None = None
    person: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyIntroductions: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How my requests stand ("und?")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The contact's yes. `only` and `never` are the restriction the person named, of "email", "phone", "account"."""

    introduction: str | None = None
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    email: str | None = None  # typed now, because it isn't kept
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    introduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    introduction: str | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestOther:
    introduction: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBack:
    """A question to the other side before the yes; neither yes nor no."""

    introduction: str | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Pass this text on to the other side of an introduction, as it is."""

    introduction: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCandidate:
    introduction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToAsk:
    """One after the other or several at once, and whether to go on without asking; without a wish it is asked."""

    enquiry: str | None = None
    next_by_itself: bool | None = None
    at_once: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWanted:
    """The asker's answer after a late yes."""

    introduction: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The contact has enough requests: wait in the queue, or ask somebody else."""

    introduction: str
    wait: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Have you talked? Answer to the check-in."""

    introduction: str | None = None
    answer: Literal["talked", "not_yet", "settled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SayThanks:
    """One sentence of thanks to the one who helped, passed on as it is."""

    introduction: str | None = None
    text: str | None = None
