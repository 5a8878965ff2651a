"""Slots that are spans of the text: the subject of a visit, what was learned, and the parts of a nudge."""

import re

from bot.understanding.heard import Heard
from bot.understanding.learned import learned

_STRUCTURE = re.compile(r"\b(?:neu|new|bestätigt|confirmed|nächster schritt|next step)\b", re.IGNORECASE)

_WEEKDAY = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|mo|di|mi|do|fr)s?"
)
_NTH = r"(?:ersten?r?s?|zweiten?|dritten?|vierten?|letzten?r?s?|first|second|third|fourth|last|\d{1,2}\.)"
_UNIT = (
    rf"(?:{_WEEKDAY}|tage?n?|wochen?|monate?n?|monats?|quartals?|jahr\w*|arbeitstage?n?|werktage?n?|days?|weeks?|"
    r"months?|quarters?|years?|working days?)"
)
_HOUR = "eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwoelf|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon"
_SCHEDULE = re.compile(
    rf"\b(?:(?:jede[nrsm]?|every|each)\s+(?:other\s+|{_NTH}\s+|zweite[nr]?\s+)?{_UNIT}"
    rf"|alle\s+(?:zwei|drei|vier|sechs|\d+)\s+{_UNIT}"
    rf"|(?:am|on the|zum)\s+{_NTH}\s+{_UNIT}"
    rf"|{_WEEKDAY}s\b|werktags|täglich|wöchentlich|monatlich|quartalsweise|jährlich|daily|weekly|monthly|quarterly"
    r"|einmalig(?:\s+am)?|once on|(?:an\s+jedem|jeden|am|every|on the)\s+\d{1,2}\.?(?:st|nd|rd|th)?\s+(?:jede[sn]|des|eines\s+jeden|im|of\s+(?:each|every|the))\s+(?:monats?|month)"
    rf"|(?:\w+\s+)?{_UNIT}\s+(?:nach|vor|after|before)\s+(?:jede[mnr]|each|every|eine[mr]|dem|der|an?|the|beendete[mnr])\s+\w+(?:\s*,?\s*(?:beiden?\s+seiten|both\s+sides|(?:an\s+)?die\s+(?:gäste|gastgeber)|(?:to\s+)?the\s+(?:guests|hosts)))?)"
    rf"(?:\s+on\s+the\s+{_NTH}\s+{_UNIT})?"
    rf"(?:\s+(?:im|in the|of the|of|in|des|eines|jedes)\s+(?:monats?|quartals?|jahres?|month|quarter|year|each month))?"
    rf"(?:\s+(?:am|on)?\s*{_WEEKDAY}\b)?"
    r"(?:\s+(?:am|on)?\s*\d{1,2}\.(?:\s*(?:\d{1,2}\.|[a-zä]+))?(?:\s*\d{4})?)?"
    r"(?:\s+(?:früh|morgens|vormittags|mittags|nachmittags|abends))?"
    rf"(?:\s+(?:um|at|gegen)\s+(?:halb\s+|half past\s+|viertel (?:vor|nach)\s+)?(?:{_HOUR})\b(?:\s+uhr|\s+o'clock)?"
    r"|\s+(?:um|at|gegen)?\s*\d{1,2}(?:[:.]\d{2})?\s*(?:uhr|a\.?m\.?|p\.?m\.?|h)?\b)?"
    r"(?:\s*(?:,|und|and)\s+(?:(?:um|at)\s+\d{1,2}(?:[:.]\d{2})?(?:\s*uhr)?|\d{1,2}(?:[:.]\d{2})?\s*uhr)\b)*",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(
    r"\b(?:an\s+|to\s+)?((?:alle[nr]?|sämtliche|everybody|everyone|all|jede[nm]?|die\s+\w+|(?:the\s+)?coordinators)\b.*?)"
    r"(?=\s*(?::|[„\"“]|\b(?:ans|an ihr|an ihre|an die|an das|ob|dass|whether|that|to|daran|zum|zur|fragen|frag|"
    r"erinnern|about|if|eine?|die frage|das zitat|den hinweis|den satz|an\?|folgende\w*|gefragt|\w*gehen|\w*geht|raus|versandt|verschickt|verschicken"
    r"|geschickt|geschrieben|schicken|senden|gesendet|goes|going)\b)|$)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:alle|sämtliche|every|all|jede|die|coordinators)", re.IGNORECASE
)  # what an audience begins with
BEFORE_COLON = 4  # words such as "gefragt werden" between the audience and what it is to read
_QUOTED = re.compile(r"[„“\"]([^„“”\"]{3,})[“”\"]")
_FREE_AUDIENCE = re.compile(r"^\s*(?:alle\s+(?:zwei|drei|vier|\d+)\b|all the time)", re.IGNORECASE)


_QUOTES = "„“”\"'‚‘ .:!?"
_EDITS = [
    re.compile(r"(?:nimm|nehmen sie|leg|lege|legen sie|füg|füge|add)\b\s+(?:bitte\s+|please\s+)?(?P<label>.+?)\s+(?:als|as)\s+(?:an?\s+)?(?:neues?\s+|new\s+)?(?:thema|topic)\b", re.IGNORECASE),
    re.compile(r"^(?:bitte\s+)?(?:(?:ein\s+)?neues thema|new topic)\b[\s:]*(?P<label>.+?)(?:\s+(?:anlegen|aufnehmen|hinzufügen|einführen))?[.!?]*$", re.IGNORECASE),
    re.compile(r"(?:das\s+)?thema\s+(?P<label>.+?)\s+(?:anlegen|aufnehmen|hinzufügen|einführen)\b", re.IGNORECASE),
    re.compile(r"add\s+(?:the\s+)?topic\s+(?P<label>.+?)[.!?]*$", re.IGNORECASE),
    re.compile(r"(?P<synonym>\S.*?)\s+(?:ist|als|is|as)\s+(?:auch\s+)?(?:ein\s+|an?\s+)?(?:anderer name|anderes wort|synonym|other name|another name)\s+(?:für|von|zu|for|of)\s+(?P<topic>.+?)(?:\s+(?:auf|ein|hinzu|an|aufnehmen|hinzufügen|eintragen|anlegen))?[.!?]*$", re.IGNORECASE),
    re.compile(r"(?:synonym)\b[\s:]*(?P<synonym>\S.*?)\s+(?:für|von|zu|for|of)\s+(?P<topic>.+?)(?:\s+(?:auf|ein|hinzu|an|aufnehmen|hinzufügen|eintragen|anlegen))?[.!?]*$", re.IGNORECASE),
    re.compile(r"(?:leg|lege|legen sie|führ|führe|führen sie|fass|fasse)\b\s+(?:bitte\s+)?(?:(?:das|die)\s+themen?\s+)?(?P<topic>.+?)\s+(?:mit|und)\s+(?P<into>.+?)\s+zusammen\b", re.IGNORECASE),
    re.compile(r"(?:(?:das|die)\s+)?(?:themen?\s+)?(?P<topic>\S.*?)\s+(?:mit|und)\s+(?P<into>.+?)\s+(?:zusammenlegen|zusammenführen|zusammenfassen|vereinen)\b", re.IGNORECASE),
    re.compile(r"merge\s+(?:the\s+)?(?:topics?\s+)?(?P<topic>.+?)\s+(?:into|with|and)\s+(?P<into>.+?)[.!?]*$", re.IGNORECASE),
]  # fmt: skip
_ADDING = re.compile(r"^(?:bitte\s+|please\s+)?(?:nimm|nehmen sie|trag|trage|add|füge?)\s+", re.IGNORECASE)


def topic_edit_of(text: str) -> dict[str, str]:
    """What a change of the topic table is about: a label, or a name and the topic, or two topics."""
    for pattern in _EDITS:
        if found := pattern.search(text.strip()):
            return {slot: _ADDING.sub("", said).strip(_QUOTES) for slot, said in found.groupdict().items()}
    return {}


_REASON = re.compile(
    r"(?:\b(?:grund|begründung|anlass|hintergrund|reason)\s*:\s*|[.:;!?–-]\s+(?=(?:wir|ich|mir|bei uns|unser\w*|we|we're|i|i'm|i'd|our|es geht|uns)\b)|"
    r"[,:]\s*(?=(?:weil|da wir|denn|because|since we|as we|i want|i'd like|we want|we'd like|wir wollen|wir möchten|ich will|ich möchte|ich würde)\b))"
    r"(?P<reason>[^?]+)$",
    re.IGNORECASE,
)


def reason_of(text: str) -> str | None:
    """Why somebody wants to be introduced, in their words: a clause of its own after the request."""
    found = _REASON.search(text)
    reason = found["reason"].strip(" .!") if found else ""
    return reason if len(reason.split()) >= 3 else None


def lesson_of(text: str) -> str | None:
    """What was learned: what stands after a colon, or all of it where it names what was new and what was confirmed."""
    before, colon, after = text.partition(":")
    if not colon or _STRUCTURE.search(before):
        return text.strip() if len(text.split()) > 8 and _STRUCTURE.search(text) else None
    return after.strip() or None


def before_colon(heard: Heard) -> Heard:
    """The part that names things, where what was learned follows."""
    before, colon, _ = heard.text.partition(":")
    return Heard(before, heard.situation, heard.phrases) if colon else heard


def is_scheduled(text: str) -> bool:
    """Whether it says when something is to be done again and again, to whom."""
    if not _ALL.search(text):
        return False  # most texts: without looking for every way of saying when
    found = nudge_of(text)
    return "schedule" in found and "audience" in found


_ORDER = re.compile(
    r"^\s*(?:daran\s+)?(?:erinnern|erinnert|schicken|schreiben|fragen|remind|send|ask)\s*[:,]\s*", re.IGNORECASE
)


def nudge_of(text: str) -> dict[str, str]:
    """Schedule, audience and text of a nudge, in the admin's words; what isn't said is left out."""
    found: dict[str, str] = {}
    rest = text
    if (quoted := _QUOTED.search(text)) is not None:
        text = rest = f"{text[: quoted.start()]}: {text[quoted.end() :]}"
    if (schedule := max(_SCHEDULE.finditer(text), key=lambda one: len(one[0]), default=None)) is not None:
        found["schedule"] = schedule[0].strip(" ,")
        rest = f"{text[: schedule.start()]}  {text[schedule.end() :]}"
    audience = next((one for one in _AUDIENCE.finditer(rest) if not _FREE_AUDIENCE.match(one[1])), None)
    if audience is not None and len(audience[1].split()) <= 10:
        found["audience"] = re.sub(
            r"[,\s]+(?:den |the )?(?:text|nachricht|message)$", "", audience[1], flags=re.IGNORECASE
        ).strip(" ,.")
        content = rest[audience.end() :]
    else:
        content = rest.partition(":")[2]
    before, colon, after = content.partition(":")
    if colon and len(before.split()) <= BEFORE_COLON:
        content = after
    content = _ORDER.sub("", content)
    if content := quoted[1] if quoted else content.strip(" :,„“\"'."):
        found["text"] = content
    return found


_NUDGES = re.compile(
    r"\b\w{3,}(?:erinnerung|umfrage|nachricht|gruß|reminder|check|abfrage|rundfrage|aufruf)\b", re.IGNORECASE
)


def is_nudge_name(name: str) -> bool:
    """Rather than any other word of the sentence."""
    return name[:1].isupper() or _NUDGES.search(name) is not None


def nudge_named(heard: Heard, intent: str) -> str | None:
    """The name of a nudge: in quotes, or the words that look most like one."""
    if quoted := re.search(r"[„\"'“](.+?)[“\"'”]", heard.text):
        return quoted[1]
    if found := learned().span("name", heard, intent):
        return heard.between(*found)
    compound = _NUDGES.search(heard.text)
    return compound[0] if compound else None
