"""Topics: what somebody helps with, wants to learn or gladly shows, and by name or function how they are listed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from bot.date_words import NUMBERS, fold_dates
from bot.flows.contacts import demand_met
from bot.flows.introductions import contact_gone
from bot.flows.lessons.news import somebody_new
from bot.flows.listing import entry, offer_label, offer_line
from bot.forms import Field, Form
from bot.intents import OfferTopic, RemoveTopic, SetFunction, SetListing, WantTopic
from bot.messages import Ask, Block, Choice, Choices, Facts, Text
from bot.model import Offer, Person, new_key
from bot.turn import Handlers, Refusal, Replies, Reply, Turn

LEVELS: dict[str, Literal["introduced", "running", "expert", "beginner"]] = {
    "introduced": "introduced",
    "running": "running",
    "expert": "expert",
    "beginner": "beginner",
}
EARLIEST = 1980  # nobody has done it for longer
MAX_TOPIC = 120  # characters
MAX_FUNCTION = 80
POINTING = frozenset({"", "das", "es", "zeigen", "it", "that", "this"})  # "wir zeigen das gern": what was named last
NOBODY = frozenset({"", "-", "–", "keine", "keiner", "keinen", "niemand", "niemanden", "nobody", "none", "no one"})


def year_of(said: str | None, today: date) -> int | None:
    """ "3 Jahren", "drei jahren", "2023", "18 Monaten", "letztem Jahr" → the year it began."""
    if not said:
        return None
    text = fold_dates(said)
    if named := re.search(r"\b(19[89]\d|20\d\d)\b", text):
        return int(named[1]) if EARLIEST <= int(named[1]) <= today.year else None
    if re.search(r"\b(letzte\w*|vorige\w*|last) (jahr\w*|year)", text):
        return today.year - 1
    if re.search(r"\b(diese\w*|this) (jahr\w*|year)|\b(kurzem|neuestem|recently)", text):
        return today.year
    found = re.search(r"\b(\w+)\s+(jahr|year|monat|month|woche|week)", text)
    if found is None:
        return None
    number = int(found[1]) if found[1].isdigit() else NUMBERS.get(found[1])
    if number is None:
        return None
    match found[2]:
        case "jahr" | "year":
            year = today.year - number
        case "monat" | "month":
            year = (today.year * 12 + today.month - 1 - number) // 12
        case _:
            year = today.year
    return year if year >= EARLIEST else None


async def offer_topic(turn: Turn, wish: OfferTopic) -> Replies:
    me = turn.me
    before = await turn.uow.people.offers(me.key)
    offered = [one for one in before if one.kind == "offer"]
    if wish.visitable and offered and (wish.topic or "").casefold() in POINTING:
        wish = replace(wish, topic=offered[-1].text)
    if not wish.topic:
        return [_ask_topic(turn, wish)]
    offer = _made(turn, wish.topic, "offer", before)
    offer = replace(
        offer,
        since=year_of(wish.since, turn.today(me)) or offer.since,
        level=LEVELS.get(wish.level or "", offer.level),
        visitable=offer.visitable if wish.visitable is None else wish.visitable,
    )
    await turn.uow.people.add_offer(offer)
    if offer.topic is None:
        await turn.uow.totals.add("topics.free_text", turn.today())
    line = offer_line(offer, turn.knowledge, turn.say, turn.today(me))
    stored = Text(text=turn.say("offers.stored", topic=line))
    if me.listing is None:
        return [turn.reply(stored, *await ask_listing(turn, me))]
    replies = await demand_met(turn, me)
    await somebody_new(turn, me)
    return [turn.reply(stored, *await shown_entry(turn, me)), *replies]


async def want_topic(turn: Turn, wish: WantTopic) -> Replies:
    if not wish.topic:
        return [_ask_topic(turn, wish)]
    offer = _made(turn, wish.topic, "want", await turn.uow.people.offers(turn.me.key))
    await turn.uow.people.add_offer(offer)
    label = offer_label(offer, turn.knowledge, turn.say)
    return [turn.tell("offers.wanted", topic=label)]


async def remove_topic(turn: Turn, wish: RemoveTopic) -> Replies:
    me = turn.me
    mine = await turn.uow.people.offers(me.key)
    if not mine:
        raise Refusal("offers.none")
    if not wish.topic:
        options = tuple(
            Choice(label=offer_label(one, turn.knowledge, turn.say), intent=RemoveTopic(topic=one.text)) for one in mine
        )
        return [turn.reply(Text(text=turn.say("offers.which")), Choices(options=options))]
    resolved = turn.knowledge.topic(wish.topic)
    known = resolved.topic.id if resolved else None
    meant = [one for one in mine if _same(one, known, wish.topic)]
    if not meant:
        listed = [offer_label(one, turn.knowledge, turn.say) for one in mine]
        raise Refusal("offers.not_yours", topic=wish.topic, topics=turn.say.listed(list(dict.fromkeys(listed))))
    replies: Replies = []
    for one in meant:
        await turn.uow.people.remove_offer(one.key)
        if one.kind == "offer":
            replies += await contact_gone(turn, me.key, "topic", topic=one.topic, text=one.text)
    label = offer_label(meant[0], turn.knowledge, turn.say)
    return [turn.tell("offers.removed", topic=label), *replies]


async def set_listing(turn: Turn, wish: SetListing) -> Replies:
    """The choice makes findable. The function is asked for when it isn't known; words for something else go before it."""
    me = replace(turn.me, listing=wish.by)
    await turn.uow.people.save(me)
    replies = await demand_met(turn, me)
    await somebody_new(turn, me)
    blocks: list[Block] = [Text(text=turn.say(f"offers.listed.{wish.by}")), *await shown_entry(turn, me)]
    if me.function is None:
        blocks.append(_ask_function(turn, patient=True))
    return [turn.reply(*blocks), *replies]


async def set_function(turn: Turn, wish: SetFunction) -> Replies:
    if wish.function is None:
        return [turn.reply(_ask_function(turn, patient=False))]
    said = " ".join(wish.function.split())[:MAX_FUNCTION]
    me = replace(turn.me, function=None if said.casefold() in NOBODY else said)
    await turn.uow.people.save(me)
    if me.function is None:
        return [turn.reply(Text(text=turn.say("offers.function_gone")), *await shown_entry(turn, me))]
    return [turn.reply(Text(text=turn.say("offers.function_set", function=me.function)), *await shown_entry(turn, me))]


async def ask_listing(turn: Turn, person: Person) -> list[Block]:
    """By name or by function only: with what the entry will look like either way."""
    by_name = await entry_of(turn, replace(person, listing="name"))
    by_function = await entry_of(turn, replace(person, listing="function"))
    rows = ((turn.say("offers.by_name"), by_name), (turn.say("offers.by_function"), by_function))
    options = (
        Choice(label=turn.say("offers.by_name"), intent=SetListing(by="name"), says="listing.name"),
        Choice(label=turn.say("offers.by_function"), intent=SetListing(by="function"), says="listing.function"),
    )
    return [
        Text(text=turn.say("offers.how_listed")),
        Facts(rows=rows),
        Text(text=turn.say("offers.may_identify"), style="hint"),
        Choices(options=options, asked="listing"),
    ]


async def shown_entry(turn: Turn, person: Person) -> list[Block]:
    """The entry exactly as others see it; nothing while there is none."""
    if person.listing is None:
        return []
    return [Facts(rows=((turn.say("offers.others_see"), await entry_of(turn, person)),))]


async def entry_of(turn: Turn, person: Person) -> str:
    today = turn.today(person)
    body = (await turn.uow.people.bodies_of([person.key], today)).get(person.key)
    offers = await turn.uow.people.offers(person.key)
    return entry(person, body, offers, turn.knowledge, turn.say, today)


def _made(turn: Turn, text: str, kind: Literal["offer", "want"], before: Sequence[Offer]) -> Offer:
    """A new offer, or the one there is with the words of today; spelled as the table spells the name it knows."""
    said = " ".join(text.split())[:MAX_TOPIC]
    resolved = turn.knowledge.topics.resolve(said)
    topic = resolved.topic.id if resolved else None
    if resolved is not None and resolved.because in ("exact", "synonym"):
        said = resolved.matched  # the same name, as the table writes it
    known = next((one for one in before if one.kind == kind and _same(one, topic, said)), None)
    if known is not None:
        return replace(known, key=new_key("o"), text=said, declared_at=turn.now)
    return Offer(key=new_key("o"), person=turn.me.key, kind=kind, topic=topic, text=said, declared_at=turn.now)


def _same(offer: Offer, topic: str | None, text: str) -> bool:
    if topic is not None and offer.topic == topic:
        return True
    return offer.text.casefold() == text.strip().casefold()


def _ask_topic(turn: Turn, wish: OfferTopic | WantTopic) -> Reply:
    kind = "offer" if isinstance(wish, OfferTopic) else "want"
    field = Field(
        name="topic", label=turn.say(f"offers.ask.{kind}"), hint=turn.say("offers.ask_hint"), max_length=MAX_TOPIC
    )
    return turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))


def _ask_function(turn: Turn, *, patient: bool) -> Ask:
    field = Field(
        name="function",
        label=turn.say("offers.ask_function"),
        hint=turn.say("offers.ask_function_hint"),
        max_length=MAX_FUNCTION,
    )
    return Ask(form=Form(intent=SetFunction(), fields=(field,), patient=patient), field=field)


HANDLERS: Handlers = {
    OfferTopic: offer_topic,
    WantTopic: want_topic,
    RemoveTopic: remove_topic,
    SetListing: set_listing,
    SetFunction: set_function,
}
