"""What is the network office's, or goes to it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTeam:
    text: str | None = None
    enquiry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeCreate:
    schedule: str | None = None
    audience: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeList: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgePause:
    name: str | None = None
    until: dt.date | None = None
    nudge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeResume:
    name: str | None = None
    nudge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgePreview:
    """As it will look; with `test`, one real message to the one who asks."""

    name: str | None = None
    nudge: str | None = None
    test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeStats:
    """`detail`: what can't be told, asked all the same ("who", "read")."""

    name: str | None = None
    nudge: str | None = None
    detail: Literal["who", "read"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeShow:
    name: str | None = None
    nudge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeChange:
    """Everything that is said at once, in the admin's words."""

    nudge: str | None = None
    field: Literal["text", "text_en", "audience", "schedule", "rename"] | None = None  # asked for, if nothing is said
    rename: str | None = None
    text: str | None = None
    text_en: str | None = None
    shorter: bool = False
    audience: str | None = None
    schedule: str | None = None
    activate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeActivate:
    nudge: str | None = None
    name: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeStop:
    """For good; with `delete`, only the sums stay."""

    name: str | None = None
    nudge: str | None = None
    delete: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskList:
    """What waits at the network office's desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAnswer:
    """By hand: a text, or somebody to ask ("frag Jens Kalthoff")."""

    request: str | None = None
    text: str | None = None
    person: str | None = None
    take: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened in the network, in totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAdd:
    """A new topic for everybody; names are separated by commas."""

    label: str | None = None
    english: str | None = None
    synonyms: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSynonym:
    synonym: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMerge:
    topic: str | None = None
    into: str | None = None
    confirmed: bool = False
