"""The nouns Lotse knows, as values: people and their towns, what they offer, what they ask of each other."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from bot.events import Account, Address
from bot.forms import Form
from bot.matching.places import Municipality

Body: TypeAlias = Municipality  # or a district, an Amt, a joint authority, an IT provider: its `kind` tells


def new_key(prefix: str) -> str:
    """A random key such as `p_3v9x…`: 80 bits, unguessable, tells nothing."""
    return f"{prefix}_{secrets.token_hex(10)}"


class Role(StrEnum):
    STAFF = "staff"
    COORDINATOR = "coordinator"  # of one body
    ADMIN = "admin"  # the network office
    VENDOR = "vendor"  # may answer when asked; never turns up in a search


class Source(StrEnum):
    """How we know that a person belongs to a body; shown beside it."""

    TENANT = "tenant"
    HOMESERVER = "homeserver"
    COORDINATOR = "coordinator"
    IMPORTED = "import"
    OWN = "own"  # own statement, unconfirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account that has been seen. It exists before there is a person: nothing is a profile before consent."""

    account: Account
    platform: str
    address: Address
    name: str
    domain: str | None = None
    language: str | None = None
    person: str | None = None
    seen_at: datetime
    reachable: bool = True
    noticed_at: datetime | None = None  # when the notice was shown
    notice_version: str | None = None
    refused_at: datetime | None = None  # kept after a no, so that nobody asks again unasked
    kept_question: str | None = None  # the question asked before consent; dropped after 24 hours or at a no


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    key: str
    name: str
    language: Literal["de", "en"] = "de"
    timezone: str = "Europe/Berlin"
    role: Role = Role.STAFF
    function: str | None = None
    email: str | None = None  # kept only if the person said so
    phone: str | None = None
    listing: Literal["name", "function"] | None = None  # None: not asked yet, not findable
    open_cap: int = 2
    month_cap: int = 4
    paused_until: date | None = None  # the first day they are back
    paused_since: date | None = None
    pause_visible: bool = False
    stand_in: str | None = None  # whom to ask instead, in the person's words
    prompts_off: bool = False
    silences: int = 0  # prompts in a row without an answer
    home: Account | None = None  # where unasked messages go; None: where they wrote last
    created_at: datetime
    active_at: datetime
    confirmed_at: datetime  # profile confirmed; asked once a year
    invited_until: datetime | None = None  # imported without consent: invisible, deleted then

    def paused_on(self, day: date) -> bool:
        return self.paused_until is not None and day < self.paused_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    person: str
    purpose: Literal["service"] = "service"
    version: str
    given_at: datetime
    source: Literal["chat", "import"] = "chat"
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affiliation:
    """A person belongs to a body, from a day until another."""

    person: str
    body: str
    source: Source
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A topic a person helps with (`offer`) or wants to learn (`want`)."""

    key: str
    person: str
    kind: Literal["offer", "want"]
    topic: str | None  # id in the topic table; None: free text
    text: str  # as declared
    since: int | None = None  # year
    level: Literal["introduced", "running", "expert", "beginner"] | None = None
    visitable: bool = False  # "Wir zeigen das gern"
    declared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of an enquiry, resolved."""

    near: str | None = None  # body
    within_km: int | None = None
    state: str | None = None
    not_state: str | None = None
    outside_state: bool = False
    size: Literal["similar", "small", "medium", "large"] | None = None
    level: Literal["beginner", "expert"] | None = None
    visitable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """What somebody is looking for; introductions, noted demand and desk requests belong to it."""

    key: str
    asker: str
    topic: str | None  # id in the topic table
    text: str  # the topic in the asker's words
    sentence: str | None = None  # the reason the asker gave last, offered again for the next candidate
    filters: Filters = field(default_factory=Filters)
    shown: tuple[str, ...] = ()  # people already shown, in order: what "more" must not repeat
    page: tuple[str, ...] = ()  # the people of the last list, in order: what "the second" means
    next_by_itself: bool = False  # ask the next candidate without asking the asker first
    at_once: int = 1  # how many may be asked at the same time, up to 3
    demand_noted_at: datetime | None = None
    demand_met_at: datetime | None = None
    at: datetime


class IntroductionState(StrEnum):
    DRAFT = "draft"  # the asker sees the preview; nobody else knows
    QUEUED = "queued"  # over the contact's cap
    ASKED = "asked"  # the contact has been asked, or will be at the next opening
    POSTPONED = "postponed"  # "yes, but later"
    MEDIATED = "mediated"  # both said yes; contact data handed over
    LATE = "late"  # a yes after expiry; the asker is asked whether it is still wanted
    TALKED = "talked"
    SETTLED = "settled"  # mediated, and closed without a word about talking
    DECLINED = "declined"
    EXPIRED = "expired"
    DROPPED = "dropped"  # the contact paused, left, took the topic back or can't be reached
    WITHDRAWN = "withdrawn"
    RELEASED = "released"  # somebody else said yes first; thanked


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """One request of one asker to one contact. The wish is the first yes, the contact's answer the second."""

    key: str
    enquiry: str
    asker: str
    contact: str
    topic: str | None
    topic_text: str
    state: IntroductionState = IntroductionState.DRAFT
    reason: str  # the asker's sentence, exactly as the contact reads it
    asker_gives: tuple[str, ...] = ()  # of "email", "phone", "account"
    contact_gives: tuple[str, ...] = ()
    asker_email: str | None = None  # typed for this request only; emptied when it is handed over or the request ends
    asker_phone: str | None = None
    contact_email: str | None = None  # typed with a late yes, until the asker has confirmed
    contact_phone: str | None = None
    created_at: datetime
    asked_at: datetime | None = None  # when the request goes out (planned), then went out
    answer_by: datetime | None = None
    later_on: date | None = None
    answered_at: datetime | None = None
    told_at: datetime | None = None  # when the asker hears of an end; until then the status is "noch keine Zusage"
    check_ins: int = 0
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an introduction's history. `by` is "asker", "contact" or "time"."""

    introduction: str
    at: datetime
    event: str
    by: Literal["asker", "contact", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What one side was given of the other. Erased with the person it speaks of."""

    introduction: str
    to: str
    of: str
    name: str
    function: str | None
    body: str | None  # as words: "Hückelhoven, Nordrhein-Westfalen"
    email: str | None = None
    phone: str | None = None
    account: str | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRequest:
    """Something for the network office: a request nobody matches, a report, a message to the team."""

    key: str
    kind: Literal["match", "message", "report", "idea"]
    asker: str
    enquiry: str | None = None
    about: str | None = None  # an introduction, for a report
    topic: str | None = None
    text: str | None = None
    at: datetime
    taken_by: str | None = None
    answered_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCode:
    """A code that links a second account: 15 minutes, single use, confirmed on the old account."""

    key: str
    digest: str  # of the code; the code itself is never stored
    account: Account  # the old account, where it was made
    expires_at: datetime
    used_by: Account | None = None  # the new account; waits for the confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A half-filled form: the only conversation state there is."""

    account: Account
    form: Form
    answers: dict[str, str] = field(default_factory=dict)
    started_at: datetime
