"""Every intent: what a person wants, as a frozen dataclass; handlers are chosen by nothing else.

A sentence, a button, a reaction and a slash command all end in one of these. Slots that come from a sentence hold
the person's own words (a topic, a place, a name); the flow resolves them and asks back. Slots named after an object
(`introduction`, `enquiry`, …) hold its key; they are set by buttons only, and carry no authority: access is
checked when the intent is carried out.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import fields
from types import UnionType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from pydantic_core import from_json as from_json_text
from pydantic_core import to_json as to_json_text

from bot.intents.contacts import FindContacts, FindLessons, Level, More, NoteDemand, Size, WhyThis
from bot.intents.introductions import (
    Accept,
    AskBack,
    ChangeRequest,
    CheckIn,
    Decline,
    EndTalk,
    HowToAsk,
    Introduce,
    Later,
    MyIntroductions,
    NextCandidate,
    OpenRoom,
    PassOn,
    Queue,
    SayThanks,
    SendRequest,
    Status,
    StillWanted,
    SuggestOther,
    TalkThrough,
    WithdrawIntroduction,
)
from bot.intents.lessons import (
    ApproveLesson,
    AskAuthor,
    CorrectLesson,
    FollowUp,
    LessonsAboutUs,
    MyLessons,
    ReleaseLesson,
    RemoveLesson,
    ShareLesson,
    Subscribe,
    Unsubscribe,
    WithdrawLesson,
)
from bot.intents.network import (
    AskTeam,
    DeskAnswer,
    DeskList,
    Figures,
    GapReport,
    NudgeActivate,
    NudgeChange,
    NudgeCreate,
    NudgeList,
    NudgePause,
    NudgePreview,
    NudgeResume,
    NudgeShow,
    NudgeStats,
    NudgeStop,
    TopicAdd,
    TopicMerge,
    TopicSynonym,
)
from bot.intents.privacy import Block, Consent, DeleteMe, ExportData, PrivacyInfo, Report, Unblock, WithdrawConsent
from bot.intents.profile import (
    ConfirmLink,
    ConfirmProfile,
    Language,
    LinkAccount,
    OfferTopic,
    Pause,
    ProfileShow,
    RemoveTopic,
    Resume,
    SetAffiliation,
    SetCap,
    SetContactData,
    SetFunction,
    SetHome,
    SetListing,
    SetStandIn,
    StopPrompts,
    WantTopic,
)
from bot.intents.talk import Cancel, Greet, Help, No, Pick, Thanks, Unknown, Yes
from bot.intents.visits import (
    AnswerVisit,
    CancelVisit,
    MissedVisit,
    MyVisits,
    PlanVisit,
    RescheduleVisit,
    SendVisit,
    Snooze,
    VisitHistory,
)

__all__ = [
    "BY_NAME",
    "Accept",
    "AnswerVisit",
    "ApproveLesson",
    "AskAuthor",
    "AskBack",
    "AskTeam",
    "Block",
    "Cancel",
    "CancelVisit",
    "ChangeRequest",
    "CheckIn",
    "ConfirmLink",
    "ConfirmProfile",
    "Consent",
    "CorrectLesson",
    "Decline",
    "DeleteMe",
    "DeskAnswer",
    "DeskList",
    "EndTalk",
    "ExportData",
    "Figures",
    "FindContacts",
    "FindLessons",
    "FollowUp",
    "GapReport",
    "Greet",
    "Help",
    "HowToAsk",
    "Intent",
    "Introduce",
    "Language",
    "Later",
    "LessonsAboutUs",
    "Level",
    "LinkAccount",
    "MissedVisit",
    "More",
    "MyIntroductions",
    "MyLessons",
    "MyVisits",
    "NextCandidate",
    "No",
    "NoteDemand",
    "NudgeActivate",
    "NudgeChange",
    "NudgeCreate",
    "NudgeList",
    "NudgePause",
    "NudgePreview",
    "NudgeResume",
    "NudgeShow",
    "NudgeStats",
    "NudgeStop",
    "OfferTopic",
    "OpenRoom",
    "PassOn",
    "Pause",
    "Pick",
    "PlanVisit",
    "PrivacyInfo",
    "ProfileShow",
    "Queue",
    "ReleaseLesson",
    "RemoveLesson",
    "RemoveTopic",
    "Report",
    "RescheduleVisit",
    "Resume",
    "SayThanks",
    "SendRequest",
    "SendVisit",
    "SetAffiliation",
    "SetCap",
    "SetContactData",
    "SetFunction",
    "SetHome",
    "SetListing",
    "SetStandIn",
    "ShareLesson",
    "Size",
    "Snooze",
    "Status",
    "StillWanted",
    "StopPrompts",
    "Subscribe",
    "SuggestOther",
    "TalkThrough",
    "Thanks",
    "TopicAdd",
    "TopicMerge",
    "TopicSynonym",
    "Unblock",
    "Unknown",
    "Unsubscribe",
    "VisitHistory",
    "WantTopic",
    "WhyThis",
    "WithdrawConsent",
    "WithdrawIntroduction",
    "WithdrawLesson",
    "Yes",
    "from_json",
    "name_of",
    "slots_of",
    "to_json",
]

Intent: TypeAlias = (
    FindContacts | FindLessons | More | WhyThis | NoteDemand
    | Introduce | SendRequest | ChangeRequest | WithdrawIntroduction | MyIntroductions | Status
    | Accept | Decline | Later | SuggestOther | AskBack | PassOn | NextCandidate | HowToAsk | StillWanted | Queue
    | CheckIn | SayThanks | OpenRoom | TalkThrough | EndTalk
    | ProfileShow | OfferTopic | WantTopic | RemoveTopic | SetAffiliation | SetListing | SetFunction | SetContactData
    | SetCap | SetStandIn | Pause | Resume | ConfirmProfile | Language | LinkAccount | ConfirmLink | SetHome
    | Block | Unblock | Report | Consent | WithdrawConsent | PrivacyInfo | ExportData | DeleteMe | AskTeam
    | PlanVisit | SendVisit | AnswerVisit | VisitHistory | RescheduleVisit | CancelVisit | MyVisits | MissedVisit
    | ShareLesson | CorrectLesson | FollowUp | RemoveLesson | MyLessons | Snooze
    | ReleaseLesson | WithdrawLesson | ApproveLesson | LessonsAboutUs | AskAuthor
    | Subscribe | Unsubscribe | StopPrompts
    | NudgeCreate | NudgeList | NudgePause | NudgeResume | NudgePreview | NudgeStats | NudgeShow
    | NudgeChange | NudgeActivate | NudgeStop | DeskList | DeskAnswer | GapReport | Figures
    | TopicAdd | TopicSynonym | TopicMerge
    | Help | Greet | Thanks | Yes | No | Cancel | Pick | Unknown
)  # fmt: skip


def name_of(intent: Intent | type[Intent]) -> str:
    """`FindContacts` → "find_contacts"."""
    return _NAMES[intent if isinstance(intent, type) else type(intent)]


_NAMES: dict[type[Intent], str] = {
    cls: re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() for cls in get_args(Intent)
}
BY_NAME = {name: cls for cls, name in _NAMES.items()}
_SLOTS = {cls: [(slot.name, slot.default is False) for slot in fields(cls)] for cls in _NAMES}


def slots_of(intent: Intent) -> dict[str, Any]:
    """The slots that are set, as JSON values; dates in ISO form. What isn't said is left out."""
    found: dict[str, Any] = {}
    for name, may_be_false in _SLOTS[type(intent)]:
        value = getattr(intent, name)
        if value is None or value == () or (value is False and may_be_false):
            continue
        found[name] = value.isoformat() if isinstance(value, dt.date | dt.time) else value
    return found


def to_json(intent: Intent) -> str:
    """One line of JSON, understood by `from_json`."""
    return to_json_text({"intent": name_of(intent), **slots_of(intent)}).decode()


def from_json(line: str) -> Intent:
    """Raises ValueError for anything `to_json` of this or an older release would not have written."""
    try:
        data = from_json_text(line)
        cls = BY_NAME[data.pop("intent")]
        for name, read in _READ[cls]:
            if name in data:
                data[name] = read(data[name])
        return cls(**data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an intent of this release") from error


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """From a JSON value to what the slot holds; None where that is the same."""
    options = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if dt.date in options:
        return dt.date.fromisoformat
    if dt.time in options:
        return dt.time.fromisoformat
    return tuple if any(get_origin(option) is tuple for option in options) else None


_READ = {cls: [(name, read) for name, hint in get_type_hints(cls).items() if (read := _reader(hint))] for cls in _NAMES}
