"""Finding people and what they learned."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Size: TypeAlias = Literal["similar", "small", "medium", "large"]
Level: TypeAlias = Literal["beginner", "expert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindContacts:
    """Ask for people. Every slot may be missing; with no topic it refines the last search."""

    topic: str | None = None
    near: str | None = None
    within_km: int | None = None
    state: str | None = None  # full German name
    outside_state: bool | None = None
    size: Size | None = None
    level: Level | None = None
    without: tuple[str, ...] = ()  # filters to drop: "near", "state", "size", "level", "all"
    not_state: str | None = None  # "nicht aus NRW"
    visitable: bool | None = None  # "wo kann man sich das ansehen?"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLessons:
    topic: str | None = None
    near: str | None = None
    state: str | None = None
    size: Size | None = None
    seen: tuple[str, ...] = ()  # lessons that were shown already


@dataclass(frozen=True, slots=True, kw_only=True)
class More: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyThis:
    """Why ("wieso der?") somebody is in the list."""

    person: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDemand:
    """Tell me once when somebody turns up."""

    enquiry: str | None = None
