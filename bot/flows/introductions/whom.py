"""Who is meant by "dem zweiten" or "Herrn Kalthoff": only ever somebody the asker was shown, or already knows."""

from dataclasses import dataclass, replace

from bot.events import Said
from bot.flows.introductions.words import body_of
from bot.flows.listing import place_line, title
from bot.intents import FindContacts, Introduce
from bot.introduction_states import MET
from bot.matching.text import words as words_in
from bot.model import Enquiry, Introduction, Person, new_key
from bot.turn import Refusal, Turn

AROUND_A_NAME = frozenset(
    "herr herrn frau hr fr kollege kollegen kollegin mr mrs ms dr vor bitte mal aus in der die den dem".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    enquiry: Enquiry
    person: Person


async def meant(turn: Turn, wish: Introduce) -> Meant | FindContacts:
    """The person and the enquiry it is about; a search where only a topic was named. Raises Refusal."""
    enquiries = await turn.uow.enquiries.of(turn.me.key)
    last = next((one for one in enquiries if one.page), None)
    if wish.person is None:
        if wish.topic:
            return FindContacts(topic=wish.topic)
        person = await _by_last_name(turn, last.page) if last else None
        if last is None or (person is None and len(last.page) != 1):
            raise Refusal("introduction.whom")
        return Meant(enquiry=last, person=person or await _present(turn, last.page[0]))
    if last is None:
        raise Refusal("introduction.search_first")
    if isinstance(wish.person, int):
        if not 1 <= wish.person <= len(last.page):
            raise Refusal("introduction.no_such_number", n=len(last.page))
        return Meant(
            enquiry=await _for_topic(turn, last, wish), person=await _present(turn, last.page[wish.person - 1])
        )
    if pressed := await turn.uow.people.get(wish.person):  # a button of a list, however old; keys can't be guessed
        about = next((one for one in enquiries if one.text == wish.topic), last)
        return Meant(enquiry=about, person=pressed)
    person = await named(turn, wish.person, last.page) or await named(turn, wish.person, last.shown)
    if person is None:
        known = [one.contact for one in await turn.uow.introductions.asked_by(turn.me.key) if one.state in MET]
        person = await named(turn, wish.person, known)
    if person is None:
        raise Refusal("introduction.name_not_shown")
    return Meant(enquiry=await _for_topic(turn, last, wish), person=person)


async def named(turn: Turn, said: str, among: tuple[str, ...] | list[str]) -> Person | None:
    """The one of these whose entry the words meet: name, function or town. None if none or several do."""
    wanted = set(words_in(said)) - AROUND_A_NAME
    if not wanted:
        return None
    met: list[Person] = []
    for key, person in (await turn.uow.people.many(among)).items():
        body = await body_of(turn, person)
        shown = f"{title(person, turn.say)} {person.function or ''} {place_line(body, turn.say, turn.knowledge)}"
        if wanted <= set(words_in(shown)) and key != turn.me.key:
            met.append(person)
    return met[0] if len(met) == 1 else None


async def _by_last_name(turn: Turn, among: tuple[str, ...]) -> Person | None:
    """ "Den Kalthoff bitte": the one of the list whose last name is among the words. None if none or several are."""
    what = turn.incoming.what
    said = set(words_in(what.text)) if isinstance(what, Said) else set()
    people = (await turn.uow.people.many(among)).values() if said else ()
    met = [one for one in people if one.listing == "name" and said.issuperset(words_in(one.name)[-1:])]
    return met[0] if len(met) == 1 else None


async def introduction_meant(turn: Turn, said: str | int | None, among: list[Introduction]) -> list[Introduction]:
    """Those of these requests that the words may mean; all of them if nobody was named."""
    if said is None:
        return among
    if isinstance(said, int):
        last = await turn.uow.enquiries.last(turn.me.key)
        key = last.page[said - 1] if last and 1 <= said <= len(last.page) else None
        return [one for one in among if one.contact == key]
    person = await named(turn, said, [one.contact for one in among])
    return [one for one in among if person is not None and one.contact == person.key]


async def _present(turn: Turn, key: str) -> Person:
    person = await turn.uow.people.get(key)
    if person is None:
        raise Refusal("introduction.not_available")
    return person


async def _for_topic(turn: Turn, enquiry: Enquiry, wish: Introduce) -> Enquiry:
    """The enquiry, or one of its own where another topic is named ("zum Thema DMS")."""
    if not wish.topic or wish.topic.casefold() == enquiry.text.casefold():
        return enquiry
    resolved = turn.knowledge.topic(wish.topic)
    topic = resolved.topic.id if resolved else None
    if topic is not None and topic == enquiry.topic:
        return enquiry
    other = replace(
        enquiry,
        key=new_key("e"),
        topic=topic,
        text=wish.topic,
        sentence=None,
        demand_noted_at=None,
        demand_met_at=None,
        at=turn.now,
    )
    await turn.uow.enquiries.add(other)
    return other
