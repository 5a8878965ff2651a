"""Somebody who may be suggested: which filters they pass, and who comes before whom. Pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum

from bot.matching import places
from bot.model import Body, Filters, Offer, Person
from bot.ports import Load

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
