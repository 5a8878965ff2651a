"""What somebody took along from a visit, and how their own words are taken apart for the play-back."""

import re
from dataclasses import dataclass
from datetime import datetime

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
_SHORT = 12  # words up to which "nothing new" is all that is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Only its author sees it. `text` is None where there was nothing new, only confirmation: a full answer."""

    key: str
    author: str
    visit: str | None = None
    topic: str | None = None  # in the author's words
    text: str | None = None
    at: datetime


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
