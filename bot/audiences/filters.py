"""The conditions of an audience, and whether a person meets them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.audiences.facts import Facts
from bot.matching.places import size_class
from bot.model import Role
from bot.public_holidays import STATES

_CODES = {code: state for state, code in STATES.items()}
_BARE = ("without-profile", "without-topic")
_DAYS = re.compile(r"[1-9]\d{0,3}d|\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d")
_POPULATION = re.compile(r"\d*\.\.\d*")


class AudienceError(ValueError):
    """What is wrong with it: a key of the catalogue that names the remedy, with its values."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values_ = values


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Condition:
    """`values`: one of them is enough."""

    kind: str
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """All conditions must hold; without any it is everybody."""

    conditions: tuple[Condition, ...] = ()

    @property
    def on_behaviour(self) -> bool:
        """What people did, or didn't: such counts must not lead to single persons."""
        return any(one.kind in BEHAVIOUR for one in self.conditions)


ALL = Audience()

DIMENSIONS: Mapping[str, str] = {
    "state": "where", "body": "where", "size": "where", "population": "where",
    "without-profile": "topics", "without-topic": "topics", "offers": "topics", "wants": "topics",
    "guests": "doing", "hosts": "doing", "inactive": "doing",
    "role": "role", "language": "language", "platform": "platform",
}  # fmt: skip
"""Every kind of condition, and what it is about: a new one takes the place of those about the same."""

BEHAVIOUR = frozenset({"guests", "hosts", "inactive"})


def canonical(audience: Audience) -> str:
    """ "without-profile; state:BW,NW; not platform:teams", or "all"; read back by `parse`."""
    parts = [
        f"{'not ' if one.negated else ''}{one.kind}{':' + ','.join(one.values) if one.values else ''}"
        for one in audience.conditions
    ]
    return "; ".join(parts) or "all"


def parse(text: str) -> Audience:
    """Raises AudienceError."""
    if text.strip() in ("all", ""):
        return ALL
    return audience_of([_condition(part.strip()) for part in text.split(";") if part.strip()])


def audience_of(conditions: list[Condition]) -> Audience:
    return Audience(conditions=tuple(sorted(set(conditions))))


def _condition(part: str) -> Condition:
    negated = part.startswith("not ")
    kind, _, said = part.removeprefix("not ").strip().partition(":")
    values = tuple(sorted({one.strip() for one in said.split(",") if one.strip()}))
    if kind not in DIMENSIONS:
        raise AudienceError("audiences.unknown", part=part)
    if not _allowed(kind, values):
        raise AudienceError("audiences.bad_value", part=part)
    return Condition(kind=kind, values=values, negated=negated)


def _allowed(kind: str, values: tuple[str, ...]) -> bool:
    if kind in _BARE:
        return not values
    allowed: dict[str, Callable[[str], bool]] = {
        "state": _CODES.__contains__,
        "size": ("small", "medium", "large").__contains__,
        "population": lambda one: bool(_POPULATION.fullmatch(one)) and one != "..",
        "guests": lambda one: bool(_DAYS.fullmatch(one)),
        "hosts": lambda one: bool(_DAYS.fullmatch(one)),
        "inactive": lambda one: bool(re.fullmatch(r"[1-9]\d{0,3}d", one)),
        "role": [str(role) for role in Role].__contains__,
        "language": ("de", "en").__contains__,
    }
    return bool(values) and all(map(allowed.get(kind, bool), values))


def matches(audience: Audience, facts: Facts, today: date) -> bool:
    """Vendors are none of the members who are asked for their experience: they are meant only by their role."""
    if facts.person.role is Role.VENDOR and not any(one.kind == "role" for one in audience.conditions):
        return False
    return all(_holds(one, facts, today) != one.negated for one in audience.conditions)


def _holds(condition: Condition, facts: Facts, today: date) -> bool:
    match condition.kind:
        case "without-profile":
            return not facts.offers
        case "without-topic":
            return not facts.offers and not facts.wants
        case _:
            return any(_is(condition.kind, value, facts, today) for value in condition.values)


def _is(kind: str, value: str, facts: Facts, today: date) -> bool:
    body = facts.body
    match kind:
        case "state":
            return body is not None and STATES.get(body.state) == value
        case "body":
            return body is not None and body.key == value
        case "size":
            return body is not None and size_class(body.population) == value
        case "population":
            low, high = value.split("..")
            return body is not None and int(low or 0) <= body.population <= int(high or 10**9)
        case "offers":
            return value in facts.offers
        case "wants":
            return value in facts.wants
        case "guests":
            return any(_within(value, day, today) for day in facts.guest_on)
        case "hosts":
            return any(_within(value, day, today) for day in facts.host_on)
        case "inactive":
            return (today - facts.person.active_at.date()).days >= int(value[:-1])
        case "role":
            return Role(value) in facts.roles
        case "language":
            return facts.person.language == value
        case "platform":
            return facts.platform == value
        case _:
            raise AssertionError(kind)


def _within(period: str, day: date, today: date) -> bool:
    if period.endswith("d"):
        return today - timedelta(days=int(period[:-1])) <= day <= today
    first, last = period.split("..")
    return date.fromisoformat(first) <= day <= date.fromisoformat(last)


def changed(before: Audience, wish: Audience, *, add: bool = False) -> Audience:
    """What it becomes when somebody says `wish` of it: "nur NRW" takes the place of the states, "auch Hessen" joins them.

    "alle" leaves only what is about topics and profile, or nothing if nothing else was there.
    """
    if not wish.conditions:
        kept = [one for one in before.conditions if DIMENSIONS[one.kind] == "topics"]
        return audience_of([] if len(kept) == len(before.conditions) else kept)
    if add:
        conditions = list(before.conditions)
        for one in wish.conditions:
            same = next((c for c in conditions if c.kind == one.kind and c.negated == one.negated), None)
            if same is not None:
                conditions.remove(same)
            values = tuple(sorted({*one.values, *(same.values if same else ())}))
            conditions.append(Condition(kind=one.kind, values=values, negated=one.negated))
        return audience_of(conditions)
    new = {DIMENSIONS[one.kind] for one in wish.conditions if not one.negated}
    kept = [one for one in before.conditions if DIMENSIONS[one.kind] not in new]
    return audience_of([*kept, *wish.conditions])
