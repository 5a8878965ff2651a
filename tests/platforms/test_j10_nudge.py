"""j10_nudge, on what each platform can do."""

from tests.stories.test_nudge_j10 import *  # noqa: F403
