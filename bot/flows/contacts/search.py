"""Who is suggested for an enquiry: read fresh from the database, filtered hard, put in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.flows.contacts.candidate import Around, Asked, Candidate, Fit, Visited, best_first, passes
from bot.flows.contacts.filters import in_force
from bot.flows.contacts.learned import lessons_on
from bot.lessons import Lesson
from bot.matching.index import MAYBE, SURE
from bot.matching.text import grams_of
from bot.matching.topics import Topic
from bot.model import Body, Enquiry, Filters, Person
from bot.ports import Load
from bot.turn import Scene

Suggested: TypeAlias = tuple[Fit, float]
"""How the words of somebody fit, and how relevant they are."""

TAIL_AT_MOST = 50  # hits after which those who hardly fit aren't read any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is on a topic for somebody who asks."""

    everybody: Sequence[Candidate]  # whatever the filters
    fitting: Sequence[Candidate]  # who pass the filters, in no order
    best_first: Iterator[Candidate]  # the same, put in order as far as somebody looks
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
    found = await search(scene, asker, enquiry, await around(scene, asker, enquiry.filters))
    return list(found.best_first)


async def search(scene: Scene, asker: Person, enquiry: Enquiry, where: Around) -> Found:
    lessons = await lessons_on(scene, asker, enquiry.topic, enquiry.text)
    everybody = await pool(scene, asker, enquiry.topic, enquiry.text, where, lessons=lessons)
    filters = enquiry.filters
    fitting = [one for one in everybody if passes(one, filters)] if in_force(filters) else everybody
    ordered = best_first(fitting, filters, await loads(scene, fitting))
    return Found(everybody=everybody, fitting=fitting, best_first=ordered, lessons=lessons)


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
    topics = scene.knowledge.topics
    known = topics.get(topic) if topic else None
    asked = Asked(
        topic=known,
        narrower=frozenset(one.id for one in topics.narrower(known)) if known else frozenset(),
        grams=grams_of(text) | topics.grams(known) if known else grams_of(text),
        visits=_visited(scene, lessons) if lessons else {},
        around=where,
    )
    return await _looked_at(scene, asker, _suggested(scene, asker, known, text, floor), asked)


async def pool_of(scene: Scene, asker: Person, topic: Topic, where: Around) -> list[Candidate]:
    """As `pool`, only those who declared this very topic."""
    declared = dict.fromkeys(scene.knowledge.people.declaring(topic), (Fit.DECLARED, 0.0))
    declared.pop(asker.key, None)
    asked = Asked(topic=topic, narrower=frozenset(), grams=frozenset(), visits={}, around=where)
    found = await _looked_at(scene, asker, declared, asked)
    return [one for one in found if one.declared is not None]


async def _looked_at(scene: Scene, asker: Person, suggested: Mapping[str, Suggested], asked: Asked) -> list[Candidate]:
    """Those suggested who may be shown, as the database has them; who offers nothing any more is left out."""
    today, profiles = scene.today(asker), scene.knowledge.profiles
    mine = await profiles.one(scene.uow, asker.key, today)
    blocked = mine.blocked if mine is not None else frozenset()
    found: list[Candidate] = []
    for key, profile in (await profiles.of(scene.uow, suggested, today)).items():
        if not profile.shown or key in blocked:
            continue
        person = profile.person
        paused = person.paused_until is not None and person.paused_on(scene.today(person))
        if paused and not person.pause_visible:
            continue
        fit, relevance = suggested[key]
        declared, fit = asked.declared(profile.offers) or (None, fit)
        found.append(Candidate(profile, declared, fit, relevance, paused, asked))
    return found


def _visited(scene: Scene, lessons: Sequence[Lesson]) -> dict[str, Visited]:
    """The newest visit of each that one of the lessons tells of."""
    return {
        one.author: Visited(body=body, on=one.visited_on, named=one.named)
        for one in {one.author: one for one in reversed(lessons) if one.visited_on}.values()
        if one.visited_on is not None and one.place and (body := scene.knowledge.places.get(one.place))
    }


def _suggested(scene: Scene, asker: Person, topic: Topic | None, text: str, floor: float) -> dict[str, Suggested]:
    """What the index in memory suggests; it may be behind the database, and is only believed after a second look."""
    index = scene.knowledge.people
    found: dict[str, Suggested] = {}
    sure, perhaps, me = Fit.TEXT, Fit.PERHAPS, asker.key
    tail = TAIL_AT_MOST + 1  # with the asker, who isn't meant
    for negative, key, coverage in index.rated(text, topic, floor=floor, tail=tail):
        if key != me and (coverage >= MAYBE or len(found) < TAIL_AT_MOST):
            found[key] = sure if coverage >= SURE else perhaps, -negative
    for narrower in scene.knowledge.topics.narrower(topic) if topic else ():
        for hit in index.called(narrower):
            found.setdefault(hit.id, (perhaps, 0.0))
    found.pop(me, None)
    return found


async def loads(scene: Scene, found: Sequence[Candidate]) -> Mapping[str, Load]:
    return await scene.uow.introductions.loads([one.profile.person.key for one in found]) if found else {}


async def reachable(scene: Scene, person: Person) -> bool:
    """Without an account nobody is offered for an introduction."""
    return bool(await scene.uow.accounts.reachable([person.key]))
