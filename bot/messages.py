"""What we say: a message is blocks of content, never layout; the adapter decides how it looks.

Every string in a block is finished text in the recipient's language, and plain: adapters escape it. What people
typed stands in `Quote` (and in the values of `Facts`), apart from our own words.
"""

import base64
import json
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, assert_never

from bot.events import Account
from bot.forms import Field, Form
from bot.intents import Intent, from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph of our own words."""

    text: str
    style: Literal["plain", "title", "hint"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a person typed, word for word."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Pairs of label and value, in order."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One entry of a result list: a person, as they chose to be listed, or what somebody learned (`lesson`)."""

    title: str  # "Jens Kalthoff" or "Teamleitung Organisation"; the topic of a lesson
    place: str  # "Hückelhoven, Nordrhein-Westfalen"
    facts: tuple[str, ...]  # "41.200 Einwohner", "Luftlinie 374 km"
    reasons: tuple[str, ...]  # why it fits, in words; what was new, confirmed, planned
    lesson: str | None = None  # its key, so that a withdrawal finds the entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    entries: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to press, to type as a number, as its label, or in plain words (`says`, a key of the phrases).

    `entry`: the number of the entry in the message's list that it is about.
    """

    label: str
    intent: Intent
    says: str | None = None
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A question. `asked` names the situation for the understanding; `about` the object it is about.

    `once`: an answer closes it. Otherwise (a result list) it stays open until something newer is asked.
    `otherwise`: a form of one field; typed words that pick nothing go into it.
    `forget`: the options carry what people typed; they are deleted with the answer.
    """

    options: tuple[Choice, ...]
    asked: str = "choice"
    about: str | None = None
    once: bool = True
    otherwise: Form | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A form to fill, or the field of it that is asked next."""

    form: Form
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Where the message goes: into a room with these people, opened for it."""

    accounts: tuple[Account, ...]


Block: TypeAlias = Text | Quote | Facts | Contacts | Choices | Ask | File | Together


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Blocks in order. `replaces` is the outbox key of an earlier message that this one takes the place of,
    where the platform can edit; elsewhere it is simply sent.
    """

    blocks: tuple[Block, ...]
    language: Literal["de", "en"] = "de"
    replaces: str | None = None


def choices(message: Message) -> Choices | None:
    """The question in a message; there is at most one."""
    return next((block for block in message.blocks if isinstance(block, Choices)), None)


def ask(message: Message) -> Ask | None:
    return next((block for block in message.blocks if isinstance(block, Ask)), None)


def without(message: Message, lesson: str, instead: str) -> Message:
    """The message without what can be read of a lesson; `instead` stands where nothing else would be left."""
    blocks: list[Block] = []
    for block in message.blocks:
        if not isinstance(block, Contacts):
            blocks.append(block)
            continue
        left = tuple(entry for entry in block.entries if entry.lesson != lesson)
        blocks.append(replace(block, entries=left) if left else Text(text=instead))
    return replace(message, blocks=tuple(blocks))


def plain_text(message: Message) -> str:
    """The whole message as plain text, complete in itself: what is read where nothing else can be shown."""
    return "\n\n".join(part for block in message.blocks if (part := _plain(block)))


def _plain(block: Block) -> str:
    match block:
        case Text(text=text):
            return text
        case Quote(text=text):
            return "\n".join(f"> {line}" for line in text.splitlines())
        case Facts(rows=rows):
            return "\n".join(f"{label}: {value}" for label, value in rows)
        case Contacts(entries=entries):
            return "\n\n".join(
                "\n".join([f"{number}. {entry.title}, {entry.place}", *_indented(entry)])
                for number, entry in enumerate(entries, start=1)
            )
        case Choices(options=options):
            return "\n".join(f"{number}) {option.label}" for number, option in enumerate(options, start=1))
        case Ask(field=field):
            return field.label if field.hint is None else f"{field.label}\n({field.hint})"
        case File(name=name):
            return f"[{name}]"
        case Together():
            return ""
        case _:
            assert_never(block)


def _indented(entry: Contact) -> list[str]:
    facts = [" · ".join(entry.facts)] if entry.facts else []
    return [f"   {line}" for line in [*facts, *entry.reasons]]


def to_data(message: Message) -> dict[str, Any]:
    """As JSON values, for the outbox; read back by `from_data`."""
    return {
        "language": message.language,
        "replaces": message.replaces,
        "blocks": [_block_to_data(block) for block in message.blocks],
    }


def from_data(data: dict[str, Any]) -> Message:
    return Message(
        blocks=tuple(_block_from_data(block) for block in data["blocks"]),
        language=data["language"],
        replaces=data["replaces"],
    )


def _block_to_data(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    match block:
        case Choices():
            return {
                "block": kind,
                "options": [
                    {"label": o.label, "says": o.says, "intent": to_json(o.intent), "entry": o.entry}
                    for o in block.options
                ],
                "asked": block.asked,
                "about": block.about,
                "once": block.once,
                "otherwise": None if block.otherwise is None else form_to_data(block.otherwise),
                "forget": block.forget,
            }
        case Ask():
            return {"block": kind, "form": form_to_data(block.form), "field": block.field.name}
        case File():
            content = base64.b64encode(block.content).decode("ascii")
            return {"block": kind, "name": block.name, "content_type": block.content_type, "content": content}
        case Contacts():
            return {"block": kind, "entries": tuple(_flat(entry) for entry in block.entries)}
        case _:
            return {"block": kind, **_flat(block)}


def _flat(value: Text | Quote | Facts | Contact | Together | Field) -> dict[str, Any]:
    """Its fields as they are; `dataclasses.asdict` would copy each value."""
    return {name: getattr(value, name) for name in value.__slots__}


def _block_from_data(data: dict[str, Any]) -> Block:
    match data.get("block"):
        case "text":
            return Text(text=data["text"], style=data["style"])
        case "quote":
            return Quote(text=data["text"])
        case "facts":
            return Facts(rows=tuple((label, value) for label, value in data["rows"]))
        case "contacts":
            return Contacts(entries=tuple([_contact(entry) for entry in data["entries"]]))
        case "choices":
            return Choices(
                options=tuple([_choice(option) for option in data["options"]]),
                asked=data["asked"],
                about=data["about"],
                once=data["once"],
                otherwise=None if data["otherwise"] is None else form_from_data(data["otherwise"]),
                forget=data["forget"],
            )
        case "ask":
            form = form_from_data(data["form"])
            return Ask(form=form, field=next(f for f in form.fields if f.name == data["field"]))
        case "file":
            content = base64.b64decode(data["content"])
            return File(name=data["name"], content_type=data["content_type"], content=content)
        case "together":
            return Together(accounts=tuple(data["accounts"]))
        case _:
            raise ValueError("not a block of this release")


def _contact(data: dict[str, Any]) -> Contact:
    facts, reasons = tuple(data["facts"]), tuple(data["reasons"])
    return Contact(title=data["title"], place=data["place"], facts=facts, reasons=reasons, lesson=data.get("lesson"))


def _choice(data: dict[str, Any]) -> Choice:
    intent = from_json(data["intent"])
    return Choice(label=data["label"], says=data["says"], intent=intent, entry=data.get("entry"))


def form_to_data(form: Form) -> dict[str, Any]:
    return {"intent": to_json(form.intent), "patient": form.patient, "fields": [_flat(f) for f in form.fields]}


def form_from_data(data: dict[str, Any]) -> Form:
    fields = tuple(Field(**field) for field in data["fields"])
    return Form(intent=from_json(data["intent"]), fields=fields, patient=data["patient"])


def as_line(message: Message) -> str:
    """One line of JSON."""
    return json.dumps(to_data(message), ensure_ascii=False, separators=(",", ":"))
