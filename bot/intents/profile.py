"""What somebody says of themselves, and how they want to be asked."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileShow: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTopic:
    topic: str | None = None
    level: str | None = None
    since: str | None = None  # as said: "3 Jahren", "2023"
    visitable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantTopic:
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTopic:
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAffiliation:
    municipality: str | None = None
    body: str | None = None  # key, from a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class SetListing:
    by: Literal["name", "function"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFunction:
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetContactData:
    """Change or forget kept contact data; without a value it is asked for."""

    field: Literal["email", "phone"]
    value: str | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCap:
    """At most so many open requests at a time (`open`) or new ones a month (`month`)."""

    open: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStandIn:
    """Whom to ask instead of me, in the person's words; empty: nobody."""

    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    until: dt.date | None = None
    visible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmProfile: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    language: Literal["de", "en"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAccount:
    """A second account of the same person: without a code one is made, with one it is redeemed."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLink:
    link: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHome:
    """The platform to which unasked messages go."""

    platform: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompts: ...
