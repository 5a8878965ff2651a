"""What happened outside: one `Incoming` per event, and the opaque names of who and where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType, TypeAlias

Account = NewType("Account", str)  # who: a stable key, "platform:…"; opaque to the core
Address = NewType("Address", str)  # where to reach them now; refreshed each turn, written and read by adapters only


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody wrote a text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Somebody pressed a choice of a message: which one, by the message's outbox key and the position from 0."""

    message: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Somebody sent a whole form: the answers by field name, as typed."""

    message: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The bot was added: installed, invited. Nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The bot can no longer reach this account: app removed, room left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An earlier text was changed. `of` is the id of the event that is replaced."""

    of: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something the bot can't take: voice, picture, file, sticker, a text over the limit, or one whose key is missing."""

    kind: Literal["voice", "image", "file", "sticker", "long", "locked", "other"]


What: TypeAlias = Said | Picked | Filled | Joined | Left | Edited | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing that happened, in the words of the core."""

    id: str  # the platform's id of the event; unique per platform, the key of replay protection
    platform: str
    account: Account
    name: str  # the display name the platform gives
    address: Address
    at: datetime  # aware; when it arrived here
    what: What
    where: Literal["direct", "room"] = "direct"
    mentioned: bool = True  # in a room: whether the bot was
    domain: str | None = None  # the tenant or the homeserver domain, for allow-list and ties
    encrypted: bool | None = None  # whether the conversation is end-to-end encrypted; None: does not apply
