"""What is pressed on a card: a button per choice, beside the entry it is about, or a list to choose from; files and links.

A button carries the outbox key and its position, nothing with authority; besides, what the card says, so that it can
be shown again without its buttons once it was answered: our own copy of the text is blanked by then.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.teams.elements import Element, paragraphs
from bot.messages import Ask, Choice, Choices, Contacts, Facts, Message, Quote, Text, from_data, to_data
from bot.words import Words

KEEP = 4_000  # bytes of what a button carries along
IN_A_ROW = 5  # buttons in one set; Teams shows six, the parser takes five
SHORT = 34  # characters that fit on a button, on a phone too
PICK, FILL = "pick", "fill"
READABLE = (Text, Quote, Facts, Contacts)  # what can stay when a card is shown again
CHOICE = "choice"  # the input of a list to choose from: the position, as a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a file of the message can be fetched, by the file's name; or a chat that can be opened, by its label."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressable:
    """Where the choices of a message are pressed."""

    by_entry: Mapping[int, Sequence[Element]] = field(default_factory=dict)  # in the list, by the entry's number
    body: Sequence[Element] = ()  # where the question stands
    foot: Sequence[Element] = ()  # the card's own


def pressable(block: Choices, message: Message, key: str, say: Words) -> Pressable:
    listed = max((len(one.entries) for one in message.blocks if isinstance(one, Contacts)), default=0)
    carried = {"m": key, **({"o": True, **kept(message)} if block.once else {"g": message.language})}
    by_entry: dict[int, list[Element]] = {}
    others: list[tuple[int, Choice]] = []
    for position, option in enumerate(block.options):
        if option.entry is not None and 1 <= option.entry <= listed and len(option.label) <= SHORT:
            by_entry.setdefault(option.entry, []).append(_button(option, position, carried))
        else:
            others.append((position, option))
    if any(len(option.label) > SHORT for _, option in others):
        return Pressable(by_entry=by_entry, body=_to_choose_from(others, carried, say), foot=())
    buttons = [_button(option, position, carried) for position, option in others]
    if len(buttons) <= IN_A_ROW:
        return Pressable(by_entry=by_entry, body=(), foot=buttons)
    sets = [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]
    body = [{"type": "ActionSet", "actions": actions} for actions in sets]
    return Pressable(by_entry=by_entry, body=[*body, *paragraphs(say("teams.typed"), subtle=True)], foot=())


def submit(block: Ask, message: Message, key: str, say: Words) -> Element:
    return execute(say("teams.submit"), FILL, {"m": key, "f": True, **kept(message)}, block.field.label)


def execute(title: str, verb: str, data: Element, tooltip: str) -> Element:
    """With a way for clients that know no Universal Actions; those can't show the card anew."""
    without = {name: value for name, value in data.items() if name != "k"}
    return {
        "type": "Action.Execute",
        "title": title,
        "tooltip": tooltip,
        "verb": verb,
        "data": data,
        "fallback": {"type": "Action.Submit", "title": title, "tooltip": tooltip, "data": {**without, "verb": verb}},
    }


def kept(message: Message) -> Element:
    """What is to stay readable after the answer; left out where it would make the card too large."""
    data = to_data(readable(message))
    return {"k": data} if len(json.dumps(data, ensure_ascii=False).encode()) <= KEEP else {"g": message.language}


def readable(message: Message) -> Message:
    """Without what is pressed, filled or fetched."""
    blocks = tuple([block for block in message.blocks if isinstance(block, READABLE)])
    return replace(message, blocks=blocks, replaces=None)


def kept_of(data: Mapping[str, Any]) -> Message | None:
    """What a pressed button carried along; None if it isn't there or has been tampered with."""
    try:
        found = from_data(data["k"])
        return found if all(isinstance(block, READABLE) for block in found.blocks) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def file(name: str, links: Sequence[Link], say: Words) -> list[Element]:
    link = next((one for one in links if one.name == name), None)
    if link is None:
        return paragraphs(say("teams.no_link", name=name))
    return [opening(say("teams.download", name=name), link.url), *paragraphs(say("teams.link_note"), subtle=True)]


def opening(title: str, url: str) -> Element:
    action = {"type": "Action.OpenUrl", "title": title, "tooltip": title, "url": url}
    return {"type": "ActionSet", "actions": [action]}


def _button(option: Choice, position: int, carried: Element) -> Element:
    return execute(option.label, PICK, {**carried, "p": position, "l": option.label[:200]}, option.label)


def _to_choose_from(options: Sequence[tuple[int, Choice]], carried: Element, say: Words) -> list[Element]:
    """Answers too long for buttons, whole and numbered; Teams would cut them off."""
    choices = [{"title": f"{position + 1}) {option.label}", "value": str(position)} for position, option in options]
    title = say("teams.choose.send")
    return [
        {
            "type": "Input.ChoiceSet",
            "id": CHOICE,
            "style": "expanded",
            "wrap": True,
            "label": say("teams.choose"),
            "isRequired": True,
            "errorMessage": say("teams.choose.missing"),
            "choices": choices,
        },
        {"type": "ActionSet", "actions": [execute(title, PICK, carried, title)]},
        *paragraphs(say("teams.typed"), subtle=True),
    ]
