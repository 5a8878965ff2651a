"""j3_introduction, on what each platform can do."""

from tests.stories.test_introduction_j3 import *  # noqa: F403
