"""The most important other stories on what a terminal, Matrix and Teams can do."""

from tests.stories.test_accounts import (  # noqa: F401
    element,
    robert,
    test_a_no_on_the_old_account_links_nothing,
    test_linked_after_a_yes_on_the_old_account,
    test_unasked_messages_go_where_the_person_wants_them,
)
from tests.stories.test_contacts_find import (  # noqa: F401
    test_a_place_of_several_is_asked_back,
    test_an_unknown_place_is_asked_again,
    test_more_never_repeats,
    test_refinements_carry_over,
)
from tests.stories.test_introduction_later import (  # noqa: F401
    test_a_question_not_passed_on_stays_here,
    test_later_restarts_the_window_on_that_date,
    test_questions_to_and_fro_carry_no_contact_data,
)
from tests.stories.test_introduction_talk import (  # noqa: F401
    talking,
    test_each_message_goes_to_the_other_as_it_is,
    test_outside_their_hours_it_waits_and_the_writer_knows,
)
from tests.stories.test_lessons_released import (  # noqa: F401
    test_a_no_and_silence_read_the_same_and_are_no_yes,
    test_a_wish_of_the_host_is_a_proposal_and_the_new_version_comes_before_them_again,
    test_with_the_hosts_yes_everybody_reads_the_name,
)
