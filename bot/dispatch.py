"""The two entrances of the core: `take_turn` for what people do, `take_due` for what time brings.

Each opens one unit of work, lets one handler decide, and commits state and promised messages together or not at all.
A turn begins by locking the sender's row; replays are skipped. What is answered: `bot.answering`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.answering import answer
from bot.events import Edited, Incoming, Said
from bot.flows import DUE
from bot.knowledge import Knowledge
from bot.ports import Capabilities, Conflict, Database, UnitOfWork
from bot.posting import post
from bot.rules import Rules
from bot.turn import Refusal, Replies, Scene, Turn
from bot.understand import language_of
from bot.words import Words

log = structlog.get_logger()

NONE = Capabilities()
TRIES = 5  # of a turn that met somebody else's change


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The core with what it needs. One for the whole process; it keeps no state but the knowledge in memory."""

    database: Database
    rules: Rules
    knowledge: Knowledge

    async def take_turn(self, incoming: Incoming, now: datetime, capabilities: Capabilities = NONE) -> tuple[str, ...]:
        """Carries out one event; the keys of the promised messages, which the caller may deliver at once.

        Never raises for what people do: a refusal becomes an answer, and so does a bug, after it has been logged.
        """

        async def handled(uow: UnitOfWork) -> Replies | None:
            turn = await self._turn(incoming, now, capabilities, uow)
            return None if turn is None else await answer(turn)

        try:
            return await self._carry_out(handled, now)
        except Refusal as refusal:
            key, values = refusal.key, refusal.values
        except Exception:
            log.exception("turn failed", action="turn", platform=incoming.platform, incoming=incoming.id)
            key, values = "dispatch.bug", {}

        async def refused(uow: UnitOfWork) -> Replies | None:
            turn = await self._turn(incoming, now, capabilities, uow)
            return None if turn is None else [turn.tell(key, **values)]

        return await self._carry_out(refused, now)

    async def take_due(self, kind: str, subject: str, at: datetime, now: datetime) -> tuple[str, ...]:
        """Carries out one item of the agenda, if it is still there; the flow decides whether it still makes sense."""

        async def handled(uow: UnitOfWork) -> Replies | None:
            if not await uow.agenda.take(kind, subject, at):
                return None
            scene = Scene(now=now, rules=self.rules, knowledge=self.knowledge, uow=uow)
            return await DUE[kind](scene, subject)

        return await self._carry_out(handled, now)

    async def _carry_out(
        self, work: Callable[[UnitOfWork], Awaitable[Replies | None]], now: datetime
    ) -> tuple[str, ...]:
        for attempt in range(1, TRIES + 1):
            try:
                async with self.database.unit() as uow:
                    await self.knowledge.refresh(uow)
                    replies = await work(uow)
                    if replies is None:
                        return ()
                    scene = Scene(now=now, rules=self.rules, knowledge=self.knowledge, uow=uow)
                    keys = [await post(scene, reply) for reply in replies]
                    await self._commit(uow)
                    return tuple(key for key in keys if key is not None)
            except Conflict:
                if attempt == TRIES:
                    raise
        raise AssertionError

    async def _commit(self, uow: UnitOfWork) -> None:
        try:
            await uow.commit()
        except BaseException:
            self.knowledge.doubt()
            raise

    async def _turn(
        self, incoming: Incoming, now: datetime, capabilities: Capabilities, uow: UnitOfWork
    ) -> Turn | None:
        """None for a replay."""
        account = await uow.accounts.lock(incoming)
        if not await uow.inbox.begin(incoming):
            return None
        incoming = await as_it_stands(uow, incoming)
        person = await uow.people.wrote(account.person, now) if account.person else None
        language = person.language if person else account.language
        if language is None and isinstance(incoming.what, Said):
            language = language_of(incoming.what.text)
            if language is not None:  # "Hello" tells nothing yet, and is answered in German
                noticed = account.noticed_at if language == "de" else None  # what was shown before was German
                account = replace(account, language=language, noticed_at=noticed)
                await uow.accounts.save(account)
        return Turn(
            now=now,
            rules=self.rules,
            knowledge=self.knowledge,
            uow=uow,
            incoming=incoming,
            account=account,
            person=person,
            say=Words("en" if language == "en" else "de", person.timezone if person else "Europe/Berlin"),
            question=await uow.questions.newest(account.account, now),
            capabilities=capabilities,
        )


async def as_it_stands(uow: UnitOfWork, incoming: Incoming) -> Incoming:
    """The event as its author left it: an edit that waits is taken with it, and one of a text nobody knows is a text."""
    match incoming.what:
        case Said():
            text = await uow.inbox.edited(incoming)
        case Edited(of=event, text=new):
            text = None if await uow.inbox.acted_on(incoming.platform, event) else new
        case _:
            text = None
    return incoming if text is None else replace(incoming, what=Said(text=text))
