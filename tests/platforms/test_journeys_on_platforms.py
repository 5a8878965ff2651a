"""The journeys J1, J3, J6, J7 and J10 on what a terminal, Matrix and Teams can do."""

from tests.stories.test_first_contact import (  # noqa: F401
    miriam,
    test_a_topic_becomes_findable_with_the_choice_how_to_be_listed,
    test_an_old_button_pressed_again_changes_nothing,
    test_consent_is_confirmed_with_date_and_version_and_only_the_town_is_asked,
    test_the_first_words_bring_the_notice_and_nothing_else,
    test_the_town_is_told_apart_and_the_first_question_answered,
)
from tests.stories.test_introduction_j3 import test_j3  # noqa: F401
from tests.stories.test_nudge_j10 import begun, test_j10_from_the_first_sentence_to_the_end  # noqa: F401
from tests.stories.test_visit_j6 import (  # noqa: F401
    test_a_no_names_no_reason_and_a_change_refused_leaves_the_old_date,
    test_a_visit_called_off_leaves_the_calendar_and_sends_no_reminder,
    test_j6,
)
from tests.stories.test_visit_j7 import (  # noqa: F401
    test_a_visit_that_never_took_place_ends_it_for_both_and_offers_a_new_date,
    test_j7,
    test_who_says_nothing_is_reminded_once_and_sees_that_alone,
)
