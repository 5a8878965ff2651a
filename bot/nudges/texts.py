"""The text of a nudge: a template with a few variables, checked before anything is kept."""

import re
from collections.abc import Callable, Mapping

from bot.audiences import Facts

MAX_TEXT = 1500  # characters
_VARIABLE = re.compile(r"\{([^{}]*)\}")
VARIABLES: Mapping[str, Callable[[Facts, str], str]] = {
    "name": lambda facts, _: facts.person.name,
    "kommune": lambda facts, _: facts.body.name if facts.body else "–",
    "municipality": lambda facts, _: facts.body.name if facts.body else "–",
    "netzwerk": lambda _, network: network,
    "network": lambda _, network: network,
}


class TextError(ValueError):
    """A key of the catalogue that names the remedy, with its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values_ = values


def checked(text: str) -> str:
    """The text as it is kept. Raises TextError for unknown variables, stray braces, and too much or too little of it."""
    cleaned = text.strip()
    if not cleaned:
        raise TextError("nudges.text.empty")
    if len(cleaned) > MAX_TEXT:
        raise TextError("nudges.text.long", max=MAX_TEXT, length=len(cleaned))
    known = ", ".join("{%s}" % name for name in VARIABLES)  # noqa: UP031
    if unknown := sorted({one for one in _VARIABLE.findall(cleaned) if one not in VARIABLES}):
        raise TextError("nudges.text.unknown", what=", ".join("{%s}" % one for one in unknown), known=known)  # noqa: UP031
    if re.search(r"[{}]", _VARIABLE.sub("", cleaned)):
        raise TextError("nudges.text.braces", known=known)
    return cleaned


def filled(text: str, facts: Facts, network: str) -> str:
    """For one recipient. What a value holds is never taken for a variable."""
    return _VARIABLE.sub(lambda match: VARIABLES[match[1]](facts, network), text)
