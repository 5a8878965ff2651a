"""Characters that PostgreSQL doesn't take, in what people write: taken out, and the rest is answered."""

import pytest

from tests.teams.wire import TeamsPerson, WireTown


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


async def test_nul_and_half_a_character_are_taken_out(town: WireTown, miriam: TeamsPerson):
    await miriam.says("hallo")
    await miriam.says("hi\0lfe\ud800")
    assert "Das können Sie zu mir sagen" in miriam.last
