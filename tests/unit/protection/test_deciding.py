"""The decision: who asks, whose record can't be read, and whose file is being taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import msgspec
import pytest

from kyotsu.contracts.protection import OPERATOR, Reader, Verdict
from kyotsu.japanese.addressee_numbers import forms_of
from kyotsu.protection.deciding import StoredProtection, Undone
from kyotsu.residents.applier import Head
from kyotsu.residents.versions import Entry, Retraction
from kyotsu.wiring.protection import Entitlement
from tests.fakes.deployment import CATALOGUE
from tests.fakes.memory import MemoryResidents
from tests.fakes.protection import MemoryLinks
from tests.fakes.support import ANYBODY, KnownStates, MemoryHeads, decision, measure

PROTECTED, ENDED, UNKNOWN = "000000000000019", "000000000000027", "000000000000035"
WANTED = Reader("010", "protected_address")


def stored(*heads: Head) -> MemoryResidents:
    return MemoryResidents({head.addressee_number: head for head in heads})


def head(number: str, *entries: Entry, taken_back: int | None = None) -> Head:
    retractions = (
        ()
        if taken_back is None
        else (Retraction("undone", 0, taken_back, record_changed=True, category_changed=False),)
    )
    return Head(number, 1, entries, retractions)


TOWN = stored(head(PROTECTED, measure()), head(ENDED, measure(), measure(2, 12, "3")))


def test_of_whom_nothing_is_stored_everything_may_be_seen() -> None:
    found = decision(TOWN).decide([PROTECTED, ENDED, UNKNOWN], ANYBODY)
    assert found == {PROTECTED: Verdict.WITHHELD, ENDED: Verdict.OPEN, UNKNOWN: Verdict.OPEN}


def test_who_cannot_be_read_is_missing_and_the_others_are_not() -> None:
    source = MemoryHeads(TOWN, {ENDED})
    found = StoredProtection(source, KnownStates(), MemoryLinks(), Entitlement(CATALOGUE)).decide(
        [PROTECTED, ENDED], ANYBODY
    )
    assert found == {PROTECTED: Verdict.WITHHELD}


@pytest.mark.parametrize(
    "reader",
    [
        Reader("010", "linkage"),
        WANTED,  # the catalogue grants this system another purpose
        Reader("999", "protected_address"),
        Reader("", "protected_address"),
        Reader(OPERATOR, "operation"),
        Reader(OPERATOR, "no_such_purpose"),
        Reader(OPERATOR, ""),
    ],
)
def test_a_purpose_that_was_not_granted_shows_no_address(reader: Reader) -> None:
    assert decision(TOWN).decide([PROTECTED], reader) == {PROTECTED: Verdict.WITHHELD}


def test_a_granted_purpose_shows_addresses() -> None:
    interface = CATALOGUE.interfaces["001o006"]
    granted = [msgspec.structs.replace(found, purpose="protected_address") for found in interface.recipients[:3]]
    interfaces = {"001o006": msgspec.structs.replace(interface, recipients=tuple(granted))}
    catalogue = msgspec.structs.replace(CATALOGUE, interfaces=interfaces)
    asked = StoredProtection(MemoryHeads(TOWN), KnownStates(), MemoryLinks(), Entitlement(catalogue))
    assert "010" in {found.id for found in granted}
    assert asked.decide([PROTECTED], WANTED) == {PROTECTED: Verdict.OPEN}
    assert asked.decide([PROTECTED], replace(WANTED, system="012")) == {PROTECTED: Verdict.WITHHELD}
    assert asked.decide([PROTECTED], replace(WANTED, purpose="linkage")) == {PROTECTED: Verdict.WITHHELD}


def test_operators_are_granted_what_they_name() -> None:
    assert decision(TOWN).decide([PROTECTED], Reader(OPERATOR, "protected_address")) == {PROTECTED: Verdict.OPEN}


def test_while_a_file_is_taken_back_whom_it_named_is_protected() -> None:
    """Rows that another file has brought as well are that file's only when it was applied again."""
    residents = stored(head(PROTECTED, taken_back=1), head(ENDED, taken_back=0))
    found = decision(residents, {"undone": Undone.UNDER_WAY}).decide([PROTECTED, ENDED], ANYBODY)
    assert found == {PROTECTED: Verdict.WITHHELD, ENDED: Verdict.OPEN}


def test_after_an_undo_the_rest_decides() -> None:
    residents = stored(head(PROTECTED, taken_back=1), head(ENDED, measure(), taken_back=1))
    found = decision(residents, {"undone": Undone.COMPLETE}).decide([PROTECTED, ENDED], ANYBODY)
    assert found == {PROTECTED: Verdict.OPEN, ENDED: Verdict.WITHHELD}


def test_after_an_undo_that_could_not_apply_a_file_again_only_a_later_row_releases() -> None:
    residents = stored(head(PROTECTED, taken_back=1), head(ENDED, measure(2, 12, "3"), taken_back=1))
    found = decision(residents, {"undone": Undone.INCOMPLETE}).decide([PROTECTED, ENDED], ANYBODY)
    assert found == {PROTECTED: Verdict.WITHHELD, ENDED: Verdict.OPEN}


def test_if_nobody_can_tell_how_far_an_undo_is_the_person_waits() -> None:
    residents = stored(head(PROTECTED, taken_back=1), head(ENDED, measure(), taken_back=1), head(UNKNOWN))
    found = decision(residents).decide([PROTECTED, ENDED, UNKNOWN], ANYBODY)
    assert found == {ENDED: Verdict.WITHHELD, UNKNOWN: Verdict.OPEN}


def test_what_an_undo_applied_again_between_two_readings_is_seen() -> None:
    """The head was read before the row was there again, and the undo ended before it was asked for."""
    residents = stored(head(PROTECTED, taken_back=1))

    class EndsNow(KnownStates):
        def undone(self, receipt_id: str) -> Undone | None:
            residents.stored[PROTECTED] = replace(head(PROTECTED, measure(), taken_back=1), revision=2)
            return Undone.COMPLETE

    asked = StoredProtection(MemoryHeads(residents), EndsNow(), MemoryLinks(), Entitlement(CATALOGUE))
    assert asked.decide([PROTECTED], ANYBODY) == {PROTECTED: Verdict.WITHHELD}


def test_a_file_taken_back_between_two_readings_protects() -> None:
    residents = stored(head(PROTECTED, taken_back=1))

    class TwiceRead(MemoryHeads):
        readings = 0

        def readable_heads(self, numbers: Collection[str]) -> Mapping[str, Head]:
            self.readings += 1
            if self.readings == 2:
                other = Retraction("another", 0, 1, record_changed=True, category_changed=False)
                return {PROTECTED: replace(head(PROTECTED, taken_back=1), retractions=(other,))}
            return super().readable_heads(numbers)

    asked = StoredProtection(
        TwiceRead(residents), KnownStates({"undone": Undone.COMPLETE}), MemoryLinks(), Entitlement(CATALOGUE)
    )
    assert asked.decide([PROTECTED], ANYBODY) == {PROTECTED: Verdict.WITHHELD}


def test_an_undo_that_ended_is_asked_for_once() -> None:
    asked = list[str]()

    class Counted(KnownStates):
        def undone(self, receipt_id: str) -> Undone | None:
            asked.append(receipt_id)
            return Undone.COMPLETE

    heads = MemoryHeads(stored(head(PROTECTED, taken_back=1), head(ENDED, taken_back=2)))
    deciding = StoredProtection(heads, Counted(), MemoryLinks(), Entitlement(CATALOGUE))
    for _ in range(3):
        assert deciding.decide([PROTECTED, ENDED], ANYBODY) == {PROTECTED: Verdict.OPEN, ENDED: Verdict.OPEN}
    assert asked == ["undone"]


@pytest.mark.parametrize("stored_as", ["123456785", "000000123456785", "0123456785"])
def test_leading_zeros_make_no_other_person(stored_as: str) -> None:
    asked = decision(stored(head(stored_as, measure()), head(UNKNOWN)))
    for number in {"123456785", "000000123456785", stored_as}:
        expected = Verdict.OPEN if stored_as == "0123456785" != number else Verdict.WITHHELD
        assert asked.decide([number, UNKNOWN], ANYBODY) == {number: expected, UNKNOWN: Verdict.OPEN}


def test_who_is_protected_under_one_form_of_a_number_is_so_whatever_the_other_says() -> None:
    town = stored(head("123456785", measure(2, 12, "3")), head("000000123456785", measure()))
    both = ["123456785", "000000123456785"]
    assert decision(town).decide(both, ANYBODY) == dict.fromkeys(both, Verdict.WITHHELD)


def test_if_one_form_of_a_number_cannot_be_read_the_person_waits_unless_another_protects() -> None:
    def decided(residents: MemoryResidents) -> Mapping[str, Verdict]:
        source = MemoryHeads(residents, {"000000123456785"})
        return StoredProtection(source, KnownStates(), MemoryLinks(), Entitlement(CATALOGUE)).decide(
            ["123456785"], ANYBODY
        )

    assert decided(stored()) == {}
    assert decided(stored(head("123456785", measure()))) == {"123456785": Verdict.WITHHELD}


def test_what_is_no_number_is_looked_up_as_it_is() -> None:
    assert forms_of("A1") == ("A1",)
    assert forms_of("") == ("",)
    assert forms_of("000") == ("000", "0" * 15, "0")


@pytest.mark.parametrize("asked", [PROTECTED, UNKNOWN])
def test_numbers_of_one_person_are_as_protected_as_the_most_protected_of_them(asked: str) -> None:
    linked = MemoryLinks([{PROTECTED, UNKNOWN}])
    found = decision(TOWN, people=linked).decide([asked, ENDED], ANYBODY)
    assert found == {asked: Verdict.WITHHELD, ENDED: Verdict.OPEN}


def test_a_linked_number_protects_in_every_form() -> None:
    linked = MemoryLinks([{"123456785", UNKNOWN}])
    town = stored(head("000000123456785", measure()))
    assert decision(town, people=linked).decide([UNKNOWN], ANYBODY) == {UNKNOWN: Verdict.WITHHELD}


def test_if_links_or_a_linked_number_can_not_be_read_the_person_waits_alone() -> None:
    linked = MemoryLinks([{UNKNOWN, "1"}], unknown={"1"})
    assert decision(TOWN, people=linked).decide([UNKNOWN, ENDED], ANYBODY) == {ENDED: Verdict.OPEN}
    heads, linked = MemoryHeads(TOWN, {"1"}), MemoryLinks([{UNKNOWN, "1"}])
    asked = StoredProtection(heads, KnownStates(), linked, Entitlement(CATALOGUE))
    assert asked.decide([UNKNOWN, ENDED], ANYBODY) == {ENDED: Verdict.OPEN}


def test_whoever_is_entitled_needs_no_links() -> None:
    asked = decision(TOWN, people=MemoryLinks(unknown={PROTECTED}))
    assert asked.decide([PROTECTED], Reader(OPERATOR, "protected_address")) == {PROTECTED: Verdict.OPEN}


class Meanwhile(MemoryHeads):
    """Heads; just before they are read, something else happens."""

    happens: Callable[[], object]

    def readable_heads(self, numbers: Collection[str]) -> Mapping[str, Head]:
        self.happens()
        return super().readable_heads(numbers)


def test_who_was_linked_to_a_protected_person_before_the_own_measure_ended_is_open_at_no_time() -> None:
    """Between the two readings, the link is made and then the measure ends."""
    residents, links = stored(head(PROTECTED, measure()), head(ENDED, measure())), MemoryLinks()
    heads = Meanwhile(residents)

    def handed_over() -> None:
        links.people = [{PROTECTED, ENDED}]
        residents.stored[ENDED] = head(ENDED, measure(), measure(2, 12, "3"))

    heads.happens = handed_over
    asked = StoredProtection(heads, KnownStates(), links, Entitlement(CATALOGUE))
    assert asked.decide([ENDED], ANYBODY) == {}, "asked again, it is told"
    assert asked.decide([ENDED], ANYBODY) == {ENDED: Verdict.WITHHELD}


def test_who_got_a_measure_before_the_link_to_a_protected_person_was_taken_back_is_open_at_no_time() -> None:
    residents, links = stored(head(PROTECTED, measure())), MemoryLinks([{PROTECTED, UNKNOWN}])
    heads = Meanwhile(residents)

    def handed_over() -> None:
        residents.stored[UNKNOWN] = head(UNKNOWN, measure())
        links.people = []

    heads.happens = handed_over
    asked = StoredProtection(heads, KnownStates(), links, Entitlement(CATALOGUE))
    assert asked.decide([UNKNOWN], ANYBODY) == {UNKNOWN: Verdict.WITHHELD}
    assert asked.decide([UNKNOWN], ANYBODY) == {UNKNOWN: Verdict.WITHHELD}


def test_links_of_whoever_never_had_a_measure_are_read_once() -> None:
    asked = list[list[str]]()

    class Counted(MemoryLinks):
        def numbers_of(self, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
            asked.append(sorted(numbers))
            return super().numbers_of(numbers)

    decision(TOWN, people=Counted()).decide([PROTECTED, ENDED, UNKNOWN], ANYBODY)
    assert asked == [[PROTECTED, ENDED, UNKNOWN], [ENDED]]
