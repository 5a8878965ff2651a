"""accounts, on what each platform can do."""

from tests.stories.test_accounts import *  # noqa: F403
