"""Everything the core asks of the outside, on one page: stores, the unit of work, transports and their outcomes.

All stores seen through one `UnitOfWork` share one transaction. Reads return frozen values; a write is visible to
later reads of the same unit of work. Every instant is aware; stores keep UTC.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol, TypeAlias

from bot.events import Account, Address, Incoming
from bot.kinds import Kind, Send, Wait
from bot.lessons import Lesson, Subscription
from bot.matching.topics import Gap, Topic
from bot.messages import Ask, Choices, Message
from bot.model import (
    AccountRow,
    Affiliation,
    Body,
    Consent,
    DeskRequest,
    Dialog,
    Enquiry,
    Handover,
    Introduction,
    IntroductionState,
    LinkCode,
    Offer,
    Person,
    Role,
    Source,
    Step,
)
from bot.nudges.store import Nudges
from bot.visit_states import Visit, VisitState, VisitStep

ERASED = "p_erased"
"""Stands in an asker's rows (introductions, lists) for a contact who has been erased; no person has this key."""


class Conflict(Exception):
    """Somebody else changed the same thing in the meantime (or a deadlock was broken); the turn starts again."""


# ---------------------------------------------------------------- people


class Accounts(Protocol):
    async def lock(self, incoming: Incoming) -> AccountRow:
        """The sender's row, made if it is new, locked until the end of the unit of work.

        Name and time are refreshed, the address only from a direct chat: a room must never take its place.
        """

    async def get(self, account: Account) -> AccountRow | None: ...
    async def of_person(self, person: str) -> Sequence[AccountRow]:
        """Where they wrote last comes first."""

    async def reachable(self, people: Iterable[str]) -> frozenset[str]:
        """Those who have an account that can be written to."""

    async def save(self, row: AccountRow) -> None: ...


class People(Protocol):
    async def add(self, person: Person) -> None: ...
    async def get(self, key: str) -> Person | None: ...
    async def many(self, keys: Iterable[str]) -> dict[str, Person]: ...
    async def lock(self, key: str) -> Person | None:
        """As `get`, and nobody else changes this person or their open requests until the end."""

    async def save(self, person: Person) -> None: ...
    async def wrote(self, key: str, at: datetime) -> Person | None:
        """They wrote: active now, and no longer silent; locked as by `lock`. No change that the index would have to
        take in. None for somebody imported who hasn't agreed yet: nothing is changed of them.
        """

    async def by_name(self, name: str) -> Sequence[Person]:
        """Same name, letter case and blanks apart."""

    async def consent(self, person: str) -> Consent | None:
        """The consent in force."""

    async def consents(self, person: str) -> Sequence[Consent]: ...
    async def add_consent(self, consent: Consent) -> None: ...
    async def withdraw_consent(self, person: str, at: datetime) -> None: ...
    async def affiliations(self, person: str, on: date) -> Sequence[Affiliation]:
        """In force on that day; best confirmed first."""

    async def bodies_of(self, people: Iterable[str], on: date | None = None) -> dict[str, Body]:
        """The main body of each person who has one, on that day or (None) without an end."""

    async def affiliate(self, affiliation: Affiliation) -> None:
        """Ends the affiliation in force that has the same source, then adds this one."""

    async def end_affiliation(self, person: str, source: Source, on: date) -> None:
        """From this day on it no longer holds."""

    async def offers(self, person: str) -> Sequence[Offer]: ...
    async def offers_of(self, people: Iterable[str]) -> dict[str, Sequence[Offer]]: ...
    async def add_offer(self, offer: Offer) -> None:
        """Replaces an offer of the same person, kind and topic (or text)."""

    async def remove_offer(self, key: str) -> None: ...
    async def blocked(self, person: str) -> frozenset[str]:
        """Whom this person blocked and who blocked them: neither is ever offered to the other."""

    async def block(self, person: str, other: str, at: datetime) -> None: ...
    async def roles(self, person: str) -> Sequence[tuple[Role, str | None]]:
        """Roles beyond staff, with the body they are for."""

    async def grant(self, person: str, role: Role, body: str | None, at: datetime) -> None: ...
    async def revoke(self, person: str, role: Role, body: str | None) -> None: ...
    async def with_role(self, role: Role, body: str | None = None) -> Sequence[str]: ...
    @property
    def touched(self) -> frozenset[str]:
        """Whom this unit of work has changed: nothing remembered of them from before holds."""

    async def changed_since(self, mark: int) -> tuple[int, Sequence[str]]:
        """The newest change mark, and who changed (profile, offers, body, pause, erasure) after `mark`."""

    async def inactive_since(self, instant: datetime) -> Sequence[str]: ...
    async def unconfirmed_since(self, instant: datetime) -> Sequence[str]: ...
    async def invitations_over(self, instant: datetime) -> Sequence[str]: ...


class Bodies(Protocol):
    async def get(self, key: str) -> Body | None: ...
    async def many(self, keys: Iterable[str]) -> dict[str, Body]: ...
    async def all(self) -> Sequence[Body]: ...
    async def tied_to(self, domain: str) -> Sequence[Body]:
        """The bodies a tenant or homeserver domain is tied to."""

    async def members(self, body: str, on: date) -> Sequence[str]: ...


class Topics(Protocol):
    async def all(self) -> Sequence[Topic]: ...
    async def mark(self) -> int:
        """Rises with each change of the table."""

    async def put(self, topic: Topic) -> None:
        """Adds a topic, or brings one up to date; who named it in free text has declared it from now on."""

    async def merge(self, topic: Topic, into: Topic) -> None:
        """Everything about the first is about the second from now on, and its names lead there. Can't be undone.
        Raises KeyError if one of them isn't in the table.
        """

    async def gaps(self) -> Sequence[Gap]:
        """Noted demand that nobody has met, and free text that isn't in the table; most people first."""


# ---------------------------------------------------------------- enquiries and introductions


class Enquiries(Protocol):
    async def add(self, enquiry: Enquiry) -> None: ...
    async def get(self, key: str) -> Enquiry | None: ...
    async def save(self, enquiry: Enquiry) -> None: ...
    async def last(self, asker: str) -> Enquiry | None: ...
    async def of(self, asker: str) -> Sequence[Enquiry]: ...
    async def demands(self, topic: str | None, text: str) -> Sequence[Enquiry]:
        """Noted and not yet met, on this topic or these words."""

    async def searches_since(self, asker: str, instant: datetime) -> int: ...
    async def count_search(self, asker: str, at: datetime) -> None: ...


class Introductions(Protocol):
    async def add(self, introduction: Introduction) -> None: ...
    async def get(self, key: str) -> Introduction | None: ...
    async def save(self, introduction: Introduction, *, was: IntroductionState) -> None:
        """Raises Conflict if the state is no longer `was`."""

    async def discard(self, key: str) -> None:
        """A draft nobody else has seen."""

    async def asked_by(self, person: str) -> Sequence[Introduction]:
        """Newest first."""

    async def asked_of(self, person: str) -> Sequence[Introduction]:
        """Newest first; drafts are not among them."""

    async def of_enquiry(self, enquiry: str) -> Sequence[Introduction]: ...
    async def note(self, step: Step) -> None: ...
    async def steps(self, introduction: str) -> Sequence[Step]: ...
    async def hand_over(self, handover: Handover) -> None: ...
    async def handed_to(self, person: str) -> Sequence[Handover]: ...
    async def last_helped(self, people: Iterable[str]) -> dict[str, datetime]:
        """When each was last asked: for taking turns among equals, never shown."""

    async def open_of(self, people: Iterable[str]) -> dict[str, int]:
        """How many requests each is being asked about; those with none are left out. Never shown."""


class Desk(Protocol):
    async def add(self, request: DeskRequest) -> None: ...
    async def get(self, key: str) -> DeskRequest | None: ...
    async def open(self) -> Sequence[DeskRequest]: ...
    async def of(self, asker: str) -> Sequence[DeskRequest]: ...
    async def save(self, request: DeskRequest) -> None: ...


class Visits(Protocol):
    async def add(self, visit: Visit) -> None: ...
    async def get(self, key: str) -> Visit | None: ...
    async def save(self, visit: Visit, *, was: VisitState) -> None:
        """Raises Conflict if the state is no longer `was`."""

    async def discard(self, key: str) -> None:
        """A draft nobody else has seen."""

    async def of(self, person: str) -> Sequence[Visit]:
        """As guest or host, without the drafts; the earliest day first."""

    async def note(self, step: VisitStep) -> None: ...
    async def steps(self, visit: str) -> Sequence[VisitStep]:
        """Oldest first."""


class Lessons(Protocol):
    async def add(self, lesson: Lesson) -> None: ...
    async def get(self, key: str) -> Lesson | None: ...
    async def save(self, lesson: Lesson) -> None:
        """Nothing of what it said before is kept."""

    async def remove(self, key: str) -> None: ...
    async def of(self, author: str) -> Sequence[Lesson]:
        """Newest first."""

    async def many(self, keys: Iterable[str]) -> dict[str, Lesson]: ...
    async def shown_by(self, authors: Iterable[str]) -> dict[str, Sequence[Lesson]]:
        """Those that others may read, newest first; authors without any are left out."""

    async def with_approver(self, person: str) -> Sequence[Lesson]:
        """Those that name this person's town, asked about or with their yes; newest first."""


class Subscriptions(Protocol):
    async def add(self, subscription: Subscription) -> None:
        """Replaces the one of the same person and topic (or text)."""

    async def of(self, person: str) -> Sequence[Subscription]:
        """Oldest first."""

    async def to(self, topic: str | None, text: str) -> Sequence[Subscription]: ...
    async def remove(self, key: str) -> None: ...
    async def told(self, person: str, at: datetime) -> None:
        """What is new by then has been said."""


class Links(Protocol):
    async def add(self, link: LinkCode) -> None: ...
    async def get(self, key: str) -> LinkCode | None: ...
    async def by_digest(self, digest: str) -> LinkCode | None: ...
    async def save(self, link: LinkCode) -> None: ...


# ---------------------------------------------------------------- conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked in a message that has been handed to the platform, or is being handed."""

    message: str  # outbox key
    account: Account
    asked: Choices | Ask
    about: str | None
    at: datetime
    answered: int | None = None  # the position picked, or -1 for a form filled


class Questions(Protocol):
    async def get(self, message: str) -> Question | None: ...
    async def newest(self, account: Account, now: datetime) -> Question | None:
        """The last thing asked there whose time has come, answered or not; None if closed or older than 30 days."""

    async def answer(self, message: str, position: int, at: datetime) -> None: ...
    async def close(self, about: str) -> None:
        """What was asked about this object is no longer open, anywhere."""


class Dialogs(Protocol):
    async def get(self, account: Account, now: datetime) -> Dialog | None:
        """Not if it was left lying for 24 hours."""

    async def save(self, dialog: Dialog) -> None: ...
    async def drop(self, account: Account) -> None: ...


class Inbox(Protocol):
    async def begin(self, incoming: Incoming) -> bool:
        """False for a replay. The id is kept; nothing of what was written is."""

    async def receive(self, incoming: Incoming) -> bool:
        """Keep the whole event until its turn has committed; False for a replay. For adapters that must answer first."""

    async def waiting(self) -> Sequence[Incoming]:
        """Received, their turn not yet committed: taken again after a crash."""

    async def acted_on(self, platform: str, event: str) -> bool: ...
    async def edited(self, incoming: Incoming) -> str | None:
        """The newest text that a received edit gives this event; its edits are acted on with that. None without one."""


# ---------------------------------------------------------------- promises


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message promised to an account. `kind` decides when it may be sent; `about` is what it belongs to."""

    account: Account
    person: str | None
    kind: Kind
    message: Message
    due: datetime
    about: str | None = None
    expires: datetime | None = None
    holds_personal: bool = False  # relays and contact data: erased on acknowledgement whatever else is kept
    room: Address | None = None  # into this room instead of the direct chat
    shows: tuple[str, ...] = ()  # the lessons that can be read in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A message in which a lesson can be read."""

    key: str
    account: Account
    lessons: tuple[str, ...]
    message: Message | None  # while no platform has it for certain
    arrived: bool  # a platform has it, or may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An outbox row as the one who delivers it sees it."""

    key: str  # also the idempotency key: `lotse-<key>`
    account: Account
    platform: str
    address: Address
    person: str | None
    kind: Kind
    about: str | None
    message: Message
    due: datetime
    attempts: int
    uncertain: bool = False  # an earlier attempt may have arrived
    server: str | None = None  # the tenant or homeserver of the recipient
    replaces_remote: str | None = None  # the platform's id of the message that this one takes the place of


DeliveryState: TypeAlias = Literal[
    "pending", "claimed", "sending", "sent", "retry", "uncertain", "dead", "expired", "held"
]


class Outbox(Protocol):
    async def put(self, outgoing: Outgoing, platform: str | None = None) -> str:
        """The key of the row. `platform` of the account, where it is known already."""

    async def cancel(self, about: str, *, kinds: Iterable[Kind] = ()) -> int:
        """Rows about this that were not yet handed to a platform vanish without a trace; how many."""

    async def state_of(self, about: str, kind: Kind) -> tuple[DeliveryState, datetime | None] | None:
        """State and time of the newest row about this of that kind; the time is when it was handed over, if it was."""

    async def showing(self, lesson: str) -> Sequence[Showing]:
        """Every message of the last 30 days in which this lesson can be read, or will be."""

    async def rewrite(self, key: str, message: Message, shows: Iterable[str]) -> None:
        """Another content for a message that no platform has yet."""

    async def unasked_in(self, person: str, first: date, last: date, *, planned: bool = True) -> int:
        """Messages under the ceiling handed over, or planned (unless that is left out), on these days."""


class Agenda(Protocol):
    """What is to be looked at again at a certain time; unique by (kind, subject)."""

    async def set(self, kind: str, subject: str, at: datetime) -> None:
        """Plans, or moves, the item."""

    async def drop(self, subject: str, *kinds: str) -> None:
        """All kinds if none is named."""

    async def due(self, now: datetime, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        """(kind, subject, at), oldest first."""

    async def next_at(self) -> datetime | None: ...
    async def take(self, kind: str, subject: str, at: datetime) -> bool:
        """Claims the item in this transaction and removes it; False if another process did or it was moved."""


# ---------------------------------------------------------------- around it


class Audit(Protocol):
    async def note(self, at: datetime, actor: str, action: str, subject: str | None = None, **facts: Any) -> None:
        """Appends to the hash-chained log; ids and numbers, never texts."""


class Totals(Protocol):
    async def add(self, name: str, day: date, n: int = 1) -> None:
        """A counter without person keys."""

    async def sum(self, name: str, first: date, last: date) -> int: ...


class Privacy(Protocol):
    async def everything(self, person: str) -> dict[str, Any]:
        """All rows of the person that are tagged for export, by table, as JSON values."""

    async def erase(self, person: str, at: datetime) -> None:
        """All rows tagged for erasure go, in every table, and what others' rows say of the person; leaves a tombstone.

        Others' introductions with the person stay, with ERASED as the contact. What is posted afterwards in the same
        unit of work is kept, a last message to the person's own accounts among it.
        """


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit` means that nothing happened."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def people(self) -> People: ...
    @property
    def bodies(self) -> Bodies: ...
    @property
    def topics(self) -> Topics: ...
    @property
    def enquiries(self) -> Enquiries: ...
    @property
    def introductions(self) -> Introductions: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def lessons(self) -> Lessons: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def nudges(self) -> Nudges: ...
    @property
    def links(self) -> Links: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def dialogs(self) -> Dialogs: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def agenda(self) -> Agenda: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def privacy(self) -> Privacy: ...
    async def commit(self) -> None:
        """Raises Conflict where the database asks for another try."""


class Database(Protocol):
    def unit(self, *, write: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        """A new unit of work. A read-only one never waits for writers and can't commit."""


# ---------------------------------------------------------------- transports


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    forms: bool = False  # a whole form on one card
    buttons: bool = False
    edits: bool = False
    files: bool = True
    idempotent: bool = False  # the same key twice arrives once
    room_for_two: bool = False  # can open an encrypted room with both sides of an introduction


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    remote_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    seconds: float | None = None  # a floor the platform named
    cause: str = ""  # for the log: a status, never a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """The account can't be reached any more; or only this message, if the cause begins with "message"."""

    cause: str  # "app removed", "room left", "blocked", "message too large": becomes the truthful status


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """It may have arrived, or not."""

    cause: str = ""


Outcome: TypeAlias = Delivered | TryLater | Undeliverable | Uncertain


class Transport(Protocol):
    """A platform, as the scheduler sees it."""

    @property
    def platform(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    async def deliver(self, delivery: Delivery) -> Outcome:
        """Carries it out once; never raises for what a platform may answer."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody wants it any more. The reason is for the report, never a text."""

    reason: str


Verdict: TypeAlias = Send | Wait | Drop | Undeliverable
StillTrue: TypeAlias = Callable[["UnitOfWork", Delivery, datetime], Awaitable[Verdict]]
"""Asked of each row but answers at the moment of sending; the core's is in `bot/sending.py`."""


class Worker(Protocol):
    """Claiming is SQL and lives in storage; the scheduler carries out what it hands over. Leases use the
    database's clock, business time (`now`) is the caller's.
    """

    async def claim(
        self, now: datetime, platforms: Iterable[str], *, owner: str, limit: int = 50, only: Iterable[str] = ()
    ) -> Sequence[Delivery]:
        """Due rows, in order per recipient (never two of one recipient at once), under a lease. `only`: these keys."""

    async def sending(self, keys: Iterable[str], *, owner: str) -> frozenset[str]:
        """Commits the intent to send before the network call; the keys still owned."""

    async def settle(self, results: Iterable[tuple[Delivery, Outcome]], now: datetime, *, owner: str) -> None:
        """Writes outcomes back, guarded by the lease's owner; bodies are blanked, retries get their time.

        A row that is dead for good and belongs to something puts ("undelivered", about) on the agenda.
        """

    async def put_off(self, key: str, until: datetime, *, owner: str) -> None: ...
    async def drop(self, key: str, reason: str, *, owner: str) -> None:
        """Nobody wants it any more, or its time is over."""

    async def release(self, *, owner: str) -> None:
        """Gives back what was claimed and not begun."""

    async def recover(self, now: datetime) -> int:
        """Rows whose lease ran out: claimed ones become pending, sending ones uncertain (or retry where idempotent)."""

    async def next_at(self) -> datetime | None:
        """When the next row is due."""


class Pace(Protocol):
    """The speed limit of a platform, shared by all processes that send."""

    async def reserve(self, platform: str, n: int, per_second: float) -> float:
        """Takes the next `n` places on the platform's timetable; the seconds to wait until the first of them."""
