"""Planning a visit: with whom, when, how many come, what to take along; seen as a whole before the host is asked."""

from datetime import timedelta

from bot.dates import Day, Days, Unsure
from bot.events import Said
from bot.flows.introductions.whom import named
from bot.flows.introductions.words import body_of
from bot.flows.visits.course import move, to_side, wait_for_answer
from bot.flows.visits.reading import dates_in, guests_in, questions_in, times_in
from bot.flows.visits.words import notices, party, rows_of, to_answer, unsure_day, when
from bot.forms import Field, Form
from bot.intents import PlanVisit, SendVisit
from bot.introduction_states import MET
from bot.matching.places import Ambiguous, Exact, label
from bot.messages import Ask, Block, Choice, Choices, Text
from bot.model import Body, DeskRequest, Person, Role, new_key
from bot.turn import Refusal, Replies, Reply, Turn
from bot.visit_states import Dates, Visit, VisitEvent, VisitState

FURTHEST = timedelta(days=366)
MAX_TOPIC = 120


async def plan_visit(turn: Turn, wish: PlanVisit) -> Replies:
    """With somebody one has been introduced to, or with a municipality: then its coordinator, else the office, is asked."""
    host = await _host(turn, wish)
    if not isinstance(host, Person):
        return host
    wish = _with(wish, host=host.key)
    dates = _dates(turn, wish)
    if not isinstance(dates, Dates):
        return [dates]
    details = wish.details if wish.details is not None else _said_already(turn)
    if details is None or not wish.asked:
        return [await _ask_rest(turn, wish, host, dates, details)]
    return await _summary(turn, wish, host, dates, details)


async def _summary(turn: Turn, wish: PlanVisit, host: Person, dates: Dates, details: str) -> Replies:
    mine = [one for one in await turn.uow.visits.of(turn.me.key) if one.guest == turn.me.key]
    if sum(one.state is VisitState.PROPOSED for one in mine) >= turn.rules.open_requests_per_asker:
        raise Refusal("visits.too_many", n=turn.rules.open_requests_per_asker)
    begins, ends = times_in(details)
    body = await body_of(turn, host)
    visit = Visit(
        key=new_key("v"),
        guest=turn.me.key,
        host=host.key,
        body=body.key if body else None,
        topic=(wish.topic or "")[:MAX_TOPIC] or None,
        guests=guests_in(details) or 1,
        questions=questions_in(wish.questions or ""),
        first=dates.first,
        last=dates.last,
        starts=begins,
        ends=ends,
        created_at=turn.now,
    )
    await turn.uow.visits.add(visit)
    say = turn.say
    blocks: list[Block] = [
        Text(text=say("visits.summary"), style="title"),
        await rows_of(turn, visit, "guest", say),
        *(Text(text=text, style="hint") for text in await notices(turn, visit, visit.dates, say)),
        Text(text=say("visits.send_question", name=host.name)),
        Choices(
            options=(
                Choice(label=say("visits.choice.send"), intent=SendVisit(visit=visit.key), says="yes"),
                Choice(label=say("visits.choice.discard"), intent=SendVisit(visit=visit.key, send=False), says="no"),
            ),
            asked="preview",
            about=visit.key,
        ),
    ]
    return [turn.reply(*blocks, about=visit.key, holds_personal=True)]


async def send_visit(turn: Turn, wish: SendVisit) -> Replies:
    visit = await turn.uow.visits.get(wish.visit)
    if visit is None or visit.guest != turn.me.key:
        raise Refusal("visits.gone")
    if visit.state is not VisitState.DRAFT:
        raise Refusal("visits.sent_already")
    if not wish.send:
        await turn.uow.visits.discard(visit.key)
        return [turn.tell("visits.discarded")]
    if visit.first < turn.today(turn.me):
        raise Refusal("visits.past")
    sent = await move(turn, visit, VisitEvent.SEND, "guest", proposed_by="guest")
    await wait_for_answer(turn, sent)
    await turn.uow.totals.add("visits.proposed", turn.today())
    host = await turn.uow.people.get(sent.host)
    if host is None:
        raise Refusal("visits.gone")
    say = turn.words(host)
    asked = await to_side(
        turn,
        sent,
        "host",
        Text(text=say("visits.request", name=turn.me.name), style="title"),
        await rows_of(turn, sent, "host", say),
        *(Text(text=text, style="hint") for text in await notices(turn, sent, sent.dates, say)),
        Text(text=say("visits.answer.hint"), style="hint"),
        to_answer(sent, say, change=False),
    )
    return [turn.tell("visits.asked", name=host.name, when=when(sent.dates, turn.say)), *asked]


# ---------------------------------------------------------------- with whom


async def known_contacts(turn: Turn) -> list[str]:
    """Whom an introduction has brought together with me, newest first."""
    asked = await turn.uow.introductions.asked_by(turn.me.key)
    of_me = await turn.uow.introductions.asked_of(turn.me.key)
    met = sorted((one for one in (*asked, *of_me) if one.state in MET), key=lambda one: one.created_at, reverse=True)
    return list(dict.fromkeys(one.contact if one.asker == turn.me.key else one.asker for one in met))


async def _host(turn: Turn, wish: PlanVisit) -> Person | Replies:
    known = await known_contacts(turn)
    if wish.host is not None:
        return await _pressed(turn, wish.host, known)
    if wish.person:
        person = await named(turn, wish.person, known)
        if person is None:
            raise Refusal("visits.unknown_person", name=wish.person)
        return person
    if not wish.municipality:
        field = Field(name="municipality", label=turn.say("visits.field.where"), max_length=120)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    body = await _body(turn, wish)
    if not isinstance(body, Body):
        return body
    bodies = await turn.uow.people.bodies_of(known, turn.today(turn.me))
    there = [key for key in known if key in bodies and bodies[key].key == body.key]
    if len(there) > 1:
        people = await turn.uow.people.many(there)
        options = tuple(Choice(label=one.name, intent=_with(wish, host=one.key)) for one in people.values())
        return [turn.reply(Text(text=turn.say("visits.which_person")), Choices(options=options))]
    if there:
        return await _pressed(turn, there[0], known)
    for key in await turn.uow.people.with_role(Role.COORDINATOR, body.key):
        coordinator = await turn.uow.people.get(key)
        if coordinator is not None and key != turn.me.key and await turn.uow.accounts.of_person(key):
            return coordinator
    return await _for_the_office(turn, wish, body)


async def _pressed(turn: Turn, key: str, known: list[str]) -> Person:
    person = await turn.uow.people.get(key)
    roles = await turn.uow.people.roles(key) if person is not None and key not in known else ()
    if person is None or (key not in known and not any(role is Role.COORDINATOR for role, _ in roles)):
        raise Refusal("visits.gone")
    return person


async def _body(turn: Turn, wish: PlanVisit) -> Body | Replies:
    found = turn.knowledge.place(wish.municipality or "")
    match found:
        case Exact(municipality=body):
            return body
        case Ambiguous(candidates=several):
            options = tuple(
                Choice(label=label(one), intent=_with(wish, municipality=label(one))) for one in several[:5]
            )
            return [turn.reply(Text(text=turn.say("visits.which_place")), Choices(options=options))]
        case _:
            raise Refusal("visits.unknown_place", name=wish.municipality)


async def _for_the_office(turn: Turn, wish: PlanVisit, body: Body) -> Replies:
    """Nobody there is known: the network office finds somebody."""
    text = turn.say("visits.desk_text", place=label(body), topic=wish.topic or "–")
    request = DeskRequest(key=new_key("d"), kind="match", asker=turn.me.key, text=text, at=turn.now)
    await turn.uow.desk.add(request)
    await turn.uow.totals.add("desk.match", turn.today())
    return [turn.tell("visits.desk", place=label(body))]


# ---------------------------------------------------------------- when, and the rest


def _dates(turn: Turn, wish: PlanVisit) -> Dates | Reply:
    if wish.date is not None:
        dates = Dates(first=wish.date, last=wish.end_date or wish.date)
    else:
        read = dates_in(wish.when, turn.today(turn.me)) if wish.when else None
        match read:
            case Day(date=day):
                dates = Dates(first=day, last=day)
            case Days(first=first, last=last):
                dates = Dates(first=first, last=last)
            case _:
                field = Field(name="when", label=turn.say("visits.field.when"), max_length=120)
                ask = Ask(form=Form(intent=_with(wish, when=None), fields=(field,)), field=field)
                unsure = isinstance(read, Unsure) or wish.when is not None
                return turn.reply(*([unsure_day(turn, read)] if unsure else []), ask)
    if dates.first < turn.today(turn.me):
        raise Refusal("visits.past")
    if dates.last > turn.today(turn.me) + FURTHEST:
        raise Refusal("visits.too_far")
    return dates


def _said_already(turn: Turn) -> str | None:
    """Times and number, where the first sentence had both."""
    what = turn.incoming.what
    if not isinstance(what, Said):
        return None
    return what.text if times_in(what.text)[0] is not None and guests_in(what.text) is not None else None


async def _ask_rest(turn: Turn, wish: PlanVisit, host: Person, dates: Dates, details: str | None) -> Reply:
    fields = (
        *([] if details is not None else [_field(turn, "details")]),
        _field(turn, "questions", required=False),
    )
    intent = _with(wish, date=dates.first, end_date=dates.last, details=details, asked=True)
    said = turn.say("visits.understood", when=when(dates, turn.say), who=await party(turn, host, turn.say))
    topic = [Text(text=turn.say("visits.understood_topic", topic=wish.topic))] if wish.topic else []
    return turn.reply(Text(text=said), *topic, Ask(form=Form(intent=intent, fields=fields), field=fields[0]))


def _field(turn: Turn, name: str, *, required: bool = True) -> Field:
    hint = turn.say(f"visits.field.{name}_hint")
    return Field(name=name, label=turn.say(f"visits.field.{name}"), hint=hint, required=required)


def _with(wish: PlanVisit, **slots: object) -> PlanVisit:
    values = {name: getattr(wish, name) for name in PlanVisit.__slots__}
    return PlanVisit(**{**values, **slots})
