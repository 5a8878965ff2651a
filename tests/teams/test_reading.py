"""What Teams sends is read by the quick reader where that can't matter, and comes out the same."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.inside import cleaned
from adapters.teams.reading import clean

HALF, NUL = "\ud83d", "\0"
TEXTS = st.text(max_size=6) | st.sampled_from([HALF, NUL, f"a{NUL}b", f"{HALF}c", "\\u0000", "ä"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])


def read(by: Any, content: bytes) -> str:
    try:
        return repr(by(content))
    except (ValueError, RecursionError):
        return "refused"


@given(made=JSON, escaped=st.booleans(), encoding=ENCODINGS)
def test_whatever_json_arrives_is_read_as_the_standard_library_reads_it(made: Any, *, escaped: bool, encoding: str):
    content = json.dumps(made, ensure_ascii=escaped).encode(encoding, "surrogatepass")
    assert read(clean, content) == read(lambda given: cleaned(json.loads(given)), content)


@given(content=st.text(alphabet='{}[]",:\\u0d8e19.-+ \n\0ätruefalsnIiy', max_size=12).map(str.encode))
@example(content=b'{"a":01}')
@example(content=b"[NaN, -Infinity, 1e400, -0]")
@example(content=b"[" * 100_000)
@example(content=b"[" * 250 + b"]" * 250)
def test_what_is_no_json_is_refused_like_there(content: bytes):
    assert read(clean, content) == read(lambda given: cleaned(json.loads(given)), content)


@pytest.mark.parametrize("content", [b'{"a":"x\\u0000y"}', b'{"a":"x\\ud83dy"}', b'{"a":"x\xed\xa0\xbdy"}'])
def test_no_database_gets_nul_or_half_a_character(content: bytes):
    assert clean(content) == {"a": "xy"}
