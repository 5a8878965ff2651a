"""The stories once more, each on what a terminal, Matrix and Teams can do: everybody in town does things that way."""

from collections.abc import AsyncIterator

import pytest

from storage.unit_of_work import Storage
from tests.drawing import drawn
from tests.manners import MANNERS, Manner
from tests.stories.conftest import founded
from tests.town import Town
from tests.typed import typed


@pytest.fixture(params=MANNERS, ids=lambda manner: manner.platform)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What differs between the databases is tested elsewhere."""
    return sqlite_url


@pytest.fixture
async def town(storage: Storage, manner: Manner) -> AsyncIterator[Town]:
    await founded(storage)
    made = Town(storage, manner=manner)
    yield made
    drawn(one.delivery.message for one in made.arrived)
    typed((one.delivery.message for one in made.arrived), made.core.knowledge, made.now)
