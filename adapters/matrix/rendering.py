"""A message's blocks as the content of Matrix events: a plain body that is complete, and HTML beside it."""

from collections.abc import Sequence
from html import escape
from typing import Any, assert_never

from bot.messages import Ask, Block, Choices, Contact, Contacts, Facts, File, Message, Quote, Text, Together, plain_text


def content(message: Message, *, ping: Sequence[str] = ()) -> dict[str, Any]:
    """`ping`: the user ids that are to be notified; without any it is a notice, which no bot may answer.

    Files are events of their own; here only their names stand.
    """
    return {
        "msgtype": "m.text" if ping else "m.notice",
        "body": plain_text(message),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(_html(block) for block in message.blocks),
        "m.mentions": {"user_ids": list(ping)} if ping else {},
    }


def edit(new: dict[str, Any], event: str) -> dict[str, Any]:
    """The content that puts `new` in the place of an earlier event; clients without edits show it after an asterisk."""
    return {
        **new,
        "body": f"* {new['body']}",
        "formatted_body": f"* {new['formatted_body']}",
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }


def in_thread(made: dict[str, Any], root: str, newest: str) -> dict[str, Any]:
    """In the thread that begins with `root`; clients without threads show an answer to `newest`."""
    relation = {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": newest},
    }
    return {**made, "m.relates_to": relation}


def _html(block: Block) -> str:
    match block:
        case Text(text=text, style="title"):
            return f"<p><strong>{_lines(text)}</strong></p>"
        case Text(text=text, style="hint"):
            return f"<p><em>{_lines(text)}</em></p>"
        case Text(text=text):
            return f"<p>{_lines(text)}</p>"
        case Quote(text=text):
            return f"<blockquote><p>{_lines(text)}</p></blockquote>"
        case Facts(rows=rows):
            pairs = (f"<li><strong>{_lines(label)}:</strong> {_lines(value)}</li>" for label, value in rows)
            return f"<ul>{''.join(pairs)}</ul>"
        case Contacts(entries=entries):
            return f"<ol>{''.join(_contact(entry) for entry in entries)}</ol>"
        case Choices(options=options):
            numbered = (f"{number}) {_lines(option.label)}" for number, option in enumerate(options, start=1))
            return f"<p>{'<br>'.join(numbered)}</p>"
        case Ask(field=field):
            hint = "" if field.hint is None else f"<br><em>({_lines(field.hint)})</em>"
            return f"<p>{_lines(field.label)}{hint}</p>"
        case File(name=name):
            return f"<p>[{_lines(name)}]</p>"
        case Together():
            return ""
        case _:
            assert_never(block)


def _contact(entry: Contact) -> str:
    facts = [" · ".join(entry.facts)] if entry.facts else []
    under = "".join(f"<br>{_lines(line)}" for line in [*facts, *entry.reasons])
    return f"<li><strong>{_lines(entry.title)}</strong>, {_lines(entry.place)}{under}</li>"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
