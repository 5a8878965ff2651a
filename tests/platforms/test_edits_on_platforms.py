"""What is taken back vanishes from chats where the platform can edit: on Matrix and in Teams, not in a terminal."""

import pytest

from tests.manners import MATRIX, TEAMS, Manner
from tests.stories.test_lessons_released import (  # noqa: F401
    test_the_host_takes_the_yes_back_while_a_digest_waits,
    test_what_was_corrected_is_corrected_for_everybody_at_once,
)


@pytest.fixture(params=(MATRIX, TEAMS), ids=lambda manner: manner.platform)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found
