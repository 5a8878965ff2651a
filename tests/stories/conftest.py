"""The `town` fixture: a fresh one on SQLite and on PostgreSQL, with some real municipalities and all topics."""

from collections.abc import AsyncIterator
from functools import cache

import pytest

from bot.matching.places import Municipality
from storage.register import municipalities, topics
from storage.unit_of_work import Storage
from tests.drawing import drawn
from tests.town import Town
from tests.typed import typed

NAMES = frozenset(
    "Erbach;Hückelhoven;Plochingen;Siegburg;Buxtehude;Markdorf;Nordhorn;Bayreuth;Ulm;Köln;Neustadt".split(";")
)


@cache
def some_municipalities() -> tuple[Municipality, ...]:
    """A handful: loading all 10,751 for each story would take longer than the stories."""
    return tuple(one for one in municipalities() if one.name in NAMES)


async def founded(storage: Storage) -> None:
    async with storage.unit() as uow:
        await uow.bodies.put(*some_municipalities())
        await uow.topics.ship(topics())
        await uow.commit()


@pytest.fixture
async def town(storage: Storage) -> AsyncIterator[Town]:
    """What has reached people in it is drawn as each platform would, and its answers are typed, once the story is over."""
    await founded(storage)
    made = Town(storage)
    yield made
    drawn(one.delivery.message for one in made.arrived)
    typed((one.delivery.message for one in made.arrived), made.core.knowledge, made.now)
