"""Any JSON object as a number-issue request ends in a request or in its errors, and no error tells a value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kyotsu.addressees.items import BY_NAME, ORDER
from kyotsu.addressees.requests import InvalidRequestError, validated
from tests.fakes.addressees import COMPLETE, circumstances

SECRET = "秘密"
texts = st.text(max_size=120) | st.from_regex(r"[0-9A-Z :-]{0,16}", fullmatch=True) | st.just(SECRET)
values = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.lists(texts, max_size=2)
names = st.sampled_from(sorted(BY_NAME)) | st.text(max_size=8)


@given(
    changes=st.dictionaries(names, values, max_size=8), left_out=st.sets(st.sampled_from(sorted(COMPLETE)), max_size=3)
)
def test_any_object(changes: dict[str, object], left_out: set[str]) -> None:
    body = {name: value for name, value in COMPLETE.items() if name not in left_out} | changes
    try:
        request = validated(body, circumstances())
    except InvalidRequestError as refused:
        errors = refused.errors
        assert all(SECRET not in error.message for error in errors)
        assert {error.code for error in errors} <= {"E0001", "E0002", "E0003", "E0004", "E1501"}
        places = [ORDER.get(error.item, len(ORDER)) for error in errors]
        assert places == sorted(set(places)), "one error for an item, in item order"
        assert errors
    else:
        assert body.keys() <= BY_NAME.keys()
        assert request.processing == "0" or request.number
        assert all(isinstance(value, str) and value for value in request.person.values())
