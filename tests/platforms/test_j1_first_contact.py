"""j1_first_contact, on what each platform can do."""

from tests.stories.test_first_contact import *  # noqa: F403
