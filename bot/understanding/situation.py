"""What the understanding is told beside the text, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from bot.intents import Intent
from bot.languages import LanguageCode


class Lexicon(Protocol):
    """What this deployment knows: its register of places and its topics. Only asked, never changed."""

    def place(self, text: str) -> object:
        """What the register says to the name of a place; its `exact` tells whether one is called so."""
        ...

    def topic(self, text: str) -> object | None: ...

    def state(self, text: str) -> str | None: ...

    def knows_place(self, text: str) -> bool:
        """Whether one is called exactly so; asked for many spans of a sentence, so it has to be quick."""
        ...

    def begins_place(self, word: str) -> bool:
        """Whether one may be called by this word and what follows."""
        ...

    def knows_topic(self, text: str) -> bool:
        """Like `knows_place`, over all names of the topics, inflected ones too."""
        ...

    def begins_topic(self, word: str) -> bool:
        """Whether one may be called by this word and what follows: no name begins with most words of a sentence."""
        ...


class NoLexicon:
    """For texts that are understood before anything is known, such as the language of a first contact."""

    def place(self, text: str) -> object:
        return None

    def topic(self, text: str) -> object | None:
        return None

    def state(self, text: str) -> str | None:
        return None

    def knows_place(self, text: str) -> bool:
        return False

    def begins_place(self, word: str) -> bool:
        return False

    def knows_topic(self, text: str) -> bool:
        return False

    def begins_topic(self, word: str) -> bool:
        return False


class Labelled(Protocol):
    """A choice open in the newest question; `says` names a list of the phrases files."""

    @property
    def label(self) -> str: ...

    @property
    def says(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of no question that was asked, for tests and examples."""

    label: str
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the text was written. `context` is what was asked last: "none", "after_results", "asked_consent",
    "asked_lesson", "visit_reminder", "notice", "confirm", "check_in", "listing", "preview", "asked_text" (any text
    may be the answer); anything else is a
    numbered choice.
    """

    context: str = "none"
    options: Sequence[Labelled] = ()
    today: date
    now: datetime
    language: str | None = None
    role: Literal["staff", "admin"] = "staff"
    home_state: str | None = None
    lexicon: Lexicon

    @classmethod
    def plain(cls, now: datetime) -> "Situation":
        """Nothing was asked and nothing is known."""
        return cls(today=now.date(), now=now, lexicon=NoLexicon())


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """`sure` is False between two readings: then `alternatives` are to be asked about."""

    intent: Intent
    language: LanguageCode | None = None
    alternatives: tuple[Intent, ...] = ()
    sure: bool = True
    reasons: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False, compare=False)

    @property
    def because(self) -> tuple[str, ...]:
        """For admins: put together when asked for, as no turn reads it."""
        return self.reasons()
