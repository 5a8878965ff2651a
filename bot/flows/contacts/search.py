"""Who is suggested for an enquiry: read fresh from the database, filtered hard, put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.flows.contacts.candidate import Around, Candidate, Fit, Visited, in_order, passes
from bot.flows.contacts.learned import lessons_on
from bot.knowledge import findable
from bot.lessons import Lesson
from bot.matching.index import MAYBE
from bot.matching.text import grams_of
from bot.matching.topics import Topic
from bot.model import Body, Enquiry, Filters, Offer, Person
from bot.ports import Load
from bot.profiles import Profile
from bot.turn import Scene

TAIL_AT_MOST = 50  # hits after which those who hardly fit aren't read any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is on a topic for somebody who asks."""

    everybody: Sequence[Candidate]  # whatever the filters
    fitting: Sequence[Candidate]  # who pass the filters, best first
    lessons: Sequence[Lesson]  # that the asker may read


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
