"""Slots that are spans of the text: the subject of a visit, what was learned, and the parts of a nudge."""

import re

from bot.understanding.heard import Heard
from bot.understanding.topic import topic_of

_ARTICLE = r"(?:(?:der|die|das|den|dem|des|the|unsere[rnms]?|ihre[rnms]?|eure[rnms]?|our|their|your)\s+)?"
_SUBJECT = [
    re.compile(
        rf"\b(?:wegen|wg\.?|zum thema|zu dem thema|thema|in sachen|bezüglich|regarding|about(?! to\b)|because of|on the topic of)\s+{_ARTICLE}"
        r"(.+?)(?=\s+(?:zu (?:zweit|dritt|viert)|und|mit|am|im|in|bei|at|on|with|and|die frau|der herr)\b|[,.;:!?]|$)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:schau\w*|seh\w*|guck\w*|anschau\w*)\s+(?:wir\s+)?(?:uns|mir|mich)\s+(?:da\s+|dort\s+)?{_ARTICLE}(.+?)\s+an\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:uns|mir)\s+(?:da\s+|dort\s+)?(?:die|das|den|deren|euer\w*|ihr\w*)\s+((?:\S+\s+){0,2}?\S+)\s+"
        r"(?:an(?:zu)?(?:schau|seh|guck|kuck)\w*)",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:to see|look at|see)\s+{_ARTICLE}(.+?)(?=\s+(?:on|at|in|with|and)\b|[,.;!?]|$)", re.IGNORECASE),
]
_ASIDE = re.compile(
    r",\s*(?:um\s+)?(?:uns\s+)?(?:die\s+|das\s+|den\s+)?([^,.!?]+?)\s+(?:anschauen|ansehen|anzuschauen|anzusehen|besichtigen|angucken)\b",
    re.IGNORECASE,
)
_EXPERIENCE = re.compile(
    rf"\b(?:erfahrung\w*|erkenntnis\w*|experiences?)\b.{{0,80}}?\b(?:mit|zu|zum|zur|with)\s+{_ARTICLE}(\w[\w-]{{3,}})",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(r"\b(?:neu|new|bestätigt|confirmed|nächster schritt|next step)\b", re.IGNORECASE)
_OCCASION = re.compile(r"[- ]?(?:besuch\w*|termin\w*|reise|hospitation|visit|meeting)$", re.IGNORECASE)

_WEEKDAY = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|mo|di|mi|do|fr)s?"
)
_NTH = r"(?:ersten?r?s?|zweiten?|dritten?|vierten?|letzten?r?s?|first|second|third|fourth|last|\d{1,2}\.)"
_UNIT = (
    rf"(?:{_WEEKDAY}|tage?n?|wochen?|monate?n?|monats?|quartals?|jahr\w*|arbeitstage?n?|werktage?n?|days?|weeks?|"
    r"months?|quarters?|years?|working days?)"
)
_SCHEDULE = re.compile(
    rf"\b(?:(?:jede[nrsm]?|every|each)\s+(?:other\s+|{_NTH}\s+|zweite[nr]?\s+)?{_UNIT}"
    rf"|alle\s+(?:zwei|drei|vier|sechs|\d+)\s+{_UNIT}"
    rf"|(?:am|on the|zum)\s+{_NTH}\s+{_UNIT}"
    rf"|{_WEEKDAY}s\b|werktags|täglich|wöchentlich|monatlich|quartalsweise|jährlich|daily|weekly|monthly|quarterly"
    r"|einmalig(?:\s+am)?|once on|(?:an\s+jedem|jeden|am|every|on the)\s+\d{1,2}\.?(?:st|nd|rd|th)?\s+(?:jede[sn]|des|eines\s+jeden|im|of\s+(?:each|every|the))\s+(?:monats?|month)"
    rf"|(?:\w+\s+)?{_UNIT}\s+(?:nach|vor|after|before)\s+(?:jede[mnr]|each|every|eine[mr]|dem|der|an?|the|beendete[mnr])\s+\w+(?:\s*,?\s*(?:beiden?\s+seiten|both\s+sides|(?:an\s+)?die\s+(?:gäste|gastgeber)|(?:to\s+)?the\s+(?:guests|hosts)))?)"
    rf"(?:\s+(?:im|in the|of the|of|in|des|eines)\s+(?:monats?|quartals?|jahres?|month|quarter|year|each month))?"
    rf"(?:\s+(?:am|on)?\s*{_WEEKDAY}\b)?"
    r"(?:\s+(?:am|on)?\s*\d{1,2}\.(?:\s*(?:\d{1,2}\.|[a-zä]+))?(?:\s*\d{4})?)?"
    r"(?:\s+(?:um|at|gegen)?\s*\d{1,2}(?:[:.]\d{2})?\s*(?:uhr|a\.?m\.?|p\.?m\.?|h)?\b)?",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(
    r"\b(?:an\s+|to\s+)?((?:alle[nr]?|everybody|everyone|all|jede[nm]?|die\s+\w+|coordinators)\b.*?)"
    r"(?=\s*(?::|[„\"“]|\b(?:ans|an ihr|an ihre|an die|an das|ob|dass|whether|that|to|daran|zum|zur|fragen|frag|"
    r"erinnern|about|if|eine?)\b)|$)",
    re.IGNORECASE,
)
_OFFICE = frozenset(
    "statistik auswertung zahlen vorschau nudge reminder erinnerung nachricht stats statistics preview pause resume stop"
    " stoppe pausiere zeig zeige bitte please how show halt halte stell schalte starte aktiviere vom von wie wieviele".split()
)
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


def subject_of(text: str) -> str | None:
    """What a visit or an introduction is about, where the text says so: "wegen der Dienstvereinbarung"."""
    for pattern in _SUBJECT:
        if found := pattern.search(text):
            return found[1].strip()
    found = _ASIDE.search(text)
    return found[1].strip() if found else None


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


def experience_of(text: str) -> str | None:
    """What experience is asked for, in a text so long that its other nouns would get in the way."""
    found = _EXPERIENCE.search(text)
    return found[1] if found else None


def lesson_of(heard: Heard) -> tuple[str | None, str | None]:
    """(what it is about, what was learned). Before a colon stands what it is about, unless that is already content."""
    before, colon, after = heard.text.partition(":")
    words = len(heard.text.split())
    if not colon or _STRUCTURE.search(before):
        return subject_of(heard.text), heard.text.strip() if words > 8 and _STRUCTURE.search(heard.text) else None
    named = subject_of(before) or topic_of(Heard(before, heard.situation, heard.phrases))
    topic = _OCCASION.sub("", named) if named else None
    return topic or None, after.strip() or None


def before_colon(heard: Heard) -> Heard:
    """The part that names things, where what was learned follows."""
    before, colon, _ = heard.text.partition(":")
    return Heard(before, heard.situation, heard.phrases) if colon else heard


def is_scheduled(text: str) -> bool:
    """Whether it says when something is to be done again and again, to whom."""
    found = nudge_of(text)
    return "schedule" in found and "audience" in found


_ORDER = re.compile(
    r"^\s*(?:daran\s+)?(?:erinnern|erinnert|schicken|schreiben|fragen|remind|send|ask)\s*:\s*", re.IGNORECASE
)


def nudge_of(text: str) -> dict[str, str]:
    """Schedule, audience and text of a nudge, in the admin's words; what isn't said is left out."""
    found: dict[str, str] = {}
    rest = text
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
    content = _ORDER.sub("", content)
    if content := content.strip(" :,„“\"'."):
        found["text"] = content
    return found


_NUDGES = re.compile(
    r"\b\w{3,}(?:erinnerung|umfrage|nachricht|gruß|reminder|check|abfrage|rundfrage|aufruf)\b", re.IGNORECASE
)


_CALLED = re.compile(
    r"\b(?i:nudge|anstoß|anstoss|erinnerung|reminder|nachricht|umfrage|rundfrage|message|survey)\s+(?i:namens\s+|called\s+|named\s+)?"
    r"((?!Nudge|Reminder)[A-ZÄÖÜ][\w-]*(?:\s+[A-ZÄÖÜ][\w-]*)*)"
)


def is_nudge_name(name: str) -> bool:
    """Rather than any other word of the sentence."""
    return name[:1].isupper() or _NUDGES.search(name) is not None


def nudge_named(heard: Heard) -> str | None:
    """The name of a nudge: in quotes, or the first noun that isn't part of the order."""
    if quoted := re.search(r"[„\"'“](.+?)[“\"'”]", heard.text):
        return quoted[1]
    if called := _CALLED.search(heard.text):
        return called[1]
    named = [
        token.text
        for token in heard.tokens
        if token.kind == "word"
        and token.capital
        and token.fold not in _OFFICE
        and not heard.phrases.is_frame(token.fold)
    ]
    compound = _NUDGES.search(heard.text)
    return next(
        (name for name in named if "-" in name), compound[0] if compound else named[0] if named else topic_of(heard)
    )
