"""What the adapter itself keeps (chats, presses, files, cards that still ask), once more on PostgreSQL."""

import pytest

from tests.teams.test_compose import asker, test_a_search_changes_nothing  # noqa: F401
from tests.teams.test_endpoint import (  # noqa: F401
    test_a_press_delivered_again_under_a_new_id_counts_once,
    test_a_press_is_answered_with_the_card_without_buttons,
    test_somebody_first_seen_in_a_channel_gets_a_chat_opened,
)
from tests.teams.test_files import (  # noqa: F401
    links,
    test_a_file_offered_again_makes_the_link_before_void,
    test_after_a_day_it_is_over_and_swept_away,
    test_opening_takes_nothing_away_and_a_download_is_the_only_one,
    test_whoever_is_forgotten_leaves_no_file,
)
from tests.teams.test_open_cards import (  # noqa: F401
    test_a_number_and_the_words_of_the_button_say_which_answer_it_was,
    test_a_request_taken_back_at_night_loses_its_buttons_before_anybody_is_told,
    test_answered_on_the_other_account_it_asks_nothing_here,
)
from tests.teams.test_received import (  # noqa: F401
    received,
    test_a_message_that_comes_again_while_its_turn_is_being_taken_is_answered_once,
    test_a_redelivery_is_taken_once,
    test_a_turn_that_fails_leaves_its_event_in_the_inbox_when_the_answer_comes,
)
from tests.teams.test_teams_sending import (  # noqa: F401
    test_the_newest_service_address_of_the_tenant_is_used,
    test_who_removes_the_app_is_not_written_to_until_they_come_back,
    test_whoever_has_the_app_and_never_wrote_gets_a_chat,
)


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url
