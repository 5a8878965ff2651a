"""A town for stories: people on fake platforms who say, pick, fill and read, under a clock that only the story moves.

Everything between them is real: the core, the database, the agenda, the outbox and its delivery.
"""

import itertools
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.dispatch import Core
from bot.events import Account, Address, Filled, Incoming, Joined, Left, Picked, Said, What
from bot.knowledge import Knowledge
from bot.messages import Ask, Message, ask, choices, plain_text
from bot.ports import Capabilities, Delivered, Delivery, Outcome, Undeliverable
from bot.posting import post
from bot.rules import Rules
from bot.sending import asked_again
from bot.turn import Reply, Scene
from scheduler.delivery import Deliveries
from scheduler.plan import Planner
from storage.conversation import OPEN_FOR
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.manners import Manner, done

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=BERLIN)  # a Monday
CAPABILITIES = {
    "teams": Capabilities(forms=True, buttons=True, edits=True),
    "matrix": Capabilities(buttons=True, edits=True, idempotent=True, room_for_two=True),
    "console": Capabilities(idempotent=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message that has reached somebody, and when."""

    at: datetime
    delivery: Delivery


@dataclass(slots=True)
class FakePlatform:
    """Takes what is delivered; people who `left` can no longer be reached."""

    platform: str
    town: "Town"
    left: set[Account] = field(default_factory=set)
    tries: Counter[Account] = field(default_factory=Counter)
    outcomes: dict[Account, Outcome] = field(default_factory=dict)  # of deliveries to these, until it is taken away

    @property
    def capabilities(self) -> Capabilities:
        return self.town.capabilities[self.platform]

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tries[delivery.account] += 1
        if delivery.account in self.left:
            return Undeliverable(cause="app removed")
        if delivery.account in self.outcomes:
            return self.outcomes[delivery.account]
        self.town.arrived.append(Arrived(at=self.town.now, delivery=delivery))
        return Delivered(remote_id=delivery.key)


@dataclass(slots=True, eq=False)
class Townsperson:
    """Somebody with an account. `key` is their person's, where the story has put them into the network itself."""

    town: "Town"
    name: str
    platform: str
    account: Account
    address: Address
    domain: str | None = None
    key: str = ""
    _read: int = 0
    _answered: set[str] = field(default_factory=set)

    async def says(self, text: str) -> None:
        await self._does(Said(text=text))

    async def says_in_room(self, text: str) -> None:
        """Mentions the bot where others read along."""
        incoming = replace(self.incoming(Said(text=text)), where="room", address=Address(f"{self.platform}-room"))
        await self.town.core.take_turn(incoming, self.town.now, self.town.capabilities[self.platform])
        await self.town.settle()

    async def picks(self, label: str) -> None:
        """Presses the newest button whose label begins like this, however old its message."""
        for arrived in reversed(self.mailbox):
            asked = choices(arrived.delivery.message)
            for position, option in enumerate(asked.options if asked else ()):
                if option.label.startswith(label):
                    await self.presses(arrived.delivery.key, position)
                    return
        raise AssertionError(f"{self.name} has no button {label!r}; the last message is:\n{self.last}")

    async def presses(self, message: str, position: int) -> None:
        await self._does(Picked(message=message, position=position))

    async def fills(self, **answers: str) -> None:
        """Sends the newest form as a whole."""
        asked = next(a for a in reversed(self.mailbox) if isinstance(ask(a.delivery.message), Ask))
        await self._does(Filled(message=asked.delivery.key, answers=answers))

    async def joins(self) -> None:
        await self._does(Joined())

    async def leaves(self) -> None:
        """Removes the app, or leaves the room."""
        self.town.platforms[self.platform].left.add(self.account)
        await self._does(Left())

    def reads(self) -> list[Message]:
        """What has come since they last looked."""
        new = self.mailbox[self._read :]
        self._read += len(new)
        return [arrived.delivery.message for arrived in new]

    @property
    def mailbox(self) -> list[Arrived]:
        return [arrived for arrived in self.town.arrived if arrived.delivery.account == self.account]

    @property
    def last(self) -> str:
        """The newest message, read before or not."""
        return plain_text(self.mailbox[-1].delivery.message) if self.mailbox else ""

    def newest_choices(self) -> str:
        """The key of the newest message with buttons."""
        return next(a.delivery.key for a in reversed(self.mailbox) if choices(a.delivery.message))

    def incoming(self, what: What) -> Incoming:
        return Incoming(
            id=f"event-{next(self.town.numbers)}",
            platform=self.platform,
            account=self.account,
            name=self.name,
            address=self.address,
            at=self.town.now,
            what=what,
            domain=self.domain,
            encrypted=True if self.platform == "matrix" else None,
        )

    async def _does(self, what: What) -> None:
        manner = self.town.manner
        lately = [arrived.delivery for arrived in self.mailbox if arrived.at > self.town.now - OPEN_FOR]
        for one in done(manner, lately, self._answered, what) if manner else (what,):
            await self.town.core.take_turn(self.incoming(one), self.town.now, self.town.capabilities[self.platform])
            await self.town.settle()


class Town:
    """The people, the clock, and the machinery between them. With a `manner` everybody does things in the way of that
    platform, whatever theirs is called.
    """

    def __init__(
        self, storage: Storage, rules: Rules | None = None, now: datetime = BEGIN, manner: Manner | None = None
    ) -> None:
        self.manner = manner
        self.capabilities = dict.fromkeys(CAPABILITIES, manner.capabilities) if manner else CAPABILITIES
        self.storage = storage
        self.now = now
        self.arrived: list[Arrived] = []
        self.numbers = itertools.count(1)
        self.platforms = {name: FakePlatform(name, self) for name in CAPABILITIES}
        knowledge = Knowledge()
        self.core = Core(database=storage, rules=rules or Rules(), knowledge=knowledge)
        self.worker = SqlWorker(storage, idempotent=[name for name, can in self.capabilities.items() if can.idempotent])
        self.deliveries = Deliveries(
            worker=self.worker,
            database=storage,
            transports=self.platforms.values(),
            still_true=asked_again(self.core.rules, knowledge),
            now=lambda: self.now,
            owner="town",
        )
        self.planner = Planner(storage, self.core.take_due)

    def person(self, name: str, platform: str = "teams", domain: str | None = None) -> Townsperson:
        """A stranger with an account; their first words make them known."""
        account = Account(f"{platform}:{name}")
        return Townsperson(self, name, platform, account, Address(f"{platform}-chat-with-{name}"), domain)

    async def later(self, when: str | timedelta) -> None:
        """Moves the clock to a local time ("2026-11-24 09:00") or on by a while; everything due happens in order."""
        target = self.now + when if isinstance(when, timedelta) else datetime.fromisoformat(when).replace(tzinfo=BERLIN)
        assert target >= self.now, "the clock never goes back"
        while (following := await self._next()) is not None and following <= target:
            self.now = max(self.now, following)
            await self.settle()
        self.now = target
        await self.settle()

    async def settle(self) -> None:
        """Everything due at this moment happens, until nothing more comes of it."""
        while await self.planner.plan(self.now) + await self.deliveries.deliver_due():
            pass

    async def posted(self, scene: Scene, reply: Reply) -> None:
        """For stories that call a flow themselves: what the core does with its replies."""
        await post(scene, reply)

    async def _next(self) -> datetime | None:
        async with self.storage.unit(write=False) as uow:
            planned = await uow.agenda.next_at()
        due = await self.worker.next_at()
        coming = [at for at in (planned, due) if at is not None and at > self.now]
        return min(coming, default=None)
