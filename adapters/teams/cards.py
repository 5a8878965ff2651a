"""From a Message to what Teams shows: a pure function; one Adaptive Card (1.5), or plain text where nothing is to be pressed.

A card carries a complete `fallbackText`. How a block looks is in `elements`, what is pressed in `buttons`.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from botbuilder.schema import ActivityTypes, TextFormatTypes

from adapters.teams import buttons, fields
from adapters.teams.buttons import Link, Pressable
from adapters.teams.elements import LINK, Element, elements, encoded, paragraphs, run, runs
from adapters.teams.fields import Typed
from bot.messages import Ask, Block, Choices, Contacts, Facts, File, Message, Quote, Text, ask, choices, plain_text
from bot.words import Words

CARD = "application/vnd.microsoft.card.adaptive"
LARGEST = 75_000  # bytes of an activity on the wire; the service takes 80 KB
SUMMARY = 120  # characters of a notification
MESSAGE, XML = ActivityTypes.message.value, TextFormatTypes.xml.value


def activity(
    message: Message,
    key: str,
    *,
    links: Sequence[Link] = (),
    chat: Link | None = None,
    again: bool = False,
    envelope: Mapping[str, Any] = MappingProxyType({}),
) -> bytes:
    """As it is sent. `key` is the outbox key; `again` says in words that the message may have arrived before; `envelope`
    is what stands beside what is said: from whom, where.
    """
    if again:
        note = Text(text=Words(message.language)("teams.again"), style="hint")
        message = replace(message, blocks=(note, *message.blocks))
    made = encoded({**_whole(message, key, links, chat), **envelope})
    while len(made) > LARGEST:
        shorter = _shortened(message)
        if shorter == message:
            break
        message = shorter
        made = encoded({**_whole(message, key, links, chat), **envelope})
    return made


def _whole(message: Message, key: str, links: Sequence[Link], chat: Link | None) -> Element:
    summary = _summary(message)
    if chat is None and (text := _text_alone(message.blocks)) is not None:
        return {"type": MESSAGE, "text": text, "textFormat": XML, "summary": summary}
    content = card(message, key, links)
    if chat is not None:
        note = paragraphs(Words(message.language)("teams.chat_note"), subtle=True)
        content["body"] += [buttons.opening(chat.name, chat.url), *note]
    return with_card(content, summary)


def with_card(content: Element, summary: str) -> Element:
    """Without the SDK's model: its serializer is slow, and makes words of what it doesn't know."""
    attachments = [{"contentType": CARD, "content": content}]
    return {"type": MESSAGE, "summary": summary, "attachments": attachments}


def _text_alone(blocks: Sequence[Block]) -> str | None:
    """None where there is more than text."""
    parts: list[str] = []
    for block in blocks:
        if not isinstance(block, Text | Quote):
            return None
        parts.append(_as_html(block))
    return "".join(parts)


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
    if "://" not in line:
        return html.escape(line)
    parts, end = [], 0
    for found in LINK.finditer(line):
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
    asked = choices(message)
    press = Pressable() if asked is None else buttons.pressable(asked, message, key, say)
    body: list[Element] = []
    foot = [*press.foot]
    for block in message.blocks:
        match block:
            case Ask() if asks_for_all(block):
                body += fields.inputs(block.form, say, typed or {})
                foot = [buttons.submit(block, message, key, say)]
            case File(name=name):
                body += buttons.file(name, links, say)
            case Choices():
                body += press.body
            case _:
                body += elements(block, say, press.by_entry)
    return _card(message, body, foot)


def asks_for_all(block: Ask) -> bool:
    """Whether the form is shown as a whole; once somebody has begun to type, it goes on question by question."""
    return block.field == block.form.fields[0]


def answered(kept: Message | None, label: str, language: str) -> Element:
    """The card without its buttons, with the answer given. `kept` is what the button carried along."""
    say = Words("en" if language == "en" else "de")
    blocks = kept.blocks if kept is not None else ()
    message = Message(blocks=(*blocks, Text(text=label)), language=say.language)
    body = [element for block in blocks for element in elements(block, say)]
    body.append({**runs([run(label, weight="Bolder")]), "separator": bool(blocks)})
    return _card(message, body, [])


def _card(message: Message, body: list[Element], foot: list[Element]) -> Element:
    """`speak` is read as SSML: nobody's words are tags there."""
    said = plain_text(message)
    made: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": message.language,
        "fallbackText": said,
        "speak": html.escape(said, quote=False),
        "body": body or paragraphs(_summary(message)),
    }
    if foot:
        made["actions"] = foot
    return made


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
