"""j7_afterwards, on what each platform can do."""

from tests.stories.test_visit_j7 import *  # noqa: F403
