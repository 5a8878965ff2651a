"""What is looked at of people in each search, remembered between turns for as long as it is true.

A search reads some fifty people to show five. Whoever has changed since (profile, offers, town, pause, erasure) is
named by the change marks, which are read in the same transaction, and forgotten here before anybody is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.matching.text import grams_of
from bot.model import Body, Offer, Person, Role
from bot.ports import UnitOfWork

AT_MOST = 10_000  # people; about three kilobytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`person.active_at` and `person.silences` may be older than the database's. `on` is the day the body is for."""

    person: Person
    offers: tuple[Offer, ...]  # what they can help with
    wants: tuple[Offer, ...]  # what they want to learn
    body: Body | None
    on: date
    blocked: frozenset[str]  # whom they blocked and who blocked them
    shown: bool  # whether they may turn up in a search; pauses are looked at when answering
    function_grams: frozenset[str]
    offer_grams: tuple[frozenset[str], ...]  # in the order of the offers


class Profiles:
    """Belongs to `bot.knowledge.Knowledge`, which says what must be forgotten."""

    def __init__(self, *, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._known: dict[str, Profile] = {}

    def __len__(self) -> int:
        return len(self._known)

    def forget(self, people: Iterable[str]) -> None:
        for key in people:
            self._known.pop(key, None)

    def clear(self) -> None:
        self._known.clear()

    async def of(self, uow: UnitOfWork, keys: Iterable[str], on: date) -> dict[str, Profile]:
        """In the order of the keys; who isn't there is left out. Who was changed in this very unit is read anew."""
        wanted = list(keys)
        changed, known = uow.people.touched, self._known
        found: dict[str, Profile] = {}
        missing: list[str] = []
        for key in wanted:
            profile = known.get(key)
            if profile is None or profile.on != on or key in changed:
                missing.append(key)
            else:
                found[key] = profile
        if not missing:
            return found
        read = await _read(uow, missing, on)
        known.update({key: profile for key, profile in read.items() if key not in changed})
        while len(known) > self._at_most:
            del known[next(iter(known))]  # the one that was read longest ago
        found |= read
        return {key: found[key] for key in wanted if key in found}

    async def one(self, uow: UnitOfWork, key: str, on: date) -> Profile | None:
        return (await self.of(uow, (key,), on)).get(key)


async def _read(uow: UnitOfWork, keys: list[str], on: date) -> dict[str, Profile]:
    people = await uow.people.many(keys)
    offers = await uow.people.offers_of(people)
    bodies = await uow.people.bodies_of(people, on)
    blocked = await uow.people.blocked_among(people)
    found: dict[str, Profile] = {}
    for key, person in people.items():
        declared = offers.get(key, ())
        offered = tuple(offer for offer in declared if offer.kind == "offer")
        found[key] = Profile(
            person=person,
            offers=offered,
            wants=tuple(offer for offer in declared if offer.kind == "want"),
            body=bodies.get(key),
            on=on,
            blocked=blocked.get(key, frozenset()),
            shown=bool(offered) and findable(person),
            function_grams=grams_of(person.function or ""),
            offer_grams=tuple(grams_of(offer.text) for offer in offered),
        )
    return found


def findable(person: Person) -> bool:
    """Nobody is found before they chose how to be listed; vendors never are. Pauses are looked at when answering."""
    return person.listing is not None and person.role is not Role.VENDOR and person.invited_until is None
