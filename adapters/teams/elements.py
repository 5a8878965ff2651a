"""From blocks to elements of an Adaptive Card: what is read, without what is pressed.

Headings and facts are elements that read Markdown. They are used where the text holds none of its signs; otherwise,
and for everything people typed at length, text runs are, which no client reads as markup.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, assert_never

from pydantic_core import to_json

from bot.messages import Ask, Block, Choices, Contact, Contacts, Facts, File, Quote, Text, Together
from bot.words import Words

Element: TypeAlias = dict[str, Any]

LABEL, FIGURE, VALUE = 24, 20, 220  # characters of a fact that read well in two columns
WORD = 24  # characters: a longer word, such as an address, would be cut off at the edge of a phone
ONE_LINE = 16  # characters of a label that isn't broken, however long the values are
LINK = re.compile(r"https?://[^\s<>\"“”„()]+[^\s<>\"“”„().,;:!?]")
_WORDS = re.compile(r"[^\s-]+")  # a line is broken after a hyphen too
_SIGN = re.compile(r"[\\`*_\[\]<>#~|{}]|&#?\w+;|https?://|\n|^\s*(?:[-+]|\d+[.)])[ \t]|^\s*[-=]+\s*$")


def encoded(made: Element) -> bytes:
    """As it goes over the wire."""
    return to_json(made)


def plain(text: str) -> bool:
    """Whether an element that reads Markdown shows it as it is."""
    return _SIGN.search(text) is None


def elements(block: Block, say: Words, pressed: Mapping[int, Sequence[Element]] | None = None) -> list[Element]:
    """`pressed` are the buttons of a list's entries, by the entry's number."""
    match block:
        case Text(text=text, style="title"):
            return heading(text, size="Medium")
        case Text(text=text, style="hint"):
            return paragraphs(text, subtle=True)
        case Text(text=text):
            return paragraphs(text)
        case Quote(text=text):
            return [{"type": "Container", "style": "emphasis", "items": paragraphs(say("words.quoted", text=text), italic=True)}]  # fmt: skip
        case Facts(rows=rows):
            return _facts(rows)
        case Contacts(entries=entries):
            return [_contact(n, entry, (pressed or {}).get(n, ())) for n, entry in enumerate(entries, start=1)]
        case Ask(field=field):
            hint = [] if field.hint is None else paragraphs(field.hint, subtle=True)
            return [*paragraphs(field.label), *hint]
        case Choices() | File() | Together():
            return []
        case _:
            assert_never(block)


def heading(text: str, *, size: str = "Default") -> list[Element]:
    """That a screen reader finds as one; in runs, where it would be read as markup."""
    if plain(text):
        return [{"type": "TextBlock", "style": "heading", "weight": "Bolder", "size": size, "wrap": True, "text": text}]
    return [runs([run(line, weight="Bolder", size=size)]) for line in text.splitlines() if line.strip()]


def paragraphs(text: str, *, italic: bool = False, subtle: bool = False) -> list[Element]:
    """One element per line: how a line break within a run looks depends on the client."""
    made: list[Element] = []
    gap = True
    for line in text.splitlines():
        if line.strip():
            inlines = _linked(line, italic=italic, subtle=subtle)
            made.append({"type": "RichTextBlock", "inlines": inlines, "spacing": "Default" if gap else "Small"})
        gap = not line.strip()
    return made


def runs(inlines: list[Element]) -> Element:
    return {"type": "RichTextBlock", "inlines": inlines}


def run(
    text: str, *, weight: str | None = None, size: str | None = None, italic: bool = False, subtle: bool = False
) -> Element:
    made: Element = {"type": "TextRun", "text": text}
    if weight:
        made["weight"] = weight
    if size:
        made["size"] = size
    if italic:
        made["italic"] = True
    if subtle:
        made["isSubtle"] = True
    return made


def _facts(rows: Sequence[tuple[str, str]]) -> list[Element]:
    """Two columns where everything in them is short; else each value under its label."""
    rows = [(label, value) for label, value in rows if label.strip() or value.strip()]
    if not rows:
        return []
    short = all(len(label) <= LABEL for label, _ in rows) or all(len(value) <= FIGURE for _, value in rows)
    if short and all(_in_a_column(value) and plain(label) and plain(value) for label, value in rows):
        return [{"type": "FactSet", "facts": [{"title": _unbroken(label), "value": value} for label, value in rows]}]
    items: list[Element] = []
    for label, value in rows:
        items.append({**runs([run(label, weight="Bolder")]), "spacing": "Small"})
        items += [{**one, "spacing": "None"} for one in paragraphs(value)]
    return [{"type": "Container", "items": items}]


def _in_a_column(value: str) -> bool:
    return len(value) <= VALUE and all(len(word) <= WORD for word in _WORDS.findall(value))


def _unbroken(label: str) -> str:
    return label.replace(" ", "\u00a0") if len(label) <= ONE_LINE else label


def _contact(number: int, entry: Contact, buttons: Sequence[Element]) -> Element:
    """Name, place and reasons apart from each other, in an order that a screen reader can follow."""
    lines = [
        *heading(f"{number}.\u00a0{entry.title}"),  # with a plain blank it would be a list
        {**runs([run(entry.place)]), "spacing": "None"},
    ]
    if entry.facts:
        lines.append({**runs([run(" · ".join(entry.facts), subtle=True)]), "spacing": "None"})
    lines += [{**runs([run(f"– {reason}")]), "spacing": "Small"} for reason in entry.reasons]
    if buttons:
        lines.append({"type": "ActionSet", "spacing": "Small", "actions": list(buttons)})
    return {"type": "Container", "separator": True, "spacing": "Medium", "items": lines}


def _linked(line: str, *, italic: bool, subtle: bool) -> list[Element]:
    """With the addresses in it as links."""
    if "://" not in line:
        return [run(line, italic=italic, subtle=subtle)]
    made, end = [], 0
    for found in LINK.finditer(line):
        before = line[end : found.start()]
        link = run(found[0], italic=italic)
        link["selectAction"] = {"type": "Action.OpenUrl", "title": found[0], "url": found[0]}
        made += [*([run(before, italic=italic, subtle=subtle)] if before else []), link]
        end = found.end()
    rest = line[end:]
    return [*made, run(rest, italic=italic, subtle=subtle)] if rest or not made else made
