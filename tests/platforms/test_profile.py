"""profile, on what each platform can do."""

from tests.stories.test_profile import *  # noqa: F403
