"""Who is suggested for an enquiry: read fresh from the database, filtered hard, put in order; the order is pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum

from bot.flows.contacts.learned import lessons_on
from bot.knowledge import findable
from bot.lessons import Lesson
from bot.matching import places
from bot.matching.index import MAYBE
from bot.matching.text import grams_of
from bot.matching.topics import Topic
from bot.model import Body, Enquiry, Filters, Offer, Person
from bot.ports import Load
from bot.profiles import Profile
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
class Around:
    """What filters are measured from: the asker's town and the place they named."""

    home: Body | None
    near: Body | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be shown, with what the reasons are made of."""

    person: Person
    body: Body | None
    offer: Offer  # the one that fits best
    fit: Fit
    relevance: float
    paused: bool
    around: Around
    by_function: bool = False  # it is their function that fits, not what they offer
    visited: Visited | None = None

    @property
    def km(self) -> float | None:
        """From the asker's town."""
        return places.km(self.around.home, self.body) if self.around.home and self.body else None

    @property
    def km_near(self) -> float | None:
        """From the place asked for."""
        return places.km(self.around.near, self.body) if self.around.near and self.body else None

    @property
    def similar(self) -> bool:
        """Half to double the asker's population."""
        home, body = self.around.home, self.body
        return bool(home and body and places.similar_size(home.population, body.population))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is on a topic for somebody who asks."""

    everybody: Sequence[Candidate]  # whatever the filters
    fitting: Sequence[Candidate]  # who pass the filters, best first
    lessons: Sequence[Lesson]  # that the asker may read


def passes(one: Candidate, filters: Filters) -> bool:
    """Hard filters. Who has no town passes none that needs one."""
    if filters.level is not None and one.offer.level not in LEVELS[filters.level]:
        return False
    body = one.body
    placed = (filters.near, filters.state, filters.not_state, filters.size)
    if body is None:
        return not any(placed) and not filters.outside_state
    if filters.near is not None and ((away := one.km_near) is None or away > (filters.within_km or WITHIN_KM)):
        return False
    if filters.state is not None and body.state != filters.state:
        return False
    if filters.not_state is not None and body.state == filters.not_state:
        return False
    if filters.outside_state and one.around.home is not None and body.state == one.around.home.state:
        return False
    match filters.size:
        case None:
            return True
        case "similar":
            return one.similar
        case size:
            return places.size_class(body.population) == size


def in_order(found: Iterable[Candidate], filters: Filters, loads: Mapping[str, Load]) -> list[Candidate]:
    """Best first. Among equals those come first who were asked less recently; those at their cap and the paused last."""

    def rank(one: Candidate) -> tuple[bool, bool, int, bool, float, bool, datetime, float, float, str]:
        load = loads.get(one.person.key)
        away, from_home = one.km_near, one.km
        return (
            one.paused,
            load is not None and load.open >= one.person.open_cap,
            one.fit,
            filters.visitable and not one.offer.visitable,
            0.0 if one.fit < Fit.TEXT else -round(one.relevance, 1),
            not one.similar,
            NEVER if load is None else load.last_asked,
            0.0 if away is None else away,
            10_000.0 if from_home is None else from_home,
            one.person.key,
        )

    return sorted(found, key=rank)


async def home_of(scene: Scene, person: Person) -> Body | None:
    profile = await scene.knowledge.profiles.one(scene.uow, person.key, scene.today(person))
    return profile.body if profile is not None else None


async def around(scene: Scene, asker: Person, filters: Filters) -> Around:
    return measured_from(scene, await home_of(scene, asker), filters)


def measured_from(scene: Scene, home: Body | None, filters: Filters) -> Around:
    return Around(home=home, near=scene.knowledge.places.get(filters.near) if filters.near else None)


async def candidates(scene: Scene, asker: Person, enquiry: Enquiry) -> Sequence[Candidate]:
    """All who fit the enquiry, best first."""
    return (await search(scene, asker, enquiry, await around(scene, asker, enquiry.filters))).fitting


async def search(scene: Scene, asker: Person, enquiry: Enquiry, where: Around) -> Found:
    lessons = await lessons_on(scene, asker, enquiry.topic, enquiry.text)
    everybody = await pool(scene, asker, enquiry.topic, enquiry.text, where, lessons=lessons)
    fitting = [one for one in everybody if passes(one, enquiry.filters)]
    fitting = in_order(fitting, enquiry.filters, await loads(scene, fitting))
    return Found(everybody=everybody, fitting=fitting, lessons=lessons)


async def pool(
    scene: Scene,
    asker: Person,
    topic: str | None,
    text: str,
    where: Around,
    *,
    lessons: Sequence[Lesson] = (),
    floor: float = MAYBE,
) -> list[Candidate]:
    """Everybody the topic fits, whatever the filters. Never the asker, the blocked, vendors, the hidden.

    That somebody went to learn about it, as `lessons` on it tell, is a reason. `floor`: see `Index.search`.
    """
    topics, profiles = scene.knowledge.topics, scene.knowledge.profiles
    known = topics.get(topic) if topic else None
    fits, relevance = _suggested(scene, asker, known, text, floor)
    mine = await profiles.one(scene.uow, asker.key, scene.today(asker))
    blocked = mine.blocked if mine is not None else frozenset()
    visits = _visited(scene, lessons)
    asked = grams_of(text) | topics.grams(known) if known else grams_of(text)
    narrower = frozenset(one.id for one in topics.narrower(known)) if known else frozenset()
    found: list[Candidate] = []
    for key, profile in (await profiles.of(scene.uow, fits, scene.today(asker))).items():
        person = profile.person
        paused = person.paused_until is not None and person.paused_on(scene.today(person))
        if key in blocked or not findable(person) or (paused and not person.pause_visible):
            continue
        chosen = _best_offer(profile, known, narrower, asked)
        if chosen is None:
            continue
        offer, fit, by_function = chosen
        found.append(
            Candidate(
                person=person,
                body=profile.body,
                offer=offer,
                fit=fits[key] if fit is None else fit,
                by_function=by_function,
                visited=visits.get(key),
                relevance=relevance.get(key, 0.0),
                paused=paused,
                around=where,
            )
        )
    return found


def _visited(scene: Scene, lessons: Sequence[Lesson]) -> dict[str, Visited]:
    """The newest visit of each that one of the lessons tells of."""
    return {
        one.author: Visited(body=body, on=one.visited_on, named=one.named)
        for one in {one.author: one for one in reversed(lessons) if one.visited_on}.values()
        if one.visited_on is not None and one.place and (body := scene.knowledge.places.get(one.place))
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
    if topic is not None:
        for offer in profile.offers:
            if offer.topic == topic.id:
                return offer, Fit.DECLARED, False
        for offer in profile.offers if narrower else ():
            if offer.topic in narrower:
                return offer, Fit.NARROWER, False
    shared = [len(asked & of_offer) for of_offer in profile.offer_grams]
    best = shared.index(max(shared))
    return profile.offers[best], None, len(asked & profile.function_grams) > shared[best]


async def loads(scene: Scene, found: Sequence[Candidate]) -> Mapping[str, Load]:
    return await scene.uow.introductions.loads(one.person.key for one in found) if found else {}


async def reachable(scene: Scene, person: Person) -> bool:
    """Without an account nobody is offered for an introduction."""
    return bool(await scene.uow.accounts.reachable([person.key]))
