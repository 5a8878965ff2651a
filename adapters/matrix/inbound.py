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
    relation = content.get("m.relates_to")
    if isinstance(relation, dict) and relation.get("rel_type") == "m.replace":
        return _edited(content, relation)
    body = content.get("body")
    return Said(text=body) if isinstance(body, str) and body.strip() else None


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
