"""From a wish to the filters of an enquiry, carried over from the last one; and the filters in words."""

from dataclasses import replace

from bot.flows.contacts.candidate import WITHIN_KM, Around
from bot.forms import Field, Form
from bot.intents import FindContacts
from bot.matching.places import Ambiguous, Exact, Near, Nothing, label
from bot.messages import Ask, Choice, Choices, Text
from bot.model import Body, Filters
from bot.turn import Refusal, Reply, Turn
from bot.words import Words

DROPS = ("near", "state", "size", "level")


def refined(before: Filters, wish: FindContacts, near: Body | None, home: Body | None) -> Filters:
    """The filters in force after the wish; what it doesn't name stays. Raises Refusal where a town is needed."""
    after = before
    for name in DROPS if "all" in wish.without else wish.without:
        after = dropped(after, name)
    if wish.state is not None:
        after = replace(dropped(after, "state"), state=wish.state)
    if wish.not_state is not None:
        after = replace(dropped(after, "state"), not_state=wish.not_state)
    if wish.outside_state:
        after = replace(dropped(after, "state"), outside_state=True)
    if wish.size is not None:
        after = replace(after, size=wish.size)
    if wish.level is not None:
        after = replace(after, level=wish.level)
    if wish.visitable is not None:
        after = replace(after, visitable=wish.visitable)
    if near is not None:
        after = replace(after, near=near.key, within_km=wish.within_km or after.within_km or WITHIN_KM)
    elif wish.within_km is not None:
        if after.near is None and home is None:
            raise Refusal("contacts.no_home")
        after = replace(after, near=after.near or (home.key if home else None), within_km=wish.within_km)
    if home is None and (after.outside_state or after.size == "similar"):
        raise Refusal("contacts.no_home")
    return after


def dropped(filters: Filters, name: str) -> Filters:
    match name:
        case "near":
            return replace(filters, near=None, within_km=None)
        case "state":
            return replace(filters, state=None, not_state=None, outside_state=False)
        case "size":
            return replace(filters, size=None)
        case "level":
            return replace(filters, level=None)
        case _:
            return filters


def in_force(filters: Filters) -> tuple[str, ...]:
    """The names of the filters that are set, as `dropped` knows them."""
    names = {
        "near": filters.near is not None,
        "state": bool(filters.state or filters.not_state or filters.outside_state),
        "size": filters.size is not None,
        "level": filters.level is not None,
    }
    return tuple(name for name, is_set in names.items() if is_set)


def in_words(filters: Filters, where: Around, words: Words) -> list[str]:
    """One phrase for each filter in force."""
    return [said for name in in_force(filters) if (said := one_in_words(filters, name, where, words))]


def one_in_words(filters: Filters, name: str, where: Around, words: Words) -> str:
    match name:
        case "near":
            place = where.near.name if where.near else ""
            return words("contacts.filter.near", place=place, km=words.number(filters.within_km or WITHIN_KM))
        case "state" if filters.state:
            return words("contacts.filter.state", state=filters.state)
        case "state" if filters.not_state:
            return words("contacts.filter.not_state", state=filters.not_state)
        case "state":
            home = where.home.state if where.home else ""
            return words("contacts.filter.not_state", state=home)
        case "size":
            return words(f"contacts.filter.size.{filters.size}")
        case _:
            return words(f"contacts.filter.level.{filters.level}")


async def place_of(turn: Turn, wish: FindContacts) -> Body | Reply | None:
    """The place named, or the question which one is meant."""
    if wish.near is None:
        return None
    if known := turn.knowledge.places.get(wish.near):
        return known
    match await _narrowed(turn, wish.near) or turn.knowledge.place(wish.near):
        case Exact(municipality=found):
            return found
        case Ambiguous(candidates=found):
            text = turn.say("contacts.place.which", place=wish.near)
        case Near(candidates=found):
            text = turn.say("contacts.place.near", place=wish.near)
        case Nothing():
            field = Field(name="near", label=turn.say("contacts.place.unknown", place=wish.near), kind="place")
            return turn.reply(Ask(form=Form(intent=replace(wish, near=None), fields=(field,)), field=field))
    options = tuple(Choice(label=label(one), intent=replace(wish, near=one.key)) for one in found[:6])
    field = Field(name="near", label=text, kind="place")
    otherwise = Form(intent=replace(wish, near=None), fields=(field,), patient=True)
    return turn.reply(Text(text=text), Choices(options=options, asked="place", otherwise=otherwise))


async def _narrowed(turn: Turn, text: str) -> Exact | None:
    """ "Die an der Donau", after several places of one name were offered for a search."""
    asked = turn.question.asked if turn.question else None
    if not isinstance(asked, Choices) or asked.asked != "place":
        return None
    keys = [option.intent.near for option in asked.options if isinstance(option.intent, FindContacts)]
    offered = list((await turn.uow.bodies.many(key for key in keys if key is not None)).values())
    found = turn.knowledge.places.narrow(offered, text) if offered else None
    return found if isinstance(found, Exact) else None
