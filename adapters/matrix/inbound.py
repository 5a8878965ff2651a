"""What an event in a room means to the core: pure, and of hostile content nothing more than that it can't be read."""

from typing import Any, Literal

from bot.events import Edited, Said, Unreadable, What

_KINDS: dict[str, Literal["voice", "image", "file", "other"]] = {
    "m.audio": "voice",
    "m.image": "image",
    "m.file": "file",
    "m.video": "file",
    "m.location": "other",
}


def meant(event: dict[str, Any], *, me: str) -> What | None:
    """`event` is decrypted. None: nothing that a person said to the bot; notices are other bots' answers."""
    content = event.get("content")
    if not isinstance(content, dict) or not content or event.get("sender") == me:  # empty: it has been redacted
        return None
    if event.get("type") == "m.sticker":
        return Unreadable(kind="sticker")
    if event.get("type") != "m.room.message":
        return None
    kind = content.get("msgtype")
    if kind == "m.notice" or not isinstance(kind, str):
        return None
    if kind in _KINDS:
        return Unreadable(kind=_KINDS[kind])
    if kind not in ("m.text", "m.emote"):
        return Unreadable(kind="other")
    relation = _relation(event)
    if relation.get("rel_type") == "m.replace":
        return _edited(content, relation)
    body = content.get("body")
    return Said(text=body) if isinstance(body, str) and body.strip() else None


def reaction(event: dict[str, Any]) -> tuple[str, str] | None:
    """On which event, and with what."""
    relation = _relation(event)
    on, key = relation.get("event_id"), relation.get("key")
    meant_as_one = event.get("type") == "m.reaction" and relation.get("rel_type") == "m.annotation"
    return (on, key) if meant_as_one and isinstance(on, str) and isinstance(key, str) else None


def replacement(event: dict[str, Any]) -> str | None:
    """The room in which an upgraded one goes on."""
    content = event.get("content")
    room = content.get("replacement_room") if isinstance(content, dict) else None
    whole = event.get("type") == "m.room.tombstone" and event.get("state_key") == ""
    return room if whole and isinstance(room, str) and room else None


def invited_by(event: dict[str, Any], *, me: str) -> str | None:
    """Who invited the bot into a direct chat, if this is it coming in."""
    content, more = event.get("content"), event.get("unsigned")
    before = more.get("prev_content") if isinstance(more, dict) else None
    if event.get("type") != "m.room.member" or event.get("state_key") != me or not isinstance(before, dict):
        return None
    joined = isinstance(content, dict) and content.get("membership") == "join" and before.get("membership") == "invite"
    by = more.get("prev_sender") if isinstance(more, dict) else None
    return by if joined and before.get("is_direct") is True and isinstance(by, str) else None


def thread(event: dict[str, Any]) -> str | None:
    """The event a thread begins with, if this one is in a thread."""
    relation = _relation(event)
    root = relation.get("event_id")
    return root if relation.get("rel_type") == "m.thread" and isinstance(root, str) else None


def _relation(event: dict[str, Any]) -> dict[str, Any]:
    content = event.get("content")
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    return relation if isinstance(relation, dict) else {}


def mentions(event: dict[str, Any], *, me: str) -> bool:
    """By the event's own list, never by a name in the text: who is quoted isn't addressed."""
    content = event.get("content")
    named = content.get("m.mentions") if isinstance(content, dict) else None
    users = named.get("user_ids") if isinstance(named, dict) else None
    return isinstance(users, list) and me in users


def _edited(content: dict[str, Any], relation: dict[str, Any]) -> Edited | None:
    """Its own body begins with an asterisk, for clients without edits; the new text stands in `m.new_content`."""
    new, of = content.get("m.new_content"), relation.get("event_id")
    text = new.get("body") if isinstance(new, dict) else None
    return Edited(of=of, text=text) if isinstance(text, str) and isinstance(of, str) else None
