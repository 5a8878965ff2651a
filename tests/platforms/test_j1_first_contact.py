"""J1 on what each platform can do: from the first words to an entry, and a no that is respected."""

from tests.stories.test_first_contact import (  # noqa: F401
    miriam,
    test_a_topic_becomes_findable_with_the_choice_how_to_be_listed,
    test_an_old_button_pressed_again_changes_nothing,
    test_consent_is_confirmed_with_date_and_version_and_only_the_town_is_asked,
    test_the_first_words_bring_the_notice_and_nothing_else,
    test_the_town_is_found_in_other_words_too,
    test_the_town_is_told_apart_and_the_first_question_answered,
)
