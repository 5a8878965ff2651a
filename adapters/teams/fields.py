"""The fields of a form as inputs of a card, and the answers back from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.teams.elements import paragraphs
from bot.forms import Field, Form, Invalid, read
from bot.words import Words

LONG = 100  # characters from which on a field has several lines
_PREFIX = "field."
_YES_NO = (("ja", "teams.yes"), ("nein", "teams.no"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An answer as it was sent, and what is wrong with it, if anything."""

    value: str
    wrong: str | None = None


def inputs(form: Form, say: Words, typed: Mapping[str, Typed]) -> list[dict[str, Any]]:
    """With labels and messages, so that the client itself tells what is missing."""
    made: list[dict[str, Any]] = []
    for field in form.fields:
        given = typed.get(field.name)
        made.append(_input(field, say, given))
        if field.hint:
            made.append({**paragraphs(field.hint, subtle=True)[0], "spacing": "Small"})
        if given is not None and given.wrong is not None:
            made.append({"type": "TextBlock", "text": given.wrong, "wrap": True, "color": "Attention", "weight": "Bolder", "spacing": "Small"})  # fmt: skip
    return made


def answers(form: Form, data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, by field; numbers and texts alike, nothing else."""
    found: dict[str, str] = {}
    for field in form.fields:
        value = data.get(f"{_PREFIX}{field.name}")
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found[field.name] = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return found


def mistakes(form: Form, found: Mapping[str, str], say: Words) -> dict[str, Typed]:
    """All answers, those that can't be taken with the reason; empty if all can be taken."""
    typed: dict[str, Typed] = {}
    for field in form.fields:
        value = found.get(field.name, "")
        result = read(field, value)
        wrong = say(result.key, **result.values) if isinstance(result, Invalid) else None
        typed[field.name] = Typed(value=value, wrong=wrong)
    return typed if any(one.wrong for one in typed.values()) else {}


def _input(field: Field, say: Words, given: Typed | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "Input.Text",
        "id": f"{_PREFIX}{field.name}",
        "label": field.label,
        "isRequired": field.required,
        "errorMessage": _message(field, say),
    }
    if given is not None:
        made["value"] = given.value
    match field.kind:
        case "yes_no":
            choices = [{"title": say(key), "value": value} for value, key in _YES_NO]
            made |= {"type": "Input.ChoiceSet", "style": "expanded", "choices": choices}
        case "email":
            made |= {"style": "Email", "maxLength": field.max_length, "regex": r"^\s*[^@\s]+@[^@\s]+\.[^@\s]{2,}\s*$"}
        case "phone":
            made |= {"style": "Tel", "maxLength": field.max_length}
        case "number":
            made |= {"maxLength": 6, "regex": r"^\s*[0-9]{1,6}\s*$"}
        case _:
            made |= {"maxLength": field.max_length, "isMultiline": field.kind == "text" and field.max_length > LONG}
    return made


def _message(field: Field, say: Words) -> str:
    match field.kind:
        case "email":
            return say("form.email")
        case "phone":
            return say("form.phone")
        case "number":
            return say("form.number")
        case _:
            return say("teams.required")
