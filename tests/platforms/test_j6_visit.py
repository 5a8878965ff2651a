"""j6_visit, on what each platform can do."""

from tests.stories.test_visit_j6 import *  # noqa: F403
