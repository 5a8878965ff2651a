"""What is the network office's, or goes to it."""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeResume:
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgePreview:
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeStats:
    name: str | None = None


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
