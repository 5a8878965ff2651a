"""Audiences as people say them, German and English. What is left over after all that is known is asked back."""

import re
from collections.abc import Callable
from typing import Protocol

from bot.audiences.filters import Audience, AudienceError, Condition, audience_of, parse
from bot.date_words import NUMBERS, alternatives, fold_dates
from bot.geo import STATES as SAID_STATES
from bot.matching.places import Exact, Found
from bot.matching.topics import Resolved
from bot.public_holidays import STATES
from bot.schedules.said import Unclear


class Names(Protocol):
    """What is known by name; the core's knowledge."""

    def place(self, text: str) -> Found: ...
    def topic(self, text: str) -> Resolved | None: ...


_NOT = r"(?P<no>(?:nicht|auser|ohne|bis\s+auf|aber\s+nicht|not|except(?:\s+for)?|without|but\s+not)\s+(?:(?:aus|in|von|from|die|den|der|the|auf|on)\s+)*)?"
_WORDS = {fold_dates(said): code for state, code in STATES.items() for said in (state, *SAID_STATES[state])}
_STATE = alternatives(_WORDS)
_NUMBER = rf"(?:\d{{1,4}}|{alternatives(NUMBERS)})"
_SPAN = rf"(?P<n>{_NUMBER})?\s*(?P<unit>tage?n?|wochen?|monate?n?|jahre?n?|days?|weeks?|months?|years?)"
_UNITS = {"t": 1, "d": 1, "w": 7, "m": 30, "j": 365, "y": 365}
_PEOPLE = r"(?:kommunen?|stadte?n?|gemeinden?|verwaltungen|orte|towns?|cities|municipalities|councils)"
_END = r"(?=\s*(?:,|;|$|\b(?:aus|in|auf|ohne|nicht|und\s+aus|from|on|without|not|who|die)\b))"


def said(text: str, names: Names) -> Audience | Unclear:
    """Who is meant. Never raises for what people write."""
    cleaned = text.strip().strip("„“\"'.!?")
    if (
        re.fullmatch(r"(?:all|(?:not )?[a-z-]+(?::[^;]+)?(?:\s*;\s*(?:not )?[a-z-]+(?::[^;]+)?)*)", cleaned)
        and ":" in cleaned
    ):
        try:
            return parse(cleaned)
        except AudienceError as error:
            return Unclear(key=error.key, values=error.values_)
    reader = _Reader(cleaned, names)
    for pattern, meaning in _RULES:
        reader.take(pattern, meaning)
    reader.take_places()
    left = [word for word in re.findall(r"[^\W_][\w.-]*", reader.rest) if fold_dates(word) not in _FILLER]
    if left:
        return Unclear(key="audiences.not_understood", values={"words": " ".join(left)})
    return audience_of(reader.found)


class _Reader:
    """Takes out what is understood, piece by piece; `rest` and `folded` stay alike, letter for letter."""

    def __init__(self, text: str, names: Names) -> None:
        self.rest = text
        self.names = names
        self.found: list[Condition] = []

    @property
    def folded(self) -> str:
        return fold_dates(self.rest)

    def take(self, pattern: re.Pattern[str], meaning: "_Meaning") -> None:
        while (match := pattern.search(self.folded)) is not None:
            groups = {name: self.rest[slice(*match.span(name))] for name, value in match.groupdict().items() if value}
            condition = meaning(self, groups)
            if condition is None:
                return
            self.found.append(condition)
            self.rest = f"{self.rest[: match.start()]} , {self.rest[match.end() :]}"

    def take_places(self) -> None:
        """Towns by name, capitalised: "aus Erbach und Ulm"."""
        keys: dict[bool, list[str]] = {False: [], True: []}
        for match in re.finditer(
            r"(?i:(?P<no>nicht aus|außer|not from|except)\s+)?(?P<name>(?:Bad |Sankt |St\. )?[A-ZÄÖÜ][\w-]+(?: (?:am|an der|im|a\.) [A-ZÄÖÜ]\w+)?)",
            self.rest,
        ):
            found = self.names.place(match["name"])
            if isinstance(found, Exact):
                keys[bool(match["no"])].append(found.municipality.key)
                self.rest = (
                    f"{self.rest[: match.start()]}{' ' * (match.end() - match.start())}{self.rest[match.end() :]}"
                )
        for negated, several in keys.items():
            if several:
                self.found.append(Condition(kind="body", values=tuple(sorted(set(several))), negated=negated))


_Meaning = Callable[[_Reader, dict[str, str]], Condition | None]


def _bare(kind: str) -> _Meaning:
    return lambda _, __: Condition(kind=kind)


def _fixed(kind: str, value: str) -> _Meaning:
    return lambda _, groups: Condition(kind=kind, values=(value,), negated="no" in groups)


def _states(_: _Reader, groups: dict[str, str]) -> Condition | None:
    words = re.findall(rf"(?<!\w){_STATE}(?!\w)", fold_dates(groups["states"]))
    return Condition(kind="state", values=tuple(sorted({_WORDS[word] for word in words})), negated="no" in groups)


def _topic(kind: str) -> _Meaning:
    def meaning(reader: _Reader, groups: dict[str, str]) -> Condition | None:
        found = reader.names.topic(groups["topic"].strip(" „“\"'"))
        return Condition(kind=kind, values=(found.topic.id,), negated="no" in groups) if found and found.exact else None

    return meaning


def _span(kind: str, default: int) -> _Meaning:
    def meaning(_: _Reader, groups: dict[str, str]) -> Condition | None:
        if "unit" not in groups:
            return Condition(kind=kind, values=(f"{default}d",), negated="no" in groups)
        said_n = fold_dates(groups.get("n", "1"))
        n = int(said_n) if said_n.isdigit() else NUMBERS[said_n]
        days = n * _UNITS[fold_dates(groups["unit"])[0]]
        return Condition(kind=kind, values=(f"{days}d",), negated="no" in groups)

    return meaning


def _population(_: _Reader, groups: dict[str, str]) -> Condition | None:
    number = re.sub(r"\D", "", groups["number"])
    small = fold_dates(groups["than"]) in (
        "unter",
        "weniger als",
        "bis",
        "hochstens",
        "at most",
        "under",
        "below",
        "fewer than",
        "less than",
        "up to",
    )
    return Condition(kind="population", values=(f"..{number}" if small else f"{number}..",))


def _rule(pattern: str, meaning: _Meaning) -> tuple[re.Pattern[str], _Meaning]:
    return re.compile(pattern), meaning


_LAST = rf"(?:\s+(?:in\s+den|der|des|in\s+the|of\s+the|from\s+the)?\s*(?:letzten|vergangenen|last|past)\s+{_SPAN})?"
_RULES: list[tuple[re.Pattern[str], _Meaning]] = [
    _rule(r"\b(?:ohne|mit\s+leerem|die\s+(?:noch\s+)?kein|noch\s+kein|without|with\s+no)\s+(?:an?\s+|ein(?:em)?\s+)?(?:ausgefulltes\s+|filled-in\s+)?(?:profil|profile)\b(?:\s+(?:haben|ausgefullt\s+haben))?", _bare("without-profile")),
    _rule(r"\b(?:ohne|die\s+(?:noch\s+)?kein|without|with\s+no)\s+(?:an?\s+|ein(?:e[ns]?)?\s+)?(?:eigenes\s+)?(?:them(?:a|en)|topics?)\b(?:\s+(?:haben|angegeben\s+haben))?", _bare("without-topic")),
    _rule(rf"\b{_NOT}(?:(?:aus|in|von|from)\s+)*(?P<states>(?<!\w){_STATE}(?!\w)(?:(?:\s*,\s*|\s+(?:und|oder|and|or)\s+)+(?:(?:aus|in|from)\s+)?(?<!\w){_STATE}(?!\w))*)", _states),
    _rule(rf"\b{_NOT}(?:(?:aus|in|from)\s+)?(?:the\s+)?(?:kleine[nr]?|small)\s+{_PEOPLE}\b", _fixed("size", "small")),
    _rule(rf"\b{_NOT}(?:(?:aus|in|from)\s+)?(?:the\s+)?(?:mittlere[nr]?|mittelgrose[nr]?|medium(?:-sized)?)\s+{_PEOPLE}\b", _fixed("size", "medium")),
    _rule(rf"\b{_NOT}(?:(?:aus|in|from)\s+)?(?:the\s+)?(?:grose[nr]?|large|big)\s+{_PEOPLE}\b", _fixed("size", "large")),
    _rule(rf"\b(?:(?:aus|in|from|{_PEOPLE}|mit|with|of)\s+)*(?P<than>unter|weniger\s+als|hochstens|mindestens|bis|uber|mehr\s+als|ab|at\s+most|at\s+least|under|below|fewer\s+than|less\s+than|up\s+to|over|above|more\s+than|from)\s+(?P<number>\d[\d.,]*)\s*(?:einwohner\w*|inhabitants|people)", _population),
    _rule(rf"\b{_NOT}(?:(?:die\s+)?(?:gast(?:e|en)|besucher(?:n|innen)?)|guests)\b(?!geb){_LAST}", _span("guests", 90)),
    _rule(rf"\b{_NOT}(?:(?:die\s+)?gastgeber(?:n|innen)?|hosts)\b{_LAST}", _span("hosts", 90)),
    _rule(rf"\b(?:die\s+|who\s+(?:have\s+been\s+)?)?(?:seit|for)\s+{_SPAN}\s+(?:inaktiv\w*|inactive|nicht(?:s)?\s+(?:mehr\s+)?(?:da|geschrieben|dabei)\b(?:\s+(?:waren|haben|sind))?)", _span("inactive", 180)),
    _rule(rf"\b{_NOT}(?:inaktive?[nr]?|inactive)\b(?:\s+(?:seit|for)\s+{_SPAN})?", _span("inactive", 180)),
    _rule(rf"\b{_NOT}(?:koordinator(?:en|innen)?|koordinierende[nr]?|coordinators?)\b", _fixed("role", "coordinator")),
    _rule(rf"\b{_NOT}(?:netzwerkburo|admins?|network\s+office)\b", _fixed("role", "admin")),
    _rule(rf"\b{_NOT}(?:anbieter|firmen|vendors?)\b", _fixed("role", "vendor")),
    _rule(rf"\b{_NOT}(?:englischsprachige?[nr]?|die\s+englisch\s+lesen|auf\s+englisch|english[-\s](?:speaking|speakers|readers))\b", _fixed("language", "en")),
    _rule(rf"\b{_NOT}(?:deutschsprachige?[nr]?|german[-\s](?:speaking|speakers|readers))\b", _fixed("language", "de")),
    _rule(rf"\b{_NOT}(?:(?:auf|in|uber|mit|on|using)\s+)?(?:microsoft\s+)?teams\b(?:-nutzer\w*)?", _fixed("platform", "teams")),
    _rule(rf"\b{_NOT}(?:(?:auf|in|uber|mit|on|using)\s+)?(?:matrix|element)\b(?:-nutzer\w*)?", _fixed("platform", "matrix")),
    _rule(rf"\b(?:die\s+)?(?:interessiert(?:en?)?\s+an|interessierten?\s+fur|die\s+sich\s+fur|interested\s+in|who\s+want\s+to\s+learn(?:\s+about)?|lernwillige\w*\s+(?:fur|zu|bei)|die\s+etwas\s+uber)\s+(?P<topic>[^,;]+?)(?:\s+(?:interessieren|lernen\s+wollen|lernen\s+mochten))?{_END}", _topic("wants")),
    _rule(rf"\b(?:die|who)\s+(?P<topic>[^,;]+?)\s+(?:lernen\s+(?:wollen|mochten)|suchen){_END}", _topic("wants")),
    _rule(rf"\b{_NOT}(?:mit\s+(?:dem\s+)?thema|zum\s+thema|thema|with\s+(?:the\s+)?topic|on\s+the\s+topic\s+of|experts?\s+(?:on|for|in)|who\s+(?:offer|know|help\s+with)|(?:die|expert\w*)\s+(?:fur|zu|bei)|die\s+(?:bei|mit)|mit\s+erfahrung\s+(?:mit|in|bei)|kundige\w*\s+in)\s+(?P<topic>[^,;]+?)(?:\s+(?:helfen|anbieten|konnen|haben))?{_END}", _topic("offers")),
    _rule(rf"\bdie\s+(?P<topic>[^,;]+?)\s+(?:anbieten|konnen|kennen|eingefuhrt\s+haben){_END}", _topic("offers")),
]  # fmt: skip

_FILLER = frozenset(
    "alle allen aller all everybody everyone an an-alle to die der den das the in aus von mit und oder and or leute personen person"
    " people kollegen kolleginnen kolleg mitglieder mitgliedern members mitglied kommunen kommune stadte stadten gemeinden"
    " menschen from who are have nur only bitte jetzt just doch nee nein lieber statt sondern ganz komplett wirklich empfanger"
    " netzwerk im network deutschlandweit bundesweit jede jeden jeder die-alle auch zusatzlich auserdem dazu noch also plus"
    " bundesland land state sind haben of them sowie verwaltungen stadt towns cities municipalities cities. people. no".split()
)


def adds(text: str) -> bool:
    """Whether it joins what was there: "auch Hessen"."""
    return bool(re.search(r"\b(?:auch|zusatzlich|auserdem|dazu|noch|also|plus|additionally)\b", fold_dates(text)))


def only_of(text: str) -> str:
    """ "statt alle nur NRW" → "nur NRW": what it is to be instead."""
    return re.sub(r"\b(?:statt|instead\s+of)\b.*?\b(?=nur\b|lieber\b|jetzt\b|only\b)", "", text, flags=re.IGNORECASE)
