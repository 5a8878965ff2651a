"""An activity is read as the SDK reads it, field by field, and refused where the SDK refuses it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from botbuilder.schema import Activity
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msrest.serialization import Deserializer, Model

from adapters.teams.activities import REFUSED, activity_of

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "recorded.json").read_text(encoding="utf-8"))
NAMES = [declared["key"] for declared in Activity._attribute_map.values()]
INNER = ("id", "name", "aadObjectId", "isGroup", "tenantID", "contentType", "content", "type", "occurrence", "entities")

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10)
ANYTHING = st.recursive(
    LEAVES | st.sampled_from(["true", "1", "7"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
TIMES = (
    st.from_regex(Deserializer.valid_date, fullmatch=True)
    | st.from_regex(
        r"(0001|2026|9999)-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9]([.,][0-9]{1,9})?([Zz]|[+-][01][0-9]:[0-9]{2})?",
        fullmatch=True,
    )
    | st.datetimes().map(lambda at: at.isoformat() + "Z")
)


def plain(made: Any) -> Any:
    """Everything that is in it, with the names of the models."""
    match made:
        case Model():
            return type(made).__name__, {name: plain(value) for name, value in sorted(vars(made).items())}
        case list():
            return [plain(one) for one in made]
        case dict():
            return {name: plain(value) for name, value in sorted(made.items())}
        case float() if math.isnan(made):
            return "NaN"
        case _:
            return f"{type(made).__name__} {made}" if hasattr(made, "tzinfo") else made


def read(by: Any, data: Any) -> Any:
    try:
        return plain(by(data))
    except REFUSED:
        return "refused"


def same(data: dict[str, Any]) -> None:
    ours, theirs = read(activity_of, data), read(Activity.deserialize, data)
    assert json.dumps(ours) == json.dumps(theirs)


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded(name: str):
    assert read(activity_of, RECORDED[name]) != "refused"
    same(RECORDED[name])


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), ANYTHING | TIMES, max_size=6))
@example({"membersAdded": [None, {"id": 7}], "text": ["Hallo"], "historyDisclosed": "TRUE"})
@example({"membersAdded": {"id": "x"}})
@example({"from": "somebody"})
@example({"semanticAction": {"entities": {"a": {"type": "x", "more": [1]}}}, "listenFor": ["a", 1]})
def test_any_object(data: dict[str, Any]):
    same(data)


@settings(max_examples=400, deadline=None)
@given(TIMES)
@example("2026-11-23T09:00:00.1234567Z")
@example("2026-00-01T00:00:00")
@example("0001-01-01T00:00:00+14:00")
@example("2026-02-30T00:00:00Z")
@example("2026-11-23t09:00:00z")
def test_any_time(written: str):
    same({"timestamp": written})
