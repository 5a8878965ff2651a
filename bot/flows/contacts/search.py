"""Who is suggested for an enquiry: read fresh from the database, filtered hard, put in order; the order is pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import IntEnum

from bot.flows.contacts.learned import lessons_on
from bot.knowledge import findable
from bot.matching.index import MAYBE
from bot.matching.places import km, similar_size, size_class
from bot.matching.topics import Topic, names_of
from bot.model import Body, Enquiry, Filters, Offer, Person
from bot.profiles import Profile, grams_of
from bot.turn import Scene

TAIL_AT_MOST = 50  # hits after which those who hardly fit aren't read any more
WITHIN_KM = 50  # "near" without a distance
LEVELS = {"expert": frozenset({"expert", "running"}), "beginner": frozenset({"beginner"})}
NEVER = datetime.min.replace(tzinfo=UTC)


class Fit(IntEnum):
    """How the topic fits; lower is better. Never shown as a number."""

    DECLARED = 0  # this very topic
    NARROWER = 1  # a part of it
    TEXT = 2  # their words have much in common with the question
    PERHAPS = 3  # their words have something in common with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """Where somebody went to learn about the topic, as far as the asker may read it."""

    body: Body
    on: date
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be shown, with what the reasons are made of."""

    person: Person
    body: Body | None
    offer: Offer  # the one that fits best
    fit: Fit
    relevance: float
    km: float | None  # from the asker's town
    km_near: float | None  # from the place asked for
    similar: bool  # half to double the asker's population
    paused: bool
    by_function: bool = False  # it is their function that fits, not what they offer
    visited: Visited | None = None
    last_asked: datetime | None = None
    full: bool = False  # at their cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What filters are measured from: the asker's town and the place they named."""

    home: Body | None
    near: Body | None


def passes(one: Candidate, filters: Filters, around: Around) -> bool:
    """Hard filters. Who has no town passes none that needs one."""
    if filters.level is not None and one.offer.level not in LEVELS[filters.level]:
        return False
    body = one.body
    placed = (filters.near, filters.state, filters.not_state, filters.size)
    if body is None:
        return not any(placed) and not filters.outside_state
    if filters.near is not None and (one.km_near is None or one.km_near > (filters.within_km or WITHIN_KM)):
        return False
    if filters.state is not None and body.state != filters.state:
        return False
    if filters.not_state is not None and body.state == filters.not_state:
        return False
    if filters.outside_state and around.home is not None and body.state == around.home.state:
        return False
    match filters.size:
        case None:
            return True
        case "similar":
            return one.similar
        case size:
            return size_class(body.population) == size


def in_order(candidates: Iterable[Candidate], filters: Filters) -> list[Candidate]:
    """Best first. Among equals those come first who were asked less recently; those at their cap and the paused last."""

    def rank(one: Candidate) -> tuple[bool, bool, int, bool, float, bool, datetime, float, float, str]:
        return (
            one.paused,
            one.full,
            one.fit,
            filters.visitable and not one.offer.visitable,
            0.0 if one.fit < Fit.TEXT else -round(one.relevance, 1),
            not one.similar,
            one.last_asked or NEVER,
            one.km_near if one.km_near is not None else 0.0,
            one.km if one.km is not None else 10_000.0,
            one.person.key,
        )

    return sorted(candidates, key=rank)


async def home_of(scene: Scene, person: Person) -> Body | None:
    profile = (await scene.knowledge.profiles.of(scene.uow, [person.key], scene.today(person))).get(person.key)
    return profile.body if profile is not None else None


async def around(scene: Scene, asker: Person, filters: Filters) -> Around:
    home = await home_of(scene, asker)
    near = await scene.uow.bodies.get(filters.near) if filters.near else None
    return Around(home=home, near=near)


async def candidates(scene: Scene, asker: Person, enquiry: Enquiry, *, floor: float = MAYBE) -> list[Candidate]:
    """All who fit the enquiry, best first. `floor`: see `Index.search`."""
    where = await around(scene, asker, enquiry.filters)
    everybody = await pool(scene, asker, enquiry.topic, enquiry.text, where, floor=floor)
    fitting = [one for one in everybody if passes(one, enquiry.filters, where)]
    return in_order(await with_load(scene, fitting), enquiry.filters)


async def pool(
    scene: Scene, asker: Person, topic: str | None, text: str, where: Around, *, floor: float = MAYBE
) -> list[Candidate]:
    """Everybody the topic fits, whatever the filters. Never the asker, the blocked, vendors, the hidden."""
    known = scene.knowledge.topics.get(topic) if topic else None
    fits, relevance = _suggested(scene, asker, known, text, floor)
    profiles = await scene.knowledge.profiles.of(scene.uow, fits, scene.today(asker))
    blocked = await scene.uow.people.blocked(asker.key)
    visits = await _visited(scene, asker, topic, text)
    asked = grams_of(" ".join([text, *names_of(known)]))
    narrower = frozenset(one.id for one in scene.knowledge.topics.narrower(known)) if known else frozenset()
    found: list[Candidate] = []
    for key, profile in profiles.items():
        person, body = profile.person, profile.body
        paused = person.paused_until is not None and person.paused_on(scene.today(person))
        if key in blocked or not findable(person) or (paused and not person.pause_visible):
            continue
        chosen = _best_offer(profile, known, narrower, asked)
        if chosen is None:
            continue
        offer, fit, by_function = chosen
        home = where.home
        found.append(
            Candidate(
                person=person,
                body=body,
                offer=offer,
                fit=fits[key] if fit is None else fit,
                by_function=by_function,
                visited=visits.get(key),
                relevance=relevance.get(key, 0.0),
                km=km(home, body) if home and body else None,
                km_near=km(where.near, body) if where.near and body else None,
                similar=bool(home and body and similar_size(home.population, body.population)),
                paused=paused,
            )
        )
    return found


async def _visited(scene: Scene, asker: Person, topic: str | None, text: str) -> dict[str, Visited]:
    """The newest visit of each that a lesson on the topic tells of."""
    found = {one.author: one for one in reversed(await lessons_on(scene, asker, topic, text)) if one.visited_on}
    bodies = await scene.uow.bodies.many(one.place for one in found.values() if one.place) if found else {}
    return {
        author: Visited(body=bodies[one.place], on=one.visited_on, named=one.named)
        for author, one in found.items()
        if one.visited_on is not None and one.place in bodies
    }


def _suggested(
    scene: Scene, asker: Person, topic: Topic | None, text: str, floor: float
) -> tuple[dict[str, Fit], dict[str, float]]:
    """What the index in memory suggests; it may be behind the database, and is only believed after a second look."""
    index = scene.knowledge.people
    fits: dict[str, Fit] = {}
    relevance: dict[str, float] = {}
    tail = TAIL_AT_MOST + 1  # with the asker, who isn't meant
    for hit in index.search(text, topic, floor=floor, tail=tail):
        if hit.id == asker.key or (hit.coverage < MAYBE and len(fits) >= TAIL_AT_MOST):
            continue
        fits[hit.id] = Fit.TEXT if hit.sure else Fit.PERHAPS
        relevance[hit.id] = hit.score
    for narrower in scene.knowledge.topics.narrower(topic) if topic else ():
        for hit in index.search(narrower.label_de, narrower):
            if hit.id != asker.key:
                fits.setdefault(hit.id, Fit.PERHAPS)
    return fits, relevance


def _best_offer(
    profile: Profile, topic: Topic | None, narrower: frozenset[str], asked: frozenset[str]
) -> tuple[Offer, Fit | None, bool] | None:
    """The offer that fits best, with how its topic fits, if that is why it was chosen; and whether it is rather their
    function that fits. None if they offer nothing any more.
    """
    if not profile.offers:
        return None
    for offer in profile.offers if topic is not None else ():
        if topic is not None and offer.topic == topic.id:
            return offer, Fit.DECLARED, False
    for offer in profile.offers:
        if offer.topic in narrower:
            return offer, Fit.NARROWER, False
    shared = [len(asked & of_offer) for of_offer in profile.offer_grams]
    best = shared.index(max(shared))
    return profile.offers[best], None, len(asked & profile.function_grams) > shared[best]


async def with_load(scene: Scene, found: Sequence[Candidate]) -> list[Candidate]:
    """With when each was last asked, and whether they have as many open requests as they want. Never shown."""
    asked = await scene.uow.introductions.last_helped(one.person.key for one in found)
    open_now = await scene.uow.introductions.open_of(asked) if asked else {}
    return [
        replace(one, last_asked=asked[key], full=open_now.get(key, 0) >= one.person.open_cap) if key in asked else one
        for one in found
        for key in (one.person.key,)
    ]


async def reachable(scene: Scene, person: Person) -> bool:
    """Without an account nobody is offered for an introduction."""
    return bool(await scene.uow.accounts.reachable([person.key]))
