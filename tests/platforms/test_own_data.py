"""own_data, on what each platform can do."""

from tests.stories.test_own_data import *  # noqa: F403
