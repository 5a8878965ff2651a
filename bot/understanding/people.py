"""Persons in a sentence: "Frau Dr. Sommer", "Kevin Maaß", "die Kollegin vom IT-Amt", "die aus Rendsburg"."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_TITLE = r"(?:(?:dr|prof|dipl)\b\.?(?:-ing\b\.?)?\s+)*"
_CALLED = r"(?:dr\.|prof\.|frau|fr\.?(?=\s+[^\W\d]{3})|herrn?|hr\.?|mrs?\b\.?|ms\b\.?|miss|sir)"
_COLLEAGUE = r"(?:kollegen|kollegin|kollege|colleague|collegue)"
_NAME = r"[^\W\d_][\w'’-]+"
_CAPITAL = r"[A-ZÄÖÜ][\w'’-]+"
_PARTICLE = r"(?:(?:von|van|de|zu|el|al)\s+(?:der\s+|den\s+)?)?"
_NAMED = re.compile(
    rf"\b(?i:{_CALLED})\s+(?P<name>(?i:{_TITLE}){_PARTICLE}{_NAME}(?:\s+{_PARTICLE}{_CAPITAL})?)"
    rf"|\b(?i:{_COLLEAGUE})\s+(?P<colleague>{_CAPITAL}(?:\s+{_CAPITAL})?)"
)
_TWO = re.compile(rf"(?<![\w-])(?P<name>{_CAPITAL}\s+{_PARTICLE}{_CAPITAL})(?![\w-])")
_ROLE = re.compile(
    r"\b(?:(?:die|den|der|dem|unser\w*|mein\w*|our|my|the)\s+)?(?P<role>"
    r"(?:kolleg\w+|leiter\w*|leitung|referent\w*|amtsleit\w+|colleague|lady|guy|chap|head|team|person)\s+"
    r"(?:(?:vom|von der|von|des|der|aus dem|aus der|aus|im|in der|in|bei der|bei|beim|from the|from|in|at|of the|of)\s+)"
    r"(?:(?:der|dem|stadt|the)\s+)*[\w-]+(?-i:[ -][A-ZÄÖÜ][\w-]+)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """`name` without "Frau" or "Herr"; `whole` as it stands in the text."""

    name: str
    whole: str
    start: int
    end: int


def find_people(text: str, is_word: Callable[[str], bool]) -> tuple[FoundPerson, ...]:
    """By a form of address. `is_word` says of a folded word that it is no name ("Frau fragen")."""
    found: list[FoundPerson] = []
    for match in _NAMED.finditer(text):
        name = match["name"] or match["colleague"]
        last = name.split()[-1]
        if is_word(last) and len(name.split()) > 1:
            name = " ".join(name.split()[:-1])
        if is_word(last := name.split()[-1]) and not last[0].isupper():
            continue  # "Frau fragen"; but Herr Niemand is somebody
        start = match.start("name" if match["name"] else "colleague")
        found.append(
            FoundPerson(
                name=name, whole=text[match.start() : start + len(name)], start=match.start(), end=start + len(name)
            )
        )
    return tuple(found)


def full_name(text: str, is_word: Callable[[str], bool]) -> str | None:
    """Two words with capitals that are no everyday words: "Torben Wessels"."""
    for match in _TWO.finditer(text):
        if not any(is_word(word) for word in match["name"].split()):
            return match["name"]
    return None


def by_role(text: str) -> str | None:
    """ "die Kollegin vom IT-Amt" → "Kollegin vom IT-Amt"."""
    found = _ROLE.search(text)
    return found["role"] if found else None
