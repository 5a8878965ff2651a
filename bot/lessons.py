"""What somebody took along from a visit, and how their own words are taken apart for the play-back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

MAX_LESSON = 4000  # characters
_CONFIRMED = re.compile(r"bestätig|confirm|wie gedacht|wie erwartet|as expected", re.IGNORECASE)
_NEXT = re.compile(
    r"nächste[rn]? schritt|als nächstes|\b(?:wir|ich) (?:starten|starte|werden|werde|wollen|planen|probieren|testen|beginnen|fangen)\b"
    r"|next step|\b(?:we|i) (?:will|plan|start|are going to)\b|\bi'll\b|\bwe'll\b",
    re.IGNORECASE,
)
_NOTHING_NEW = re.compile(
    r"\b(?:nichts|nix|nicht viel|kaum was|nothing)\s+(?:wirklich\s+)?(?:neu\w*|new)\b|\bnur\s+(?:eine\s+)?bestätigung|\bonly confirm",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:und\s+)?(?:neu|new|bestätigt|confirmed|nächster schritt|next step)\s*[:–-]\s*", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\D)|\n+|\s+(?=\d[.)]\s)")
_OUT = re.compile(
    r"^(?:bitte\s+)?(?:nimm\s+|streich\w*\s+|nehmen sie\s+)?(?:(?:die|das|den|der|dem|the)\s+)?(?P<what>.+?)\s+(?:bitte\s+|please\s+)?"
    r"(?:raus|heraus|weg|weglassen|streichen|entfernen|löschen|out|remove)\b",
    re.IGNORECASE,
)
_ELSE_RIGHT = re.compile(
    r"(?:sonst|ansonsten|rest)\s+(?:stimmt|passt|ist (?:es )?(?:gut|richtig)|so lassen)|otherwise (?:it's |that's )?(?:right|fine|good)",
    re.IGNORECASE,
)
_DELICATE = re.compile(
    r"\b(?:Herrn?|Frau|Mrs?\.|Ms\.)\s+[A-ZÄÖÜ][\w-]+|[\w.+-]+@[\w-]+\.\w+|\+?\d[\d /-]{7,}\d"
    r"|\d+(?:[.,]\d{3})+(?:,\d+)?(?:\s*(?:€|euro\b|eur\b))?|\d+(?:,\d+)?\s*(?:€|euro\b|eur\b|tausend\b)",
    re.IGNORECASE,
)
_SHORT = 12  # words up to which "nothing new" is all that is said


class Level(StrEnum):
    """Who may read a lesson."""

    ME = "me"
    BODY = "body"  # colleagues of the author's municipality
    NETWORK = "network"


class Approval(StrEnum):
    """Where a version that names the other side of the visit stands. Only `GIVEN` is a yes."""

    NONE = "none"
    DUE = "due"  # the author is still at it; it is put before the other side when the author says so
    ASKED = "asked"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What its author wrote (`text`), and what others may read of it (`shown`), if anything.

    `text` is None where there was nothing new, only confirmation: a full answer. `wanted` is the level that begins
    with the yes of `approver`.
    """

    key: str
    author: str
    visit: str | None = None
    topic: str | None = None  # in the author's words
    text: str | None = None
    at: datetime
    place: str | None = None  # the body it was learned from: the other side's town
    visited_on: date | None = None
    level: Level = Level.ME
    shown: str | None = None
    released_at: datetime | None = None
    wanted: Level | None = None
    approval: Approval = Approval.NONE
    approver: str | None = None

    @property
    def named(self) -> bool:
        """Others may read from where it comes."""
        return self.approval is Approval.GIVEN

    def only_mine(self) -> "Lesson":
        """Read by nobody else, and nobody is asked about it any more."""
        return replace(
            self, level=Level.ME, shown=None, released_at=None, wanted=None, approval=Approval.NONE, approver=None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Somebody wants to hear what is new on a topic: in the weekly digest, or as soon as their hours allow."""

    key: str
    person: str
    topic: str | None  # id in the topic table; None: free text
    text: str  # as they said it
    at_once: bool = False
    since: datetime
    told_at: datetime  # what is older has been said


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    new: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    next_step: tuple[str, ...] = ()


def nothing_new(text: str) -> bool:
    """ "war nix neues, nur bestätigung"."""
    return _NOTHING_NEW.search(text) is not None and len(text.split()) <= _SHORT


def taken_apart(text: str) -> Parts:
    """Sentence by sentence; what is neither confirmed nor a next step is new. Every word stays in one of them."""
    new: list[str] = []
    confirmed: list[str] = []
    following: list[str] = []
    for sentence in _SENTENCE.split(text):
        said = sentence.strip()
        if not said:
            continue
        part = following if _NEXT.search(said) else confirmed if _CONFIRMED.search(said) else new
        part.append(_PREFIX.sub("", said))
    return Parts(new=tuple(new), confirmed=tuple(confirmed), next_step=tuple(following))


def without_name(text: str, names: Mapping[str, str]) -> str:
    """The text with each name, in any letter case and with its endings, replaced by what it stands for."""
    for name in sorted(names, key=len, reverse=True):
        said = re.compile(rf"(?<!\w){re.escape(name)}(?:s|er)?(?!\w)", re.IGNORECASE)
        text = names[name].join(said.split(text))
    return text


def delicate(text: str) -> tuple[str, ...]:
    """What somebody should look at before others read it: people by name, ways to reach them, amounts of money."""
    return tuple(dict.fromkeys(found[0].strip(" .,;") for found in _DELICATE.finditer(text)))


def taken_out(text: str, said: str) -> str | None:
    """ "Die 30.000 bitte raus, sonst stimmts": the text without the sentences that have it; None if none has, or it is
    no such wish at all. Empty if nothing would be left.
    """
    out = _OUT.match(said.strip())
    if out is None:
        return None
    what = out["what"].strip(" „“\"'").casefold()
    sentences = _SENTENCE.split(text)
    left = [one for one in sentences if what not in one.casefold()]
    return None if len(left) == len(sentences) else "\n".join(left)


def is_removal(said: str) -> bool:
    return _OUT.match(said.strip()) is not None


def all_else_right(said: str) -> bool:
    """ "…, sonst stimmts"."""
    return _ELSE_RIGHT.search(said) is not None
