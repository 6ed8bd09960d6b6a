"""What is listed for clerks, and what is no longer worth looking at."""

from __future__ import annotations

import pytest

from kyotsu.addressees.clerks_list import MOST_PAIRS, Kind, pairs, remark, still_open
from kyotsu.addressees.records import Deed, HistoryEntry, Operation, Use
from kyotsu.addressees.standing import Standing, standing_of
from kyotsu.addressees.stream import Remarked
from tests.fakes.addressees import FRESH, TAX, WELFARE, record

OTHER, THIRD = "800000000000017", "800000000000025"


def at(time: str, number: str = OTHER, owner: Use = TAX, *, deleted: bool = False, principal: str = "") -> Standing:
    operation = Operation("1", "2026-05-01", time)
    return standing_of(record(number, owner=owner, deleted=deleted, registered=operation, principal=principal or None))


def found(*standings: Standing) -> dict[str, Standing]:
    return {standing.number: standing for standing in standings}


@pytest.mark.parametrize(
    ("time", "owner", "kind"),
    [
        ("09:10:00", TAX, Kind.REPEAT),
        ("09:10:01", TAX, Kind.DOUBLE),
        ("09:00:00", WELFARE, Kind.DOUBLE),
        ("08:50:00", TAX, Kind.REPEAT),
    ],
)
def test_the_same_business_soon_again_looks_like_a_repeat(time: str, owner: Use, kind: Kind) -> None:
    (entry,) = pairs(FRESH, [FRESH, OTHER], found(at("09:00:00", FRESH), at(time, OTHER, owner)))
    assert entry.kind is kind


def test_a_pair_has_the_same_id_from_either_side_and_names_the_earlier_first() -> None:
    both = found(at("09:05:00", FRESH), at("09:00:00", OTHER))
    (one,), (two,) = pairs(FRESH, both, both), pairs(OTHER, both, both)
    assert one == two
    assert one.numbers == (OTHER, FRESH)
    assert one.noticed_at == "2026-05-01T09:05:00+09:00"


def test_closed_records_and_numbers_never_registered_make_no_pair() -> None:
    own = at("09:00:00", FRESH)
    assert not list(pairs(FRESH, [OTHER], found(own, at("09:00:00", deleted=True))))
    assert not list(pairs(FRESH, [OTHER], found(own)))
    assert not list(pairs(FRESH, [OTHER], found(at("09:00:00", FRESH, deleted=True), at("09:00:00"))))


def test_of_hundreds_alike_a_few_are_listed() -> None:
    many = found(at("09:00:00", FRESH), *(at("09:00:00", f"{number:015d}") for number in range(100)))
    assert len(list(pairs(FRESH, many, many))) == MOST_PAIRS


def test_pairs_that_were_linked_or_closed_are_settled_by_that() -> None:
    own, other = at("09:00:00", FRESH), at("09:00:00")
    listed = list(pairs(FRESH, [OTHER], found(own, other)))
    assert list(still_open(listed, found(own, other))) == listed
    linked = at("09:00:00", FRESH, principal=OTHER)
    of_one = (at("09:00:00", FRESH, principal=THIRD), at("09:00:00", principal=THIRD))
    for now in ((linked, other), of_one, (own, at("09:00:00", deleted=True)), (own,)):
        assert not list(still_open(listed, found(*now)))


def test_remarks_are_listed_only_where_no_answer_told_them() -> None:
    issued = remark(Remarked(HistoryEntry(Deed.REGISTERED, WELFARE, record()), ("W1502",)))
    assert issued is not None
    assert (issued.systems, issued.codes) == (("022",), ("W1502",))
    assert list(still_open([issued], {})) == [issued]
    assert remark(Remarked(HistoryEntry(Deed.UPDATED, TAX, record()), ("W1003",))) is None
