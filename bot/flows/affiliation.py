"""Which municipality somebody belongs to: from a tied account without a question, else from the register by name."""

from collections.abc import Sequence

from bot.flows.listing import inhabitants, place_in_full
from bot.forms import Field, Form
from bot.intents import FindContacts, OfferTopic, PrivacyInfo, SetAffiliation
from bot.matching.places import Ambiguous, Exact, Municipality, Near, Nothing, label
from bot.messages import Ask, Block, Choice, Choices, Text
from bot.model import Affiliation, Body, Source
from bot.turn import Handlers, Refusal, Replies, Turn

SHOWN = 8  # places of one name offered at once, the largest first
HOSTED = {"matrix": Source.HOMESERVER}  # what the domain of an account is, where it is no tenant
TIED = frozenset({Source.TENANT, Source.HOMESERVER})


async def set_affiliation(turn: Turn, wish: SetAffiliation) -> Replies:
    me = turn.me
    in_force = await turn.uow.people.affiliations(me.key, turn.today(me))
    tied = next((one for one in in_force if one.source in TIED), None)
    allowed = await _tied_bodies(turn)
    if wish.body is not None:
        body = await turn.uow.bodies.get(wish.body)
        if body is None:
            raise Refusal("affiliation.gone")
        return [turn.reply(*await settle(turn, body, confirmed=body in allowed))]
    if tied is not None and len(allowed) < 2:
        known = await turn.uow.bodies.get(tied.body)
        raise Refusal("affiliation.tied", place=known.name if known else "")
    if wish.municipality is None:
        return [turn.reply(*ask_municipality(turn))]
    return [turn.reply(*await _named(turn, wish.municipality))]


def ask_municipality(turn: Turn) -> list[Block]:
    """One question, and nothing beside it."""
    return [_ask(turn, "affiliation.ask")]


def _ask(turn: Turn, key: str, **values: str) -> Ask:
    hint = turn.say("affiliation.ask_hint") if key == "affiliation.ask" else None
    field = Field(name="municipality", label=turn.say(key, **values), kind="place", hint=hint, max_length=120)
    return Ask(form=Form(intent=SetAffiliation(), fields=(field,)), field=field)


async def _named(turn: Turn, text: str) -> list[Block]:
    """The place of that name, or which of several is meant."""
    found = await _narrowed(turn, text)
    match found if found is not None else turn.knowledge.places.find(text):
        case Exact(municipality=body):
            return await settle(turn, body)
        case Ambiguous(candidates=several):
            return _which(turn, several, turn.say("affiliation.which", n=len(several), place=text))
        case Near(candidates=(single,)):
            return _perhaps(turn, single, text)
        case Near(candidates=several):
            return _which(turn, several, turn.say("affiliation.near", place=text))
        case Nothing():
            return [_ask(turn, "affiliation.unknown", place=text)]


async def _narrowed(turn: Turn, text: str) -> Exact | Ambiguous | None:
    """ "die an der Donau" after several of one name; None if the words tell none of them."""
    asked = turn.question.asked if turn.question else None
    if not isinstance(asked, Choices) or asked.asked != "place":
        return None
    keys = [option.intent.body for option in asked.options if isinstance(option.intent, SetAffiliation)]
    offered = list((await turn.uow.bodies.many(key for key in keys if key is not None)).values())
    if not offered:
        return None
    several = [one for body in offered for one in turn.knowledge.places.same_name(body)]
    found = turn.knowledge.places.narrow(list(dict.fromkeys([*offered, *several])), text)
    return found if isinstance(found, Exact | Ambiguous) else None


def _which(turn: Turn, several: Sequence[Municipality], question: str) -> list[Block]:
    options = tuple(
        Choice(label=_told_apart(turn, body), intent=SetAffiliation(body=body.key)) for body in several[:SHOWN]
    )
    return [Text(text=question), Choices(options=options, asked="place", otherwise=_narrowing(turn))]


def _perhaps(turn: Turn, body: Municipality, text: str) -> list[Block]:
    """The only place that is nearly called so: taken after a yes."""
    question = turn.say("affiliation.perhaps", typed=text, place=place_in_full(body, turn.say, turn.knowledge))
    yes = Choice(label=turn.say("affiliation.yes", place=body.name), intent=SetAffiliation(body=body.key), says="yes")
    no = Choice(label=turn.say("affiliation.no"), intent=SetAffiliation(), says="no")
    return [Text(text=question), Choices(options=(yes, no), asked="place", otherwise=_narrowing(turn))]


def _narrowing(turn: Turn) -> Form:
    field = Field(name="municipality", label=turn.say("affiliation.ask"), kind="place", max_length=120)
    return Form(intent=SetAffiliation(), fields=(field,))


def _told_apart(turn: Turn, body: Municipality) -> str:
    return f"{label(body)}, {inhabitants(body, turn.say)}"


async def settle(turn: Turn, body: Body, *, confirmed: bool = False) -> list[Block]:
    """The affiliation begins today; what is said of it, and how to correct it."""
    me, today = turn.me, turn.today(turn.me)
    before = (await turn.uow.people.bodies_of([me.key], today)).get(me.key)
    source = _source(turn) if confirmed else Source.OWN
    in_force = await turn.uow.people.affiliations(me.key, today)
    if all(one.body != body.key or one.source is not source for one in in_force):
        for old in in_force:
            if old.body != body.key and (old.source not in TIED or confirmed):
                await turn.uow.people.end_affiliation(me.key, old.source, today)
        await turn.uow.people.affiliate(Affiliation(person=me.key, body=body.key, source=source, since=today))
    if before is None:
        return await welcome(turn, body)
    return [Text(text=turn.say("affiliation.changed", place=place_in_full(body, turn.say, turn.knowledge)))]


async def settle_tied(turn: Turn) -> list[Block]:
    """For a first contact: the town of a tied account is taken without a question; several are a choice."""
    bodies = await _tied_bodies(turn)
    if not bodies:
        return []
    if len(bodies) == 1:
        return await settle(turn, bodies[0], confirmed=True)
    return _which(turn, bodies, turn.say("affiliation.tied_to_several"))


async def _tied_bodies(turn: Turn) -> Sequence[Body]:
    domain = turn.account.domain
    return await turn.uow.bodies.tied_to(domain) if domain else ()


def _source(turn: Turn) -> Source:
    return HOSTED.get(turn.account.platform, Source.TENANT)


async def welcome(turn: Turn, body: Body | None) -> list[Block]:
    """What ends the first contact: the town in words; three sentences to press, unless a question waits."""
    blocks: list[Block] = []
    if body is not None:
        blocks.append(Text(text=turn.say("affiliation.set", place=place_in_full(body, turn.say, turn.knowledge))))
    if turn.account.kept_question is not None:
        return blocks
    topic = turn.say("affiliation.example_topic")
    examples = (
        Choice(label=turn.say("affiliation.example.find", topic=topic), intent=FindContacts(topic=topic)),
        Choice(label=turn.say("affiliation.example.offer"), intent=OfferTopic()),
        Choice(label=turn.say("affiliation.example.privacy"), intent=PrivacyInfo()),
    )
    return [*blocks, Text(text=turn.say("affiliation.examples")), Choices(options=examples, once=False)]


HANDLERS: Handlers = {SetAffiliation: set_affiliation}
