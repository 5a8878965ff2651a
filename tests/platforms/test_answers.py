"""answers, on what each platform can do."""

from tests.stories.test_introduction_later import *  # noqa: F403
