"""talk, on what each platform can do."""

from tests.stories.test_introduction_talk import *  # noqa: F403
