"""What an admin says of the nudge just talked about: changes, a preview, numbers; only in that context."""

import datetime as dt
import re

from bot.dates import Day
from bot.intents import (
    Intent,
    NudgeActivate,
    NudgeChange,
    NudgePause,
    NudgePreview,
    NudgeResume,
    NudgeStats,
    NudgeStop,
)
from bot.schedules import Unclear
from bot.schedules import said as schedule_said
from bot.understanding.heard import Heard

_ACTIVATE = re.compile(
    r"\b(?:(?:jetzt\s+|bitte\s+|dann\s+)*(?:scharf\s*schalten|schalt\w*\s+(?:es|sie|das)?\s*(?:scharf|ein)|aktivier\w*|einschalten|los\s*geht'?s|activate(?:\s+it)?|switch\s+it\s+on|go\s+live))\b[.!]*",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    r"\b(?:(?:den\s+)?text\s+)?(?:bitte\s+)?(?:kürzer|kürzen|knapper|shorter|shorten)(?:\s+(?:den\s+|the\s+)?text)?\b",
    re.IGNORECASE,
)
_RENAME = re.compile(
    r"\b(?:und\s+|and\s+)?(?:nenn\w*|call|name)\s+(?:das|es|sie|ihn|it|this|that)?\s*(?:bitte\s+)?[„\"'“]?(?P<name>[^„“”\"',.;!]{2,60})[“”\"']?[.!]*$",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"^(?:(?:der\s+)?(?:neuer\s+)?text|deutsch|german|(?:the\s+)?(?:new\s+)?text)\s*(?:ist|is|lautet)?\s*:\s*(?P<text>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ENGLISH = re.compile(
    r"^(?:(?:auf\s+)?englisch(?:er text)?|(?:in\s+)?english(?: text)?)\s*:\s*(?P<text>.+)$", re.IGNORECASE | re.DOTALL
)
_TEST = re.compile(r"\btest\w*|\b(?:nur\s+)?an mich\b|\bto me\b|\bmir selbst\b", re.IGNORECASE)
_PREVIEW = re.compile(
    r"\b(?:vorschau|preview)\b|\bwie (?:das|es|sie) (?:ankommt|aussieht)|wie sieht (?:das|es|sie)|how (?:it|that) (?:looks|will look)",
    re.IGNORECASE,
)
_READ = re.compile(r"\b(?:gelesen|lesen|read|opened|geöffnet|angeklickt|reagiert|geantwortet)\b", re.IGNORECASE)
_WHO = re.compile(r"^(?:und\s+|and\s+)?(?:wer|welche leute|who|which people|an wen|wem|namen|names)\b", re.IGNORECASE)
_STATS = re.compile(
    r"\b(?:statistik\w*|zahlen|auswertung|wie viele|stats|statistics|numbers|how many|bericht|report)\b", re.IGNORECASE
)
_PAUSE = re.compile(r"\b(?:aussetzen|aussetz\w*|pausier\w*|pause|suspend)\b", re.IGNORECASE)
_RESUME = re.compile(r"\b(?:fortsetz\w*|weiterlaufen|wieder (?:starten|aufnehmen|laufen)|resume)\b", re.IGNORECASE)
_STOP = re.compile(r"\b(?:stopp\w*|anhalten|beenden|lösch\w*|verwerf\w*|stop|delete|discard)\b", re.IGNORECASE)
_DELETE = re.compile(r"lösch|verwerf|delete|discard", re.IGNORECASE)
_LIST = re.compile(r"\b(?:nudges|erinnerungen|reminders)\b", re.IGNORECASE)
_WHOM = re.compile(
    r"^(?:nee?\s+|nein\s+|doch\s+|no\s+|ach\s+|bitte\s+|please\s+)*(?:statt|nur|alle|auch|nicht|ohne|an\s|aus\s|only|all\b|everybody|everyone|instead|not\s|also\s|(?:die\s+)?empfänger\s*:|zielgruppe\s*:|lieber\s+(?:nur|alle))",
    re.IGNORECASE,
)


def nudge_talk(heard: Heard) -> Intent | None:
    """None for what isn't about the nudge."""
    text = heard.text.strip()
    if (found := _said_text(text)) is not None:
        return found
    if _LIST.search(text) and not _WHOM.search(text):
        return None
    if _READ.search(text) and (_WHO.search(text) or "viele" in text.casefold() or "many" in text.casefold()):
        return NudgeStats(detail="read")
    if _WHO.search(text):
        return NudgeStats(detail="who")
    if _STATS.search(text):
        return NudgeStats()
    if _STOP.search(text):
        return NudgeStop(delete=bool(_DELETE.search(text)))
    if _PAUSE.search(text):
        day = heard.dates[-1].when if heard.dates else None
        return NudgePause(until=day.date if isinstance(day, Day) else None)
    if _RESUME.search(text):
        return NudgeResume()
    if _PREVIEW.search(text):
        return NudgePreview()
    return _change(text, heard.situation.today)


def _said_text(text: str) -> Intent | None:
    if found := _ENGLISH.match(text):
        return NudgeChange(text_en=found["text"].strip())
    if found := _TEXT.match(text):
        return NudgeChange(text=found["text"].strip())
    return None


def _change(text: str, today: dt.date) -> Intent | None:
    """Several at once: "text kürzer und nenn das Profilerinnerung", "nee doch alle. scharf schalten"."""
    activate = _ACTIVATE.search(text)
    rest = _ACTIVATE.sub("", text).strip(" ,.;!")
    rename = _RENAME.search(rest)
    rest = _RENAME.sub("", rest).strip(" ,.;!") if rename else rest
    shorter = _SHORTER.search(rest)
    rest = _SHORTER.sub("", rest).strip(" ,.;!") if shorter else rest
    rest = re.sub(r"^(?:und|and)\b\s*|\s*\b(?:und|and)$", "", rest)
    name = rename["name"].strip() if rename else None
    if not rest:
        if activate and not (name or shorter):
            return NudgeActivate()
        return NudgeChange(rename=name, shorter=bool(shorter), activate=bool(activate)) if name or shorter else None
    if _TEST.search(rest) and not _WHOM.search(rest):
        return NudgePreview(test=True)
    if _WHOM.search(rest):
        whom = re.sub(r"^(?:die\s+)?(?:empfänger|zielgruppe)\s*:\s*", "", rest, flags=re.IGNORECASE)
        return NudgeChange(rename=name, shorter=bool(shorter), audience=whom, activate=bool(activate))
    if not isinstance(schedule_said(rest, today), Unclear):
        return NudgeChange(rename=name, shorter=bool(shorter), schedule=rest, activate=bool(activate))
    return None
