"""Every intent: what a person wants, as a frozen dataclass; handlers are chosen by nothing else.

A sentence, a button, a reaction and a slash command all end in one of these. Slots that come from a sentence hold
the person's own words (a topic, a place, a name); the flow resolves them and asks back. Slots named after an object
(`introduction`, `enquiry`, …) hold its key; they are set by buttons only, and carry no authority: access is
checked when the intent is carried out.
"""

import datetime as dt
import json
import re
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduce:
    """Introduce me to somebody: a name, or the number in the last list."""

    person: str | int | None = None
    topic: str | None = None
    reason: str | None = None


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
class Block:
    person: str | int | None = None
    introduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    introduction: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The answer to the notice."""

    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyInfo:
    """What do you know about me; who reads this. `about` tells which of the answers is wanted."""

    about: Literal["mine", "readers", "notice"] = "mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportData: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMe:
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTeam:
    text: str | None = None
    enquiry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVisit:
    municipality: str | None = None
    person: str | None = None
    date: dt.date | None = None
    end_date: dt.date | None = None
    topic: str | None = None
    when: str | None = None  # the days as said, where they had to be asked for
    details: str | None = None  # "10 bis 15 Uhr, zu zweit"
    questions: str | None = None  # as said
    asked: bool = False  # the rest has been asked for
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendVisit:
    visit: str
    send: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVisit:
    """To a proposed date: a yes or no from a button, or whatever was written."""

    visit: str
    yes: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleVisit:
    date: dt.date | None = None
    municipality: str | None = None
    visit: str | None = None
    details: str | None = None  # day and times, as said


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelVisit:
    municipality: str | None = None
    date: dt.date | None = None
    visit: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitHistory:
    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyVisits: ...


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
class FollowUp:
    """How it stands with one's own next step: by a button, or in words."""

    lesson: str
    answer: Literal["stays", "done"] | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLesson:
    lesson: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedVisit:
    """It never took place."""

    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyLessons: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    date: dt.date | None = None
    duration_days: int | None = None
    time: dt.time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompts: ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Help: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class No: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The choice at this position (from 0) of the newest open question."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown: ...


Intent: TypeAlias = (
    FindContacts | FindLessons | More | WhyThis | NoteDemand
    | Introduce | SendRequest | ChangeRequest | WithdrawIntroduction | MyIntroductions | Status
    | Accept | Decline | Later | SuggestOther | AskBack | PassOn | NextCandidate | HowToAsk | StillWanted | Queue
    | CheckIn | SayThanks
    | ProfileShow | OfferTopic | WantTopic | RemoveTopic | SetAffiliation | SetListing | SetFunction | SetContactData
    | SetCap | SetStandIn | Pause | Resume | ConfirmProfile | Language | LinkAccount | ConfirmLink | SetHome
    | Block | Report | Consent | WithdrawConsent | PrivacyInfo | ExportData | DeleteMe | AskTeam
    | PlanVisit | SendVisit | AnswerVisit | VisitHistory | RescheduleVisit | CancelVisit | MyVisits | MissedVisit
    | ShareLesson | CorrectLesson | FollowUp | RemoveLesson | MyLessons | Snooze
    | Subscribe | Unsubscribe | StopPrompts
    | NudgeCreate | NudgeList | NudgePause | NudgeResume | NudgePreview | NudgeStats | GapReport
    | TopicAdd | TopicSynonym | TopicMerge
    | Help | Greet | Thanks | Yes | No | Cancel | Pick | Unknown
)  # fmt: skip


def name_of(intent: Intent | type[Intent]) -> str:
    """`FindContacts` → "find_contacts"."""
    cls = intent if isinstance(intent, type) else type(intent)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


BY_NAME: dict[str, type[Intent]] = {name_of(cls): cls for cls in get_args(Intent)}


def slots_of(intent: Intent) -> dict[str, Any]:
    """The slots that are set, as JSON values; dates in ISO form."""
    found: dict[str, Any] = {}
    for field in fields(intent):
        value = getattr(intent, field.name)
        if value is None or value == ():
            continue
        found[field.name] = value.isoformat() if isinstance(value, dt.date | dt.time) else value
    return found


def to_json(intent: Intent) -> str:
    """One line of JSON, understood by `from_json`."""
    return json.dumps({"intent": name_of(intent), **slots_of(intent)}, ensure_ascii=False, sort_keys=True)


def from_json(line: str) -> Intent:
    """Raises ValueError for anything `to_json` of this or an older release would not have written."""
    try:
        data = json.loads(line)
        cls = BY_NAME[data.pop("intent")]
        hints = get_type_hints(cls)
        return cls(**{name: _typed(hints[name], value) for name, value in data.items()})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an intent of this release") from error


def _typed(hint: Any, value: Any) -> Any:
    options = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if dt.date in options:
        return dt.date.fromisoformat(value)
    if dt.time in options:
        return dt.time.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
