"""From an activity to what the core calls it: pure functions; Microsoft's words end here.

The SDK's model is used for what it models well. The tenant, mentions and card actions are read from the raw values:
the model drops the tenant's id, and gives mentions and actions as they came.
"""

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botbuilder.schema import Activity, ActivityTypes

from adapters.teams.activities import REFUSED, activity_of
from adapters.teams.buttons import CHOICE
from adapters.teams.conversations import PLATFORM, Conversation, account_of
from bot.events import Account, Address, Edited, Incoming, Joined, Left, Said, Unreadable, What

LONGEST_NAME = 200  # characters of a display name
LONGEST_TEXT = 100_000  # characters; the core has a limit of its own, and words for it
_ANYWAY = frozenset({"text/html", "text/plain"})  # Teams attaches each message to itself
_UNSEEN = re.compile(r"[\u200b\u2060\ufeff]")


class Malformed(Exception):
    """Not an activity; the message says why, without its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who an activity is from, and where."""

    tenant: str
    account: Account
    member: str  # the service's id of the person for this bot
    name: str
    conversation: Conversation
    direct: bool


def parsed(data: Any) -> Activity:
    """`data` is clean. Raises Malformed."""
    if not isinstance(data, dict):
        raise Malformed("not an object")
    try:
        activity = activity_of(data)
    except REFUSED as error:
        raise Malformed(type(error).__name__) from None
    for value in (activity.type, activity.service_url, activity.channel_id):
        if not isinstance(value, str) or not value:
            raise Malformed("type, serviceUrl or channelId is missing")
    return activity


def tenant_of(activity: Activity) -> str | None:
    """From channelData; the conversation's own is a copy that the model drops."""
    tenant = _mapping(_mapping(activity.channel_data).get("tenant")).get("id")
    return tenant.casefold() if isinstance(tenant, str) and 0 < len(tenant) <= 100 else None


def sender(activity: Activity, tenant: str) -> Sender | None:
    """None where nobody can be told: not a person of a tenant, or no conversation."""
    who, where = activity.from_property, activity.conversation
    user = getattr(who, "aad_object_id", None)
    if (
        user is None
        or not _is_id(user)
        or not _is_id(getattr(where, "id", None))
        or not _is_id(getattr(who, "id", None))
    ):
        return None
    name = who.name if isinstance(who.name, str) else ""
    return Sender(
        tenant=tenant,
        account=account_of(tenant, user.casefold()),
        member=who.id,
        name=" ".join(name.split())[:LONGEST_NAME],
        conversation=Conversation(service_url=activity.service_url, id=where.id, tenant=tenant),
        direct=_is_direct(where),
    )


def incoming(activity: Activity, who: Sender, now: datetime) -> tuple[Incoming, ...]:
    """What happened, in the words of the core; nothing for what is none of its business."""
    mentioned = mentions_bot(activity)
    return tuple(
        event(activity, who, what, now, suffix=suffix, mentioned=mentioned) for suffix, what in _what(activity, who)
    )


def event(
    activity: Activity, who: Sender, what: What, now: datetime, *, suffix: str = "", mentioned: bool = True
) -> Incoming:
    address: Address = who.conversation.address()
    where: Literal["direct", "room"] = "direct" if who.direct else "room"
    return Incoming(
        id=_event_id(activity, who, suffix),
        platform=PLATFORM,
        account=who.account,
        name=who.name,
        address=address,
        at=now,
        what=what,
        where=where,
        mentioned=mentioned or who.direct,
        domain=who.tenant,
    )


def _event_id(activity: Activity, who: Sender, suffix: str) -> str:
    """The service's ids are unique within a conversation. One that is missing is made of what there is."""
    named = activity.id if isinstance(activity.id, str) and activity.id else str(activity.timestamp)
    digest = hashlib.sha256(f"{who.conversation.id}\0{who.account}\0{named}".encode()).hexdigest()[:32]
    return f"{digest}{suffix}"


def _what(activity: Activity, who: Sender) -> list[tuple[str, What]]:
    """With a suffix for the id where one activity stands for several events."""
    kind = activity.type
    if kind == ActivityTypes.message:
        return _message(activity)
    if kind == ActivityTypes.message_update:
        data = _mapping(activity.channel_data)
        if data.get("eventType") != "editMessage":
            return []
        text = words(activity)
        of = _event_id(activity, who, "")  # an edit has the id of what it changes
        return [(f":edited:{activity.timestamp}", Edited(of=of, text=text))] if text else []
    if not _is_direct(activity.conversation):
        return []  # of teams and group chats nothing is kept, and nobody is greeted there
    if kind == ActivityTypes.installation_update:
        match activity.action:
            case "add":
                return [(":joined", Joined())]
            case "remove":
                return [(":left", Left())]
    if kind == ActivityTypes.conversation_update:
        bot = getattr(activity.recipient, "id", None)
        if bot is not None and any(getattr(one, "id", None) == bot for one in activity.members_added or ()):
            return [(":joined", Joined())]
        if bot is not None and any(getattr(one, "id", None) == bot for one in activity.members_removed or ()):
            return [(":left", Left())]
    return []


def _message(activity: Activity) -> list[tuple[str, What]]:
    text = words(activity)
    found: list[tuple[str, What]] = [("", Said(text=text))] if text else []
    kinds = [kind for one in activity.attachments or () if (kind := _attached(one)) is not None]
    if kinds:
        found.append((":attached", Unreadable(kind=kinds[0])))
    return found


def _attached(attachment: Any) -> Literal["voice", "image", "file", "other"] | None:
    content_type = getattr(attachment, "content_type", None)
    kind = content_type.casefold() if isinstance(content_type, str) else ""
    if kind in _ANYWAY:
        return None
    if kind.startswith("image/"):
        return "image"
    if kind.startswith(("audio/", "video/")):
        return "voice"
    return "file" if "file" in kind else "other"


def words(activity: Activity) -> str:
    """What the person wrote, without the mention of the bot; others who are mentioned keep their names."""
    text = activity.text if isinstance(activity.text, str) else ""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
    bot = getattr(activity.recipient, "id", None)
    for mention, mentioned in _mentions(activity):
        # By the mention's own words: the SDK's helper deletes the bot's name wherever it stands.
        name = re.sub(r"</?at[^>]*>", "", mention)
        text = text.replace(mention, " " if mentioned == bot else name)
    text = _UNSEEN.sub("", text.replace("\u00a0", " ").replace("&nbsp;", " "))
    if activity.text_format == "xml":
        text = html.unescape(re.sub(r"<[^>]{0,500}>", " ", text))
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def mentions_bot(activity: Activity) -> bool:
    bot = getattr(activity.recipient, "id", None)
    return bot is not None and any(mentioned == bot for _, mentioned in _mentions(activity))


def _mentions(activity: Activity) -> list[tuple[str, str]]:
    """(words in the text, id of who is mentioned)."""
    found: list[tuple[str, str]] = []
    for entity in activity.entities or ():
        more = _mapping(getattr(entity, "additional_properties", None))
        text, mentioned = more.get("text"), _mapping(more.get("mentioned")).get("id")
        if getattr(entity, "type", None) == "mention" and isinstance(text, str) and text and isinstance(mentioned, str):
            found.append((text, mentioned))
    return found


# ---------------------------------------------------------------- buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button of one of our cards; `data` is what it carried along, with the inputs of the card."""

    verb: Literal["pick", "fill"]
    message: str
    position: int
    data: Mapping[str, Any]


def pressed(data: Any, verb: Any) -> Pressed | None:
    """None for what no card of ours would send."""
    found = _mapping(data)
    message, position = found.get("m"), found.get("p", 0 if verb == "fill" else _chosen(found))
    if verb not in ("pick", "fill") or not isinstance(message, str) or not 0 < len(message) <= 100:
        return None
    if isinstance(position, bool) or not isinstance(position, int) or not 0 <= position < 1000:
        return None
    return Pressed(verb=verb, message=message, position=position, data=found)


def _chosen(data: Mapping[str, Any]) -> int:
    """From a list to choose from; below 0 where nothing was."""
    chosen = data.get(CHOICE)
    return int(chosen) if isinstance(chosen, str) and re.fullmatch(r"[0-9]{1,3}", chosen) else -1


def submitted(activity: Activity) -> Pressed | None:
    """A button in a client without Universal Actions: it comes as a message without words."""
    return pressed(activity.value, _mapping(activity.value).get("verb"))


def executed(activity: Activity) -> Pressed | None:
    """A button in the others: an invoke that waits for the new card."""
    action = _mapping(_mapping(activity.value).get("action"))
    return pressed(action.get("data"), action.get("verb"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000 and value.isprintable()


def _is_direct(conversation: Any) -> bool:
    kind = getattr(conversation, "conversation_type", None)
    return kind == "personal" or (kind is None and not getattr(conversation, "is_group", False))
