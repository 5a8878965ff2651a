"""Somebody who may be suggested: which filters they pass, and who comes before whom. Pure rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from bot.matching import places
from bot.matching.topics import Topic
from bot.model import Body, Filters, Offer, Person
from bot.ports import Load
from bot.profiles import Profile

WITHIN_KM = 50  # "near" without a distance
LEVELS = {"expert": frozenset({"expert", "running"}), "beginner": frozenset({"beginner"})}
NEVER = datetime.min.replace(tzinfo=UTC)
Rank: TypeAlias = tuple[bool, bool, int, bool, float, bool, datetime]


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

    def alike(self, body: Body | None) -> bool:
        """Half to double the asker's population."""
        home = self.home
        return home is not None and body is not None and places.similar_size(home.population, body.population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What everybody is looked at for in one search."""

    topic: Topic | None
    narrower: frozenset[str]  # topics
    grams: frozenset[str]  # of the words asked for, and of all names of the topic
    visits: Mapping[str, Visited]  # by person
    around: Around

    def declared(self, offers: Iterable[Offer]) -> tuple[Offer, Fit] | None:
        """The offer of this very topic, or else of a part of it."""
        if self.topic is None:
            return None
        for offer in offers:
            if offer.topic == self.topic.id:
                return offer, Fit.DECLARED
        for offer in offers if self.narrower else ():
            if offer.topic in self.narrower:
                return offer, Fit.NARROWER
        return None


class Candidate(NamedTuple):
    """Somebody who may be shown, with what the reasons are made of.

    A tuple, since a search makes many and shows few; what only few are asked for is worked out when it is asked.
    """

    profile: Profile
    declared: Offer | None  # the offer whose topic was asked for
    fit: Fit
    relevance: float
    paused: bool
    asked: Asked

    @property
    def person(self) -> Person:
        return self.profile.person

    @property
    def body(self) -> Body | None:
        return self.profile.body

    @property
    def offer(self) -> Offer:
        """The one that fits best."""
        if self.declared is not None:
            return self.declared
        shared = self._shared()
        return self.profile.offers[shared.index(max(shared))]

    @property
    def by_function(self) -> bool:
        """It is their function that fits, not what they offer."""
        return self.declared is None and len(self.asked.grams & self.profile.function_grams) > max(self._shared())

    @property
    def visited(self) -> Visited | None:
        return self.asked.visits.get(self.profile.person.key)

    @property
    def km(self) -> float | None:
        """From the asker's town."""
        home, body = self.asked.around.home, self.profile.body
        return None if home is None or body is None else places.km(home, body)

    @property
    def km_near(self) -> float | None:
        """From the place asked for."""
        near, body = self.asked.around.near, self.profile.body
        return None if near is None or body is None else places.km(near, body)

    @property
    def similar(self) -> bool:
        """To the asker's town in its population."""
        return self.asked.around.alike(self.profile.body)

    def _shared(self) -> list[int]:
        """How many 4-grams each of their offers has in common with what is asked for."""
        return [len(self.asked.grams & of_offer) for of_offer in self.profile.offer_grams]


def passes(one: Candidate, filters: Filters) -> bool:
    """Hard filters. Who has no town passes none that needs one."""
    if filters.level is not None and one.offer.level not in LEVELS[filters.level]:
        return False
    body, home = one.profile.body, one.asked.around.home
    if body is None:
        placed = (filters.near, filters.state, filters.not_state, filters.size)
        return not any(placed) and not filters.outside_state
    if filters.near is not None and ((away := one.km_near) is None or away > (filters.within_km or WITHIN_KM)):
        return False
    if filters.state is not None and body.state != filters.state:
        return False
    if filters.not_state is not None and body.state == filters.not_state:
        return False
    if filters.outside_state and home is not None and body.state == home.state:
        return False
    match filters.size:
        case None:
            return True
        case "similar":
            return one.similar
        case size:
            return places.size_class(body.population) == size


def best_first(found: Iterable[Candidate], filters: Filters, loads: Mapping[str, Load]) -> Iterator[Candidate]:
    """Among equals those come first who were asked less recently; those at their cap and the paused last.

    Distances are worked out as they are needed: a list shows the first few.
    """
    alike: dict[Rank, list[Candidate]] = defaultdict(list)
    for one in found:
        person, load = one.profile.person, loads.get(one.profile.person.key)
        rank: Rank = (
            one.paused,
            load is not None and load.open >= person.open_cap,
            one.fit,
            filters.visitable and not one.offer.visitable,
            0.0 if one.declared is not None else -round(one.relevance, 1),
            not one.asked.around.alike(one.profile.body),
            NEVER if load is None else load.last_asked,
        )
        alike[rank].append(one)
    for rank in sorted(alike):
        equals = alike[rank]
        yield from equals if len(equals) == 1 else sorted(equals, key=_distances)


def _distances(one: Candidate) -> tuple[float, float, str]:
    """The nearest first: to the place asked for, then to the asker's town."""
    around, body, key = one.asked.around, one.profile.body, one.profile.person.key
    if body is None:
        return 0.0, 10_000.0, key
    away = 0.0 if around.near is None else places.km(around.near, body)
    from_home = 10_000.0 if around.home is None else places.km(around.home, body)
    return away, from_home, key
