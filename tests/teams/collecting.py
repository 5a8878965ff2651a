"""A pytest plugin: what stories have sent to people in Teams, as lines of JSON into the file that MESSAGES names.

MESSAGES=/tmp/messages.jsonl pytest -p tests.teams.collecting tests/stories
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import as_line
from tests.town import Town


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    result = yield
    town = getattr(item, "funcargs", {}).get("town")
    if isinstance(town, Town):
        sent = [one.delivery.message for one in town.arrived if one.delivery.platform == "teams"]
        with Path(os.environ["MESSAGES"]).open("a", encoding="utf-8") as out:
            out.writelines(f"{as_line(message)}\n" for message in sent)
    return result
