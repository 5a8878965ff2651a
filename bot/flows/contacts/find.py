"""Asking for contacts: a search, its refinement, more of it, and why somebody is in the list."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from bot.flows.contacts.candidate import Around, Candidate
from bot.flows.contacts.filters import in_words, place_of, refined
from bot.flows.contacts.nobody import nobody
from bot.flows.contacts.reasons import entry_of, topic_named
from bot.flows.contacts.search import around, home_of, measured_from, search
from bot.forms import Field, Form
from bot.intents import FindContacts, FindLessons, Introduce, More, WhyThis
from bot.matching.topics import Resolved
from bot.messages import Ask, Block, Choice, Choices, Contacts, Text
from bot.model import Enquiry, Filters, new_key
from bot.turn import Refusal, Replies, Reply, Scene, Turn
from bot.words import Words


async def find_contacts(turn: Turn, wish: FindContacts) -> Replies:
    me = turn.me
    last = await turn.uow.enquiries.last(me.key)
    if not wish.topic and (last is None or (wish == FindContacts() and not _is_listed(turn))):
        return [_ask_topic(turn, wish)]
    near = await place_of(turn, wish)
    if isinstance(near, Reply):
        return [near]
    home = await home_of(turn, me)
    before = Filters() if wish.topic or last is None else last.filters
    filters = refined(before, wish, near, home)
    await count_search(turn)
    resolved = turn.knowledge.topic(wish.topic) if wish.topic else None
    if wish.topic or last is None:
        topic = resolved.topic.id if resolved else None
        enquiry = Enquiry(
            key=new_key("e"), asker=me.key, topic=topic, text=wish.topic or "", filters=filters, at=turn.now
        )
    else:
        enquiry = replace(
            last, key=new_key("e"), filters=filters, demand_noted_at=None, demand_met_at=None, at=turn.now
        )
    where = measured_from(turn, home, filters)
    found = await search(turn, me, enquiry, where)
    page = await first_page(turn, found.best_first)
    enquiry = await _written_down(turn, enquiry, last, tuple([one.person.key for one in page]))
    if not page:
        return [await nobody(turn, enquiry, where, everybody=found.everybody, learned=len(found.lessons))]
    guessed = _guessed(turn, wish, resolved)
    heading = Text(text=_heading(turn, enquiry, where, len(found.fitting), len(page)), style="title")
    more = len(found.fitting) > len(page)
    listed = _list(turn, enquiry, page, where, more=more, learned=len(found.lessons))
    return [turn.reply(*guessed, heading, *listed)]


async def _written_down(turn: Turn, enquiry: Enquiry, last: Enquiry | None, page: tuple[str, ...]) -> Enquiry:
    """With its list, in the row of the last one if that is the same wish, unless something hangs on it: then its filters stay as
    they were.
    """
    if last is not None and last.text == enquiry.text and last.demand_noted_at is None:
        same = replace(enquiry, key=last.key, shown=page, page=page)
        if await turn.uow.enquiries.refine(last, same):
            return same
    enquiry = replace(enquiry, shown=page, page=page)
    await turn.uow.enquiries.add(enquiry)
    return enquiry


async def more(turn: Turn, wish: More) -> Replies:
    del wish
    enquiry = await last_enquiry(turn)
    await count_search(turn)
    where = await around(turn, turn.me, enquiry.filters)
    found = await search(turn, turn.me, enquiry, where)
    fresh = [one for one in found.best_first if one.person.key not in enquiry.shown]
    page = await first_page(turn, fresh)
    if not page:
        return [turn.tell("contacts.no_more", topic=said_topic(turn, enquiry, turn.say))]
    keys = tuple(one.person.key for one in page)
    await turn.uow.enquiries.save(replace(enquiry, shown=enquiry.shown + keys, page=keys))
    text = turn.say("contacts.more", what=_asked_for(turn, enquiry, where))
    return [turn.reply(Text(text=text, style="title"), *_list(turn, enquiry, page, where, more=len(fresh) > len(page)))]


async def why_this(turn: Turn, wish: WhyThis) -> Replies:
    """The reasons of one entry of the last list, again."""
    enquiry = await last_enquiry(turn)
    where = await around(turn, turn.me, enquiry.filters)
    found = {one.person.key: one for one in (await search(turn, turn.me, enquiry, where)).fitting}
    page = [found[key] for key in enquiry.page if key in found]
    if isinstance(wish.person, int):
        if not 1 <= wish.person <= len(enquiry.page):
            raise Refusal("contacts.no_such_number", n=len(enquiry.page))
        page = [found[key] for key in (enquiry.page[wish.person - 1],) if key in found]
    elif wish.person:
        said = wish.person.casefold()
        named = [one for one in page if one.person.listing == "name" and _last_name(one) in said]
        page = named or page
    if not page:
        raise Refusal("contacts.not_there_any_more")
    entries = tuple(entry_of(turn, one, enquiry.filters, where, turn.say) for one in page)
    return [turn.reply(Text(text=turn.say("contacts.why")), Contacts(entries=entries))]


# ---------------------------------------------------------------- what they share


async def last_enquiry(turn: Turn) -> Enquiry:
    found = await turn.uow.enquiries.last(turn.me.key)
    if found is None:
        raise Refusal("contacts.nothing_searched")
    return found


async def count_search(turn: Turn) -> None:
    """Thirty an hour: the network is for people, not for lists of them. Raises Refusal."""
    hour_ago, at_most = turn.now - timedelta(hours=1), turn.rules.searches_per_hour
    if not await turn.uow.enquiries.count_search(turn.me.key, turn.now, since=hour_ago, at_most=at_most):
        raise Refusal("contacts.too_many", n=at_most)


async def first_page(scene: Scene, best_first: Iterable[Candidate]) -> list[Candidate]:
    """The first who can be reached; the paused, who have no button, at the end."""
    page: list[Candidate] = []
    size, rest = scene.rules.results, iter(best_first)
    while len(page) < size and (some := list(islice(rest, 2 * size))):
        reached = await scene.uow.accounts.reachable([one.profile.person.key for one in some])
        page += [one for one in some if one.profile.person.key in reached]
    return page[:size]


def said_topic(scene: Scene, enquiry: Enquiry, words: Words) -> str:
    return topic_named(scene, enquiry.topic, enquiry.text, words)


def list_blocks(
    scene: Scene,
    enquiry: Enquiry,
    page: Sequence[Candidate],
    where: Around,
    words: Words,
    *,
    more: bool = False,
    learned: int = 0,
) -> tuple[Contacts, Choices | None]:
    """The entries, numbered, and what can be done with them; no button for those not available at present."""
    entries = tuple(entry_of(scene, one, enquiry.filters, where, words) for one in page)
    options = [
        Choice(
            label=words("contacts.choice.introduce", n=number),
            intent=Introduce(person=one.person.key, topic=enquiry.text),
            entry=number,
        )
        for number, one in enumerate(page, start=1)
        if not one.paused
    ]
    if more:
        options.append(Choice(label=words("contacts.choice.more"), intent=More()))
    if learned:
        label = words("contacts.choice.learned", n=learned)
        options.append(Choice(label=label, intent=FindLessons(topic=enquiry.text)))
    choices = Choices(options=tuple(options), asked="after_results", once=False) if options else None
    return Contacts(entries=entries), choices


def _list(
    turn: Turn, enquiry: Enquiry, page: Sequence[Candidate], where: Around, *, more: bool, learned: int = 0
) -> tuple[Block, ...]:
    entries, choices = list_blocks(turn, enquiry, page, where, turn.say, more=more, learned=learned)
    alone = len(page) == 1 and not more and choices is not None
    hint = Text(text=turn.say("contacts.hint_one" if alone else "contacts.hint"), style="hint")
    return (entries, hint) if choices is None else (entries, hint, choices)


def _heading(turn: Turn, enquiry: Enquiry, where: Around, found: int, shown: int) -> str:
    what = _asked_for(turn, enquiry, where)
    if found > shown:
        return turn.say("contacts.found_more", what=what, shown=shown, found=found)
    return turn.say("contacts.found", what=what, n=found)


def _asked_for(turn: Turn, enquiry: Enquiry, where: Around) -> str:
    """The topic and the filters in force, in words."""
    topic = turn.say("contacts.topic", topic=said_topic(turn, enquiry, turn.say))
    return ", ".join([topic, *in_words(enquiry.filters, where, turn.say)])


def _guessed(turn: Turn, wish: FindContacts, resolved: Resolved | None) -> tuple[Text, ...]:
    """A topic recognised through a typo is named, so that a wrong guess is seen."""
    if resolved is None or resolved.exact or wish.topic is None:
        return ()
    label = topic_named(turn, resolved.topic.id, wish.topic, turn.say)
    return (Text(text=turn.say("contacts.guessed", said=wish.topic, topic=label)),)


def _ask_topic(turn: Turn, wish: FindContacts) -> Reply:
    field = Field(name="topic", label=turn.say("contacts.field.topic"), hint=turn.say("contacts.field.topic_hint"))
    return turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))


def _is_listed(turn: Turn) -> bool:
    """Whether a list is the last that was asked about: then a search that says nothing new is meant for it."""
    asked = turn.question.asked if turn.question else None
    return isinstance(asked, Choices) and asked.asked == "after_results"


def _last_name(one: Candidate) -> str:
    return one.person.name.split()[-1].casefold()
