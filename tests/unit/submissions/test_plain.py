"""What students write is made storable on both databases, and stays what it is otherwise."""

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.store.plain import plain, words

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=50)
@given(JSON)
def test_anything_becomes_json_that_postgresql_takes(value):
    text = json.dumps(plain(value), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode("utf-8")


@given(st.text().filter(lambda text: "\0" not in text))
def test_ordinary_text_stays_what_it_is(text):
    assert plain({"a": [text, 1.5, 3, True, None]}) == {"a": [text, 1.5, 3, True, None]}


def test_a_nul_and_half_a_pair_leave_a_mark():
    assert words("a\0b") == "a\ufffdb"
    assert set(words("b\ud800c")) == {"b", "\ufffd", "c"}
    assert plain((math.nan, math.inf, 1.0)) == [None, None, 1.0]
