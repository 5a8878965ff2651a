"""From a Message to what Teams shows: a pure function; one Adaptive Card (1.5), or plain text where nothing is to be pressed.

What people typed is put into text runs, which no client reads as markup. A card carries a complete `fallbackText`.
A button carries the outbox key and its position, nothing with authority; besides, what the card says, so that it can
be shown again without its buttons once it was answered: our own copy of the text is blanked by then.
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, assert_never

from botbuilder.schema import Activity, ActivityTypes, TextFormatTypes

from adapters.teams import fields
from adapters.teams.fields import Typed
from bot.messages import (
    Ask,
    Block,
    Choice,
    Choices,
    Contact,
    Contacts,
    Facts,
    File,
    Message,
    Quote,
    Text,
    Together,
    ask,
    choices,
    from_data,
    plain_text,
    to_data,
)
from bot.words import Words

CARD = "application/vnd.microsoft.card.adaptive"
LARGEST = 75_000  # bytes of an activity; the service takes 80 KB
KEEP = 4_000  # bytes of what a button carries along
IN_A_ROW = 6  # buttons that Teams shows at the foot of a card; longer lists stand in the body
SHORT = 40  # characters that fit on a button
SUMMARY = 120  # characters of a notification
PICK, FILL = "pick", "fill"

Element: TypeAlias = dict[str, Any]
_LINK = re.compile(r"https?://[^\s<>\"“”„()]+[^\s<>\"“”„().,;:!?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a file of the message can be fetched, by the file's name; or a chat that can be opened, by its label."""

    name: str
    url: str


def activity(
    message: Message, key: str, *, links: Sequence[Link] = (), chat: Link | None = None, again: bool = False
) -> Element:
    """`key` is the outbox key; `again` says in words that the message may have arrived before."""
    if again:
        note = Text(text=Words(message.language)("teams.again"), style="hint")
        message = replace(message, blocks=(note, *message.blocks))
    made = _whole(message, key, links, chat)
    while size(made) > LARGEST:
        shorter = _shortened(message)
        if shorter == message:
            break
        message = shorter
        made = _whole(message, key, links, chat)
    return made


def size(made: Element) -> int:
    """Bytes on the wire."""
    return len(json.dumps(made, ensure_ascii=False).encode())


def _whole(message: Message, key: str, links: Sequence[Link], chat: Link | None) -> Element:
    summary = _summary(message)
    if chat is None and all(isinstance(block, Text | Quote) for block in message.blocks):
        text = "".join(_as_html(block) for block in message.blocks if isinstance(block, Text | Quote))
        plain: Element = Activity(
            type=ActivityTypes.message, text=text, text_format=TextFormatTypes.xml, summary=summary
        ).serialize()
        return plain
    made: Element = Activity(type=ActivityTypes.message, summary=summary).serialize()
    # The card beside the model: its serializer is slow on nested values, and makes words of what it doesn't know.
    content = card(message, key, links)
    if chat is not None:
        content["body"] += [_open(chat.name, chat.url), *_paragraphs(Words(message.language)("teams.chat_note"))]
    return {**made, "attachments": [{"contentType": CARD, "content": content}]}


def _as_html(block: Text | Quote) -> str:
    lines = "<br>".join(_linked(line) for line in block.text.splitlines())
    match block:
        case Quote():
            return f"<blockquote>{lines}</blockquote>"
        case Text(style="title"):
            return f"<p><strong>{lines}</strong></p>"
        case Text():
            return f"<p>{lines}</p>"


def _linked(line: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(line):
        url = html.escape(found[0])
        parts += [html.escape(line[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join([*parts, html.escape(line[end:])])


# ---------------------------------------------------------------- the card


def card(
    message: Message, key: str, links: Sequence[Link] = (), *, typed: Mapping[str, Typed] | None = None
) -> Element:
    """`typed` are answers that couldn't be taken as they are, shown beside what is wrong with them."""
    say = Words(message.language)
    body: list[Element] = []
    actions: list[Element] = []
    for block in message.blocks:
        match block:
            case Choices():
                body_part, actions = _choices(block, message, key, say)
                body += body_part
            case Ask() if asks_for_all(block):
                body += fields.inputs(block.form, say, typed or {})
                actions = [
                    _execute(say("teams.submit"), FILL, {"m": key, "f": True, **_kept(message)}, block.field.label)
                ]
            case File(name=name):
                body += _file(name, links, say)
            case _:
                body += elements(block)
    return _card(message, body, actions)


def asks_for_all(block: Ask) -> bool:
    """Whether the form is shown as a whole; once somebody has begun to type, it goes on question by question."""
    return block.field == block.form.fields[0]


def answered(kept: Message | None, label: str, language: str) -> Element:
    """The card without its buttons, with the answer given. `kept` is what the button carried along."""
    say = Words("en" if language == "en" else "de")
    blocks = kept.blocks if kept is not None else ()
    message = Message(blocks=(*blocks, Text(text=label)), language=say.language)
    body = [element for block in blocks for element in elements(block)]
    body.append({**_runs([_run(label, weight="Bolder")]), "separator": bool(blocks)})
    return _card(message, body, [])


def kept_of(data: Mapping[str, Any]) -> Message | None:
    """What a pressed button carried along; None if it isn't there or has been tampered with."""
    try:
        kept = from_data(data["k"])
        return kept if all(isinstance(block, Text | Quote | Facts | Contacts) for block in kept.blocks) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def elements(block: Block) -> list[Element]:
    """What is read, without what is pressed."""
    match block:
        case Text(text=text, style="title"):
            return [{"type": "TextBlock", "style": "heading", "weight": "Bolder", "size": "Medium", "wrap": True, "text": escaped(text)}]  # fmt: skip
        case Text(text=text):
            return _paragraphs(text)
        case Quote(text=text):
            return [{"type": "Container", "style": "emphasis", "items": _paragraphs(text, italic=True)}]
        case Facts(rows=rows):
            lines = [_runs([_run(f"{label}: ", weight="Bolder"), *_text_runs(value)]) for label, value in rows]
            return [{"type": "Container", "items": lines}] if lines else []
        case Contacts(entries=entries):
            return [_contact(number, entry) for number, entry in enumerate(entries, start=1)]
        case Ask(field=field):
            return _paragraphs(field.label if field.hint is None else f"{field.label}\n{field.hint}")
        case Choices() | File() | Together():
            return []
        case _:
            assert_never(block)


def _card(message: Message, body: list[Element], actions: list[Element]) -> Element:
    made: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": message.language,
        "fallbackText": plain_text(message),
        "speak": _summary(message),
        "body": body or _paragraphs(_summary(message)),
    }
    if actions:
        made["actions"] = actions
    return made


def _contact(number: int, entry: Contact) -> Element:
    """Name, place and reasons apart from each other, in an order that a screen reader can follow."""
    lines = [
        _runs([_run(f"{number}. {entry.title}", weight="Bolder")]),
        {**_runs([_run(entry.place)]), "spacing": "None"},
    ]
    if entry.facts:
        lines.append({**_runs([_run(" · ".join(entry.facts))]), "spacing": "None"})
    lines += [{**_runs([_run(f"– {reason}")]), "spacing": "Small"} for reason in entry.reasons]
    return {"type": "Container", "separator": True, "spacing": "Medium", "items": lines}


def _choices(block: Choices, message: Message, key: str, say: Words) -> tuple[list[Element], list[Element]]:
    kept = _kept(message) if block.once else {}
    buttons = [_button(option, position, key, kept, block) for position, option in enumerate(block.options)]
    if len(buttons) <= IN_A_ROW and all(len(option.label) <= SHORT for option in block.options):
        return [], buttons
    body: list[Element] = []
    for number, (option, button) in enumerate(zip(block.options, buttons, strict=True), start=1):
        long = len(option.label) > SHORT
        title = f"{number}) {option.label[: SHORT - 1].rstrip()}…" if long else option.label
        if long:
            body.append({**_runs([_run(f"{number}) {option.label}")]), "spacing": "Medium"})
        body.append({"type": "ActionSet", "spacing": "Small", "actions": [{**button, "title": title}]})
    return [*body, *_paragraphs(say("teams.typed"))], []


def _button(option: Choice, position: int, key: str, kept: Element, block: Choices) -> Element:
    data = {"m": key, "p": position, "l": option.label[:200], **({"o": True} if block.once else {}), **kept}
    return _execute(option.label, PICK, data, option.label)


def _execute(title: str, verb: str, data: Element, tooltip: str) -> Element:
    """With a way for clients that know no Universal Actions; those can't show the card anew."""
    plain = {name: value for name, value in data.items() if name != "k"}
    return {
        "type": "Action.Execute",
        "title": title,
        "tooltip": tooltip,
        "verb": verb,
        "data": data,
        "fallback": {"type": "Action.Submit", "title": title, "tooltip": tooltip, "data": {**plain, "verb": verb}},
    }


def _kept(message: Message) -> Element:
    """What is to stay readable after the answer; left out where it would make the card too large."""
    blocks = tuple(block for block in message.blocks if isinstance(block, Text | Quote | Facts | Contacts))
    data = to_data(replace(message, blocks=blocks, replaces=None))
    return {"k": data} if len(json.dumps(data, ensure_ascii=False).encode()) <= KEEP else {"g": message.language}


def _file(name: str, links: Sequence[Link], say: Words) -> list[Element]:
    link = next((one for one in links if one.name == name), None)
    if link is None:
        return _paragraphs(say("teams.no_link", name=name))
    return [_open(say("teams.download", name=name), link.url), *_paragraphs(say("teams.link_note"))]


def _open(title: str, url: str) -> Element:
    action = {"type": "Action.OpenUrl", "title": title, "tooltip": title, "url": url}
    return {"type": "ActionSet", "actions": [action]}


# ---------------------------------------------------------------- text


def escaped(text: str) -> str:
    """For the one element that reads Markdown, the heading."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", text)


def _paragraphs(text: str, *, italic: bool = False) -> list[Element]:
    """One element per line: how a line break within a run looks depends on the client."""
    made: list[Element] = []
    gap = True
    for line in text.splitlines():
        if line.strip():
            made.append({**_runs(_text_runs(line, italic=italic)), "spacing": "Default" if gap else "None"})
        gap = not line.strip()
    return made


def _text_runs(line: str, *, italic: bool = False) -> list[Element]:
    """With the addresses in it as links."""
    runs, end = [], 0
    for found in _LINK.finditer(line):
        before = line[end : found.start()]
        link = {**_run(found[0], italic=italic), "selectAction": {"type": "Action.OpenUrl", "title": found[0], "url": found[0]}}  # fmt: skip
        runs += [*([_run(before, italic=italic)] if before else []), link]
        end = found.end()
    rest = line[end:]
    return [*runs, _run(rest, italic=italic)] if rest or not runs else runs


def _runs(runs: list[Element]) -> Element:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, *, weight: str | None = None, italic: bool = False) -> Element:
    run: Element = {"type": "TextRun", "text": text}
    if weight:
        run["weight"] = weight
    if italic:
        run["italic"] = True
    return run


def _summary(message: Message) -> str:
    """What a notification shows."""
    first = next((block.text for block in message.blocks if isinstance(block, Text)), None)
    line = " ".join((first or plain_text(message) or "Lotse").split())
    return line if len(line) <= SUMMARY else f"{line[: SUMMARY - 1].rstrip()}…"


# ---------------------------------------------------------------- too large


def _shortened(message: Message) -> Message:
    """One step smaller, and the reader is told; what is asked stays whole."""
    cut = Text(text=Words(message.language)("teams.cut"), style="hint")
    asked = [block for block in (choices(message), ask(message)) if block is not None]
    rest = [block for block in message.blocks if block != cut and block not in asked]
    if not rest:
        return message
    longest = max(rest, key=lambda block: len(str(block)))
    at = rest.index(longest)
    match longest:
        case Text(text=text) if len(text) > 200:
            rest[at] = replace(longest, text=f"{text[: len(text) // 2].rstrip()} …")
        case Quote(text=text) if len(text) > 200:
            rest[at] = replace(longest, text=f"{text[: len(text) // 2].rstrip()} …")
        case Contacts(entries=entries) if len(entries) > 1:
            rest[at] = replace(longest, entries=entries[: len(entries) // 2])
        case Facts(rows=rows) if len(rows) > 1:
            rest[at] = replace(longest, rows=rows[: len(rows) // 2])
        case _:
            del rest[at]
    return replace(message, blocks=(*rest, cut, *asked))
