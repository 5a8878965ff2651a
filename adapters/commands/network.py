"""Commands about the network: requests at the desk, topics, and the domains that stand for bodies."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from adapters.app import Lotse, Unfit
from adapters.beside import beside
from adapters.config import Settings
from bot.flows.desk import answer as answered
from bot.flows.listing import place_line
from bot.flows.topics import FEW, MAX_NAME
from bot.matching.places import label
from bot.matching.topics import Topic
from bot.turn import Replies, Scene
from bot.words import Words
from storage.unit_of_work import Unit

BERLIN = ZoneInfo("Europe/Berlin")


async def open_requests(settings: Settings) -> Sequence[str]:
    """Those waiting for an answer, oldest first. Whoever asks the office is named to the office."""
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        await lotse.core.knowledge.refresh(uow)
        waiting = await uow.desk.open()
        people = await uow.people.many(one.asker for one in waiting)
        bodies = await uow.people.bodies_of(people)
        lines = []
        for one in waiting:
            asker = people.get(one.asker)
            place = place_line(bodies.get(one.asker), Words(), lotse.core.knowledge)
            when = one.at.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")
            head = f"{one.key}  {one.kind:<7}  {when}  {asker.name if asker else '?'} ({place})"
            taken = ["    taken by somebody of the office"] if one.taken_by else []
            lines.append("\n".join([head, *taken, *(f"    {line}" for line in (one.text or "").splitlines())]))
        await uow.audit.note(lotse.now(), "operator", "desk.listed", requests=len(waiting))
        await uow.commit()
    return lines


async def answer(settings: Settings, key: str, text: str) -> str:
    async def work(scene: Scene, _: Unit) -> Replies:
        return await answered(scene, key, text)

    async with beside(settings) as lotse:
        await lotse.carry_out(work)
    return "answered: the one who asked reads it at their next opening"


# ---------------------------------------------------------------- topics


async def topics(settings: Settings) -> Sequence[str]:
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        return [_line(topic) for topic in await uow.topics.all()]


async def add_topic(settings: Settings, topic: Topic) -> str:
    """Adds a topic, or brings one up to date. Raises Unfit."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", topic.id):
        raise Unfit("the id of a topic has up to 40 small letters, digits and '-'")
    async with beside(settings, make=True) as lotse, lotse.storage.unit() as uow:
        known = {one.id: one for one in await uow.topics.all()}
        if topic.broader is not None and topic.broader not in known:
            raise Unfit(f"there is no topic {topic.broader}: `lotse topics list` shows them")
        if topic.broader == topic.id:
            raise Unfit("a topic is not broader than itself")
        await uow.topics.put(topic)
        await uow.audit.note(lotse.now(), "operator", "topic.put", topic.id)
        await uow.commit()
    return f"{'changed' if topic.id in known else 'added'}: {_line(topic)}"


async def merge_topics(settings: Settings, old: str, into: str) -> str:
    """Everything about the first is about the second from now on. Raises Unfit."""
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        known = {one.id: one for one in await uow.topics.all()}
        for key in (old, into):
            if key not in known:
                raise Unfit(f"there is no topic {key}: `lotse topics list` shows them")
        if old == into:
            raise Unfit("a topic can't be merged with itself")
        await uow.topics.merge(known[old], known[into])
        await uow.audit.note(lotse.now(), "operator", "topic.merged", old, into=into)
        await uow.commit()
    return f"{old} belongs to {into} now, with all its names, profiles and open requests"


async def gaps(settings: Settings) -> Sequence[str]:
    """What is wanted and not covered, and what people named that isn't in the table. Below five no number is shown."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        found = await uow.topics.gaps()
    lines = [f"wanted   {_few(one.asked):<8}  {one.topic or one.text}" for one in found if one.asked]
    return lines + [
        f"unknown  {_few(one.asked + one.offered):<8}  {one.text}"
        for one in found
        if one.topic is None and len(one.text) <= MAX_NAME
    ]


def _few(n: int) -> str:
    return f"under {FEW}" if n < FEW else str(n)


def _line(topic: Topic) -> str:
    broader = f"  (part of {topic.broader})" if topic.broader else ""
    return f"{topic.id:<24}  {topic.label_de} / {topic.label_en}{broader}"


# ---------------------------------------------------------------- domains


async def tie(settings: Settings, domain: str, body: str) -> str:
    """Accounts of this tenant or homeserver belong to this body, without a question. Raises Unfit."""
    if not domain.strip():
        raise Unfit("give the id of a tenant or the domain of a homeserver")
    async with beside(settings, make=True) as lotse, lotse.storage.unit() as uow:
        found = await uow.bodies.get(body)
        if found is None:
            raise Unfit(f"there is no body {body}: give the official key, such as 08116056")
        await uow.bodies.tie(domain, body)
        await uow.audit.note(lotse.now(), "operator", "domain.tied", body)
        await uow.commit()
    return f"{domain} is tied to {label(found)}{_not_allowed(lotse, domain)}"


async def untie(settings: Settings, domain: str, body: str) -> str:
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        if body not in {one.key for one in await uow.bodies.tied_to(domain)}:
            raise Unfit("they are not tied")
        await uow.bodies.untie(domain, body)
        await uow.audit.note(lotse.now(), "operator", "domain.untied", body)
        await uow.commit()
    return f"{domain} is no longer tied to {body}"


async def ties(settings: Settings, domain: str) -> Sequence[str]:
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        return [f"{one.key}  {label(one)}" for one in await uow.bodies.tied_to(domain)]


def _not_allowed(lotse: Lotse, domain: str) -> str:
    allowed = lotse.core.rules.domains
    if not allowed or domain.casefold() in allowed:
        return ""
    return "; its accounts may not yet talk to the bot: add it to LOTSE_DOMAINS"
