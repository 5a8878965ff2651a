"""contacts, on what each platform can do."""

from tests.stories.test_contacts_find import *  # noqa: F403
