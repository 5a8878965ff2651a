"""Handing a promised message over to Teams, once, and what came of it."""

import asyncio
import re
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any, assert_never

import structlog
from sqlalchemy.exc import DBAPIError

from adapters.teams.buttons import Link
from adapters.teams.cards import activity, answered, with_card
from adapters.teams.chats import chat_link
from adapters.teams.connector import Answer, Connector, NotSent, Result, Unknown
from adapters.teams.conversations import PLATFORM, Conversation, Memory, conversation_of, tenant_and_user
from adapters.teams.elements import Element, encoded
from adapters.teams.open_cards import OpenCard, OpenCards
from adapters.web.files import Files
from bot.events import Account
from bot.messages import File
from bot.ports import Capabilities, Delivered, Delivery, Outcome, TryLater, Uncertain, Undeliverable
from storage.unit_of_work import Storage

log = structlog.get_logger()

AGAIN = frozenset({408, 412, 425, 429, 500, 502, 503, 504})  # 412: several at once in one conversation
MOMENT = 0.05  # seconds
AT_ONCE = 20  # accounts whose cards are looked at
TOO_LARGE = re.compile(r"size|too.?big|large", re.IGNORECASE)
BLOCKED = re.compile(r"block|disabled|forbidden", re.IGNORECASE)


class TeamsTransport:
    """`bot.ports.Transport`. It needs the storage for chats that have to be opened, and has it once it listens."""

    platform = PLATFORM

    def __init__(
        self,
        connector: Connector,
        memory: Memory,
        *,
        allowed: Callable[[str], bool],
        default_service: str | None,
        files: Files | None,
        cards: OpenCards,
    ) -> None:
        self._connector = connector
        self._memory = memory
        self._allowed = allowed
        self._default_service = default_service
        self._files = files
        self.cards = cards
        self._to_look_at: set[Account] = set()  # empty where nobody is about to look
        self._closing: set[asyncio.Task[None]] = set()
        self._stopped = False
        self.storage: Storage | None = None
        self.now: Callable[[], datetime] | None = None
        self.capabilities = Capabilities(forms=True, buttons=True, edits=True, files=files is not None)

    def begin(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self.storage, self.now, self._stopped = storage, now, False
        self._to_look_at.clear()

    async def deliver(self, delivery: Delivery) -> Outcome:
        if self.storage is None:
            return TryLater(seconds=1.0, cause="starting")
        to = conversation_of(delivery.address) or await self._memory.chat(self.storage, delivery.account)
        if to is None:
            found = await self._open(self.storage, delivery)
            if not isinstance(found, Conversation):
                return found
            to = found
        if not self._allowed(to.service_url):
            # An address kept from a time when another service was allowed, or a database from elsewhere.
            return Undeliverable(cause="service not allowed")
        files = [block for block in delivery.message.blocks if isinstance(block, File)]
        links = await self._links(delivery, self._files, files) if files and self._files is not None else ()
        chat = await chat_link(self.storage, delivery)
        replaced = delivery.replaces_remote
        if replaced is not None:
            updated = await self._connector.update(to, replaced, self._made(delivery, links, chat, to, replaced))
            if not _gone(updated):
                return self._handed_over(delivery, to, outcome_of(updated, remote_id=replaced))
        sent = await self._connector.send(to, self._made(delivery, links, chat, to))
        return self._handed_over(delivery, to, outcome_of(sent))

    def _handed_over(self, delivery: Delivery, to: Conversation, outcome: Outcome) -> Outcome:
        """What arrives is most often what became of an earlier question; its card is closed beside it, late or never."""
        if isinstance(outcome, Delivered) and self.storage is not None and self.now is not None:
            if self.cards.waiting(delivery.account):
                self._look_at(self.storage, [delivery.account], self.now)
            self.cards.sent(delivery, to, outcome.remote_id, self.now())
        return outcome

    async def close_what_is_over(self) -> None:
        """Now and then: of those whose question was answered elsewhere, or is void, while nothing was sent to them."""
        if self.storage is not None and self.now is not None:
            self._look_at(self.storage, await self.cards.to_look_at(self.storage), self.now)

    def _look_at(self, storage: Storage, accounts: Collection[Account], now: Callable[[], datetime]) -> None:
        if self._stopped or not accounts:
            return
        if not self._to_look_at:
            self._begin(self._look(storage, now))
        self._to_look_at.update(accounts)

    def _begin(self, closing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _look(self, storage: Storage, now: Callable[[], datetime]) -> None:
        """A moment later, at all who were sent something meanwhile; most of what a look costs is paid once."""
        await asyncio.sleep(MOMENT)
        accounts = [self._to_look_at.pop() for _ in range(min(AT_ONCE, len(self._to_look_at)))]
        if self._to_look_at:
            self._begin(self._look(storage, now))
        try:
            over = await self.cards.over(storage, accounts, now())
        except (DBAPIError, OSError) as error:
            log.info("cards not closed", action="teams send", error=type(error).__name__)
            return
        for cards in over.values():
            self._begin(self._close(cards))

    async def _close(self, cards: Sequence[tuple[OpenCard, str]]) -> None:
        """One after the other: the service refuses several at once in one conversation."""
        for card, instead in cards:
            made = with_card(answered(card.says, instead, card.says.language), instead)
            whole = encoded({**made, **self._envelope(card.to, card.remote_id)})
            closed = await self._connector.update(card.to, card.remote_id, whole)
            log.debug("card closed", action="teams send", row=card.key, done=isinstance(closed, Answer))

    async def closed(self) -> None:
        """Waits for the cards that are being closed."""
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    async def stop_closing(self) -> None:
        """No card is closed from now on: the database goes before the last message."""
        self._stopped = True
        for task in self._closing:
            task.cancel()
        await self.closed()

    def _made(
        self,
        delivery: Delivery,
        links: Sequence[Link],
        chat: Link | None,
        to: Conversation,
        replaced: str | None = None,
    ) -> bytes:
        return activity(
            delivery.message,
            delivery.key,
            links=links,
            chat=chat,
            again=delivery.uncertain,
            envelope=self._envelope(to, replaced),
        )

    def _envelope(self, to: Conversation, replaced: str | None = None) -> Element:
        """`replaced` is the message whose place it takes."""
        envelope: Element = {"from": {"id": self._connector.bot(to.tenant)}, "conversation": {"id": to.id}}
        return envelope if replaced is None else {**envelope, "id": replaced}

    async def _links(self, delivery: Delivery, kept: Files, files: Sequence[File]) -> Sequence[Link]:
        language = delivery.message.language
        urls = [
            await kept.offer(file, f"{delivery.key}-{number}", delivery.account, language)
            for number, file in enumerate(files)
        ]
        return [Link(name=file.name, url=url) for file, url in zip(files, urls, strict=True)]

    async def _open(self, storage: Storage, delivery: Delivery) -> Conversation | Outcome:
        """The direct chat of somebody who has the app and hasn't written; asking twice gives the same one."""
        known = tenant_and_user(delivery.account)
        if known is None:
            return Undeliverable(cause="not an account of Teams")
        tenant, user = known
        service_url, member = await self._memory.way_to(storage, delivery.account, tenant)
        service_url = service_url or self._default_service
        if service_url is None or not self._allowed(service_url):
            return Undeliverable(cause="no way to this tenant")
        found = await self._connector.open(service_url, tenant, member or user)
        match found:
            case Answer(status=status, id=str(chat)) if status < 300:
                made = Conversation(service_url=service_url, id=chat, tenant=tenant)
                if self.now is not None:
                    await self._memory.opened(storage, delivery.account, made, self.now())
                return made
            case Unknown(cause=cause):
                return TryLater(cause=cause)  # nothing has been said yet
            case _:
                outcome = outcome_of(found)
                return TryLater(cause="no conversation") if isinstance(outcome, Delivered) else outcome


def outcome_of(found: Result, remote_id: str | None = None) -> Outcome:
    """What an answer of the service means for the promise."""
    match found:
        case NotSent(cause=cause, seconds=seconds):
            return TryLater(seconds=seconds, cause=cause)
        case Unknown(cause=cause):
            return Uncertain(cause=cause)
        case Answer(status=status) if 200 <= status < 300:
            return Delivered(remote_id=found.id or remote_id)
        case Answer(status=status) if status in AGAIN:
            return TryLater(seconds=found.retry_after, cause=str(status))
        case Answer(status=401):
            return TryLater(seconds=60.0, cause="401")
        case Answer(status=status, code=code) if status == 413 or (status in (400, 403) and TOO_LARGE.search(code)):
            return Undeliverable(cause="message too large")
        case Answer(status=403, code=code):
            return Undeliverable(cause="blocked" if BLOCKED.search(code) else "app removed")
        case Answer(status=404 | 410):
            return Undeliverable(cause="app removed")
        case Answer(status=status):
            log.error("message refused", action="teams send", status=status, code=found.code[:60])
            return Undeliverable(cause=f"message refused ({status})")
        case _:
            assert_never(found)


def _gone(found: Result) -> bool:
    """Whether the message to be replaced isn't there any more: then it is sent as a new one."""
    return isinstance(found, Answer) and found.status in (400, 403, 404, 405, 410)
