"""The `town` fixture: a fresh one on SQLite and on PostgreSQL, with some real municipalities and all topics."""

from functools import cache

import pytest

from bot.matching.places import Municipality
from storage.register import municipalities, topics
from storage.unit_of_work import Storage
from tests.town import Town

NAMES = frozenset(
    "Erbach;Hückelhoven;Plochingen;Siegburg;Buxtehude;Markdorf;Nordhorn;Bayreuth;Ulm;Köln;Neustadt".split(";")
)


@cache
def some_municipalities() -> tuple[Municipality, ...]:
    """A handful: loading all 10,751 for each story would take longer than the stories."""
    return tuple(one for one in municipalities() if one.name in NAMES)


@pytest.fixture
async def town(storage: Storage) -> Town:
    async with storage.unit() as uow:
        await uow.bodies.put(*some_municipalities())
        await uow.topics.ship(topics())
        await uow.commit()
    return Town(storage)
