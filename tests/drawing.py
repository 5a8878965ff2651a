"""Every message a story has brought to somebody is drawn as each platform would: whole, escaped, and small enough."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, assert_never

from adapters.matrix.rendering import content
from adapters.screen import readable
from adapters.teams.buttons import Link
from adapters.teams.cards import LARGEST, activity
from bot.messages import Ask, Block, Choices, Contacts, Facts, File, Message, Quote, Text, Together

MATRIX_LARGEST = 40_000  # bytes of content; an event may have 65,536, and encrypting makes a third more of it
TAGS = frozenset({"p", "br", "strong", "em", "blockquote", "ul", "ol", "li", "a"})
_TOLD = re.compile(r"[@\w][\w@:.,/+-]*\w|\d")  # words, names, numbers, dates, addresses
_drawn: set[tuple[object, ...]] = set()  # what was drawn before, however often stories bring it


def drawn(messages: Iterator[Message]) -> None:
    """Raises AssertionError for the first message that is lost, cut or broken somewhere."""
    for message in messages:
        look = (message.language, *(_look(block) for block in message.blocks))
        if look not in _drawn:
            whole(message)
            _drawn.add(look)


def whole(message: Message) -> None:
    """One message on all platforms."""
    for where, text in shown(message):
        missing = left_out(message, text)
        assert not missing, f"{where} leaves out {missing[:5]} of {message}"


def left_out(message: Message, text: str) -> list[str]:
    """The words, names and numbers of the message that can't be read in the text."""
    told = _TOLD.findall("\n".join(line for block in message.blocks for line in lines(block)))
    return sorted(set(told) - set(_TOLD.findall(text)))


def shown(message: Message) -> Iterator[tuple[str, str]]:
    """What is read, by place. Raises AssertionError for what is too large or no good markup."""
    yield "the terminal", readable(message)
    made = content(message)
    assert len(json.dumps(made, ensure_ascii=False).encode()) <= MATRIX_LARGEST, message
    yield "Element's plain body", made["body"]
    yield "Element's HTML", visible(made["formatted_body"])
    links = [Link(name=b.name, url="https://lotse.example/files/x") for b in message.blocks if isinstance(b, File)]
    sent = activity(message, "m_1", links=links)
    assert len(sent) <= LARGEST, message
    made = json.loads(sent)
    cards = [one["content"] for one in made.get("attachments", [])]
    if not cards:
        yield "Teams' text", visible(made["text"])
    for card in cards:
        yield "the card's fallback", card["fallbackText"]
        yield "the card", "\n".join(texts(card))


def lines(block: Block) -> Iterator[str]:
    """All that a block has to say."""
    match block:
        case Text(text=text) | Quote(text=text):
            yield text
        case Facts(rows=rows):
            for label, value in rows:
                yield from (label, value)
        case Contacts(entries=entries):
            for number, entry in enumerate(entries, start=1):
                yield from (f"{number}", entry.title, entry.place, *entry.facts, *entry.reasons)
        case Choices(options=options):
            yield from (option.label for option in options)
        case Ask(field=field):
            yield from (field.label, field.hint or "")
        case File(name=name):
            yield name
        case Together():
            pass
        case _:
            assert_never(block)


def texts(card: Any) -> Iterator[str]:
    """What can be read on a card; a line in pieces is a line."""
    match card:
        case {"inlines": list(inlines)}:
            yield "".join(one["text"] for one in inlines)
        case {"type": "FactSet", "facts": list(facts)}:
            for fact in facts:
                yield from (_unmarked(fact["title"]), _unmarked(fact["value"]))
        case dict():
            for name, value in card.items():
                if isinstance(value, str) and name in ("text", "title", "label", "placeholder", "tooltip", "altText"):
                    yield _unmarked(value)
                elif name not in ("data", "fallback", "fallbackText", "speak"):
                    yield from texts(value)
        case list():
            for value in card:
                yield from texts(value)


def _unmarked(text: str) -> str:
    """Without the backslashes before what would be markup."""
    return re.sub(r"\\(.)", r"\1", text)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []
        self.items = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}> is nothing of ours"
        assert tag == "a" or not attrs, attrs
        if tag in ("ol", "ul", "p", "li", "br", "blockquote"):
            self.text.append("\n> " if tag == "blockquote" else "\n")
        self.items = 0 if tag == "ol" else self.items + (tag == "li")
        if tag == "li" and self.open[-1] == "ol":
            self.text.append(f"{self.items}. ")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], "not closed in order"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def visible(markup: str) -> str:
    """What is read of it; nothing but our own few tags may be in it, each of them closed."""
    reader = _Visible()
    reader.feed(markup)
    reader.close()
    assert reader.open == [], markup
    return "".join(reader.text)


def _look(block: Block) -> tuple[object, ...]:
    """What decides how it is drawn."""
    return type(block).__name__, *lines(block), getattr(block, "style", ""), getattr(block, "once", "")
