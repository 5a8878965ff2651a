"""lessons, on what each platform can do."""

from tests.stories.test_lessons_released import *  # noqa: F403
