"""Noted demand: whoever found nobody is told once when somebody turns up."""

from dataclasses import replace

from bot.flows.contacts.find import first_page, last_enquiry, list_blocks, said_topic
from bot.flows.contacts.search import around, search
from bot.hours import Kind
from bot.intents import NoteDemand
from bot.messages import Block, Text
from bot.model import Person
from bot.turn import Refusal, Replies, Scene, Turn

MET = "contacts.demand_met"  # subject: the enquiry


async def note_demand(turn: Turn, wish: NoteDemand) -> Replies:
    enquiry = await turn.uow.enquiries.get(wish.enquiry) if wish.enquiry else await last_enquiry(turn)
    if enquiry is None or enquiry.asker != turn.me.key:
        raise Refusal("contacts.nothing_searched")
    topic = said_topic(turn, enquiry, turn.say)
    if enquiry.demand_noted_at is not None and enquiry.demand_met_at is None:
        return [turn.tell("contacts.demand_known", topic=topic)]
    await turn.uow.enquiries.save(replace(enquiry, demand_noted_at=turn.now, demand_met_at=None))
    await turn.uow.totals.add("demands.noted", turn.today())
    return [turn.tell("contacts.demand_noted", topic=topic)]


async def demand_met(scene: Scene, person: Person) -> Replies:
    """Call when somebody has become findable with their topics. Those who noted the demand are told once; whether
    the newcomer really fits them is looked at then.
    """
    for offer in await scene.uow.people.offers(person.key):
        if offer.kind == "offer":
            for enquiry in await scene.uow.enquiries.demands(offer.topic, offer.text):
                if enquiry.asker != person.key:
                    await scene.uow.agenda.set(MET, enquiry.key, scene.now)
    return []


async def look_again(scene: Scene, topic: str) -> None:
    """Call when a topic has got new names or people: whoever waits for it is told if somebody is there now."""
    for enquiry in await scene.uow.enquiries.demands(topic, ""):
        await scene.uow.agenda.set(MET, enquiry.key, scene.now)


async def tell_demand_met(scene: Scene, subject: str) -> Replies:
    enquiry = await scene.uow.enquiries.get(subject)
    if enquiry is None or enquiry.demand_noted_at is None or enquiry.demand_met_at is not None:
        return []
    asker = await scene.uow.people.get(enquiry.asker)
    if asker is None:
        return []
    where = await around(scene, asker, enquiry.filters)
    found = await search(scene, asker, enquiry, where)
    page = await first_page(scene, (one for one in found.best_first if not one.paused))
    if not page:
        return []
    keys = tuple(one.person.key for one in page)
    seen = enquiry.shown + tuple(key for key in keys if key not in enquiry.shown)
    await scene.uow.enquiries.save(replace(enquiry, demand_met_at=scene.now, shown=seen, page=keys))
    words = scene.words(asker)
    entries, choices = list_blocks(scene, enquiry, page, where, words)
    heading = Text(text=words("contacts.demand_met", topic=said_topic(scene, enquiry, words)), style="title")
    blocks: list[Block] = [heading, entries]
    if choices is not None:
        blocks.append(choices)
    return [scene.to(asker, *blocks, kind=Kind.STATUS, about=enquiry.key)]
