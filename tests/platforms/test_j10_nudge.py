"""J10 on what each platform can do: a nudge in plain words, tested, paused, and the truth about its delivery."""

from tests.stories.test_nudge_j10 import test_j10_from_the_first_sentence_to_the_end  # noqa: F401
