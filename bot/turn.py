"""What a handler works with: a scene (time, rules, one unit of work), and for people the turn that happens in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.events import Account, Address, Incoming
from bot.hours import Kind, Place
from bot.intents import Intent
from bot.knowledge import Knowledge
from bot.messages import Block, Message, Text
from bot.model import AccountRow, Person
from bot.ports import Capabilities, Question, UnitOfWork
from bot.rules import Rules
from bot.words import Words


class Refusal(Exception):
    """An expected no: a key of the catalogue that names the remedy. Nothing of the turn remains but this answer."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message to an account, or to a person wherever they want to be written to. Handlers return these.

    `due`: not before this instant; when it may be sent is decided by `kind` all the same.
    """

    message: Message
    kind: Kind = Kind.ANSWER
    account: Account | None = None
    person: str | None = None
    about: str | None = None
    due: datetime | None = None
    expires: datetime | None = None
    holds_personal: bool = False
    shows: tuple[str, ...] = ()  # the lessons that can be read in it
    room: Address | None = None  # into the room where the bot was mentioned, instead of the direct chat


Replies: TypeAlias = list[Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Time, rules, knowledge and one unit of work: enough for what time brings about."""

    now: datetime
    rules: Rules
    knowledge: Knowledge
    uow: UnitOfWork

    def today(self, person: Person | None = None) -> date:
        return self.now.astimezone(ZoneInfo(person.timezone if person else "Europe/Berlin")).date()

    def words(self, person: Person | None) -> Words:
        """How this person reads; German for one we know nothing of."""
        return Words() if person is None else Words(person.language, person.timezone)

    async def place(self, person: Person) -> Place:
        """Whose hours and holidays count for this person; without a municipality the network's state."""
        body = (await self.uow.people.bodies_of([person.key], self.today(person))).get(person.key)
        return Place(
            tz=person.timezone,
            state=body.state if body else self.rules.hours.network_state,
            locality=body.key if body else None,
        )

    def to(self, person: Person, *blocks: Block, kind: Kind, about: str | None = None, **more: Any) -> Reply:
        """A message to a person, in the blocks' language: theirs."""
        message = Message(blocks=blocks, language=person.language)
        return Reply(message=message, kind=kind, person=person.key, about=about, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Scene):
    """One incoming event and who it came from. `person` is None until there is consent."""

    incoming: Incoming
    account: AccountRow
    person: Person | None
    say: Words
    question: Question | None = None  # the newest one there, answered or not
    capabilities: Capabilities = field(default_factory=Capabilities)

    @property
    def me(self) -> Person:
        """The person; only handlers that need no consent may be called without one."""
        if self.person is None:
            raise Refusal("consent.needed")
        return self.person

    def reply(self, *blocks: Block, about: str | None = None, **more: Any) -> Reply:
        """An answer to the one who just wrote, where they wrote."""
        message = Message(blocks=blocks, language=self.say.language)
        return Reply(message=message, account=self.account.account, about=about, **more)

    def tell(self, key: str, **values: Any) -> Reply:
        """An answer of one paragraph."""
        return self.reply(Text(text=self.say(key, **values)))


Handler: TypeAlias = Callable[[Turn, Any], Awaitable[Replies]]  # the intent is of the type it is registered for
DueHandler: TypeAlias = Callable[[Scene, str], Awaitable[Replies]]  # the subject of the agenda item
Handlers: TypeAlias = dict[type[Intent], Handler]
