"""Telling of missing 連番: late enough, once, and again when they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from kyotsu.contracts.events import FileAnswered, SequenceGapClosed, SequenceGapFound
from kyotsu.linkage.continuity import ContendedError, Continuity, Gaps, Numbering
from tests.fakes.deployment import CATALOGUE, name
from tests.fakes.memory import FixedClock
from tests.fakes.watching import MemoryGapEvents, MemoryNumberings

HOUR = timedelta(hours=1)


@dataclass
class Watch:
    """The watch over one municipality's numbers, in memory."""

    numberings: MemoryNumberings = field(default_factory=MemoryNumberings)
    events: MemoryGapEvents = field(default_factory=MemoryGapEvents)
    clock: FixedClock = field(default_factory=FixedClock)
    from_one: bool = False

    @property
    def continuity(self) -> Continuity:
        return Continuity(CATALOGUE, "141003", self.numberings, self.events, self.clock, HOUR, self.from_one)

    def answered(
        self,
        sequence: int,
        branch: str = "01",
        provider: str = "001",
        file: str = "",
        continuity: Continuity | None = None,
    ) -> None:
        """Let a file be answered now."""
        file = file or name(branch, sequence=sequence)
        (continuity or self.continuity).note(
            FileAnswered(
                event_id="e",
                municipality="141003",
                receipt_id="r",
                provider=provider,
                object_key=f"outbox/{'-'.join(file.split('_')[:2])}/{file}",
                version_id="v",
                status="REJECTED",
                answered_at=self.clock.now().isoformat(),
            )
        )

    def told(self, kind: type) -> list[list[str]]:
        """Return the numbers of the events of a kind, in the order of their publication."""
        return [event.numbers for event in self.events.published.values() if type(event) is kind]


def test_a_missing_number_is_told_once_when_the_time_is_over() -> None:
    watch = Watch()
    watch.answered(1)
    watch.answered(4)
    assert watch.continuity.look() == Gaps()
    watch.clock.move(HOUR)
    assert watch.continuity.look() == Gaps(found=2, still_open=2)
    assert watch.continuity.look() == Gaps(still_open=2)
    (event,) = watch.events.published.values()
    assert isinstance(event, SequenceGapFound)
    assert (event.provider, event.interface, event.branch) == ("001", "001o006", "01")
    assert event.numbers == ["000002-000003"]


def test_a_number_that_arrives_in_time_is_never_told() -> None:
    watch = Watch()
    watch.answered(1)
    watch.answered(3)
    watch.answered(2)
    watch.clock.move(HOUR)
    assert watch.continuity.look() == Gaps()


def test_a_number_that_arrives_late_closes_its_part_of_the_gap() -> None:
    watch = Watch()
    watch.answered(1)
    watch.answered(5)
    watch.clock.move(HOUR)
    watch.continuity.look()
    watch.answered(3)
    assert watch.continuity.look() == Gaps(closed=1, still_open=2)
    watch.answered(2)
    watch.answered(4)
    assert watch.continuity.look() == Gaps(closed=2)
    assert watch.told(SequenceGapFound) == [["000002-000004"]]
    assert watch.told(SequenceGapClosed) == [["000003"], ["000002", "000004"]]


def test_branches_and_providers_count_for_themselves() -> None:
    watch = Watch()
    watch.answered(1, "01")
    watch.answered(3, "02")
    watch.answered(9, file="031i001_00_D_v1_20261120093000_000009.csv", provider="010")
    watch.answered(7, file="031i001_00_D_v1_20261120093000_000007.csv", provider="012")
    watch.clock.move(HOUR)
    assert watch.continuity.look() == Gaps()


def test_counting_may_be_required_to_start_at_one() -> None:
    watch = Watch(from_one=True)
    watch.answered(3)
    watch.clock.move(HOUR)
    watch.continuity.look()
    assert watch.told(SequenceGapFound) == [["000001-000002"]]


@pytest.mark.parametrize(
    ("file", "provider"),
    [
        ("nonsense.csv", "001"),
        ("001o999_01_D_v1_20261120093000_000001.csv", "001"),
        ("001o006_99_D_v1_20261120093000_000001.csv", "001"),
        ("001o006_01_D_v1_20261120093000_000001.csv", "002"),
    ],
)
def test_what_nobody_may_send_has_no_numbers(file: str, provider: str) -> None:
    watch = Watch()
    watch.answered(1, file=file, provider=provider)
    assert watch.numberings.stored == {}


def test_a_number_noted_before_writes_nothing() -> None:
    watch = Watch()
    watch.answered(1)
    revision = watch.numberings.numbering("001", "001o006", "01").revision
    watch.clock.move(HOUR)
    watch.answered(1)
    assert watch.numberings.numbering("001", "001o006", "01").revision == revision == 1


def test_who_never_gets_a_turn_says_so() -> None:
    class Contended(MemoryNumberings):
        def replace_numbering(self, numbering: Numbering) -> bool:
            return False

    with pytest.raises(ContendedError):
        Watch(numberings=Contended()).answered(1)
