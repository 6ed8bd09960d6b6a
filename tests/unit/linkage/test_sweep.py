"""The sweep: what it notifies of, when, how often, and how much it reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.sweep import LONGEST_UPLOAD, LONGEST_WAIT, Known, Stored, Sweep, Swept
from tests.fakes.deployment import BUCKET, name
from tests.fakes.memory import FixedClock
from tests.fakes.watching import MemoryNotifications, MemoryOutboxes, MemorySweepNotes

MINUTE = timedelta(minutes=1)
GRACE, STUCK = 15 * MINUTE, 120 * MINUTE


def _always() -> bool:
    return True


@dataclass
class House:
    """Outboxes, receipts and the sweep over them, in memory."""

    outboxes: MemoryOutboxes = field(default_factory=MemoryOutboxes)
    notes: MemorySweepNotes = field(default_factory=MemorySweepNotes)
    notifications: MemoryNotifications = field(default_factory=MemoryNotifications)
    clock: FixedClock = field(default_factory=FixedClock)
    pages: int = 100

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.outboxes, self.notes, self.notifications, self.clock, GRACE, STUCK, self.pages)

    def put(self, sequence: int, key: str = "") -> ObjectRef:
        """Put a file now."""
        ref = ObjectRef(BUCKET, key or f"outbox/001o006-01/{name(sequence=sequence)}", f"v{sequence}")
        self.outboxes.stored.append(Stored(ref, self.clock.now()))
        return ref

    def receive(self, ref: ObjectRef, *, answered: bool = True) -> None:
        """Let reception have seen a file now."""
        self.notes.receipts[ref] = Known(self.clock.now(), answered)

    def run(self) -> list[ObjectRef]:
        """Sweep, and return what was notified of."""
        before = len(self.notifications.sent)
        self.sweep.run([BUCKET], _always)
        return self.notifications.sent[before:]


def test_a_file_without_receipt_is_notified_of_after_the_time_of_grace() -> None:
    house = House()
    ref = house.put(1)
    assert house.run() == []
    house.clock.move(GRACE)
    assert house.run() == [ref]


def test_files_that_were_answered_are_left_alone() -> None:
    house = House()
    house.receive(house.put(1))
    house.clock.move(10 * STUCK)
    assert house.run() == []


def test_a_receipt_that_is_not_answered_in_time_is_notified_of_again() -> None:
    house = House()
    ref = house.put(1)
    house.receive(ref, answered=False)
    house.clock.move(STUCK - MINUTE)
    assert house.run() == []
    house.clock.move(MINUTE)
    assert house.run() == [ref]


def test_what_is_in_vain_is_repeated_ever_more_rarely_but_never_given_up() -> None:
    house = House()
    house.put(1)
    house.clock.move(GRACE)
    waited = []
    for _ in range(8):
        assert len(house.run()) == 1
        minutes = 0
        while not house.sweep.notes.reminders([house.outboxes.stored[0].ref]) or (
            house.notes.reminded[house.outboxes.stored[0].ref].due > house.clock.now()
        ):
            house.clock.move(10 * MINUTE)
            minutes += 10
        waited.append(minutes * MINUTE)
    assert waited[:3] == [STUCK, 2 * STUCK, 4 * STUCK]
    assert waited[-1] == LONGEST_WAIT


def test_folder_markers_and_other_names_are_no_files() -> None:
    house = House()
    house.put(1, "outbox/001o006-01/")
    house.put(2, "outbox/readme.txt")
    house.clock.move(STUCK)
    assert house.run() == []


def test_every_version_of_a_key_is_a_file() -> None:
    house = House()
    key = f"outbox/001o006-01/{name()}"
    house.receive(house.put(1, key))
    second = house.put(2, key)
    house.clock.move(GRACE)
    assert house.run() == [second]


def test_a_run_reads_so_many_pages_and_the_next_goes_on_there() -> None:
    house = House(pages=2)
    refs = [house.put(sequence) for sequence in range(1, 16)]
    house.clock.move(GRACE)
    found = []
    for _ in range(3):
        house.outboxes.pages = 0
        found += house.run()
        assert house.outboxes.pages <= 2
    assert found == refs


def test_a_run_stops_in_time_and_the_next_goes_on_there() -> None:
    house = House()
    refs = [house.put(sequence) for sequence in range(1, 8)]
    house.clock.move(GRACE)
    time = iter([True, False])
    assert house.sweep.run([BUCKET], lambda: next(time)) == Swept(listed=3, lost=3)
    assert house.notifications.sent == refs[:3]
    assert house.run() == refs[3:]


def test_receipts_of_what_a_whole_walk_found_answered_are_never_looked_up_again() -> None:
    house = House()
    for sequence in range(1, 8):
        house.receive(house.put(sequence))
    house.clock.move(LONGEST_UPLOAD + MINUTE)
    house.run()
    house.notes.looked_up.clear()
    new = house.put(8)
    house.run()
    assert house.notes.looked_up == [new]


def test_an_object_uploaded_in_parts_is_found_although_s3_dates_it_back() -> None:
    house = House()
    house.run()
    started = house.clock.now()
    house.clock.move(timedelta(days=7))
    house.run()
    ref = house.put(1)
    house.outboxes.stored[-1] = replace(house.outboxes.stored[-1], modified=started)
    assert house.run() == [ref]


def test_a_file_put_behind_the_walk_is_found_by_the_next_one() -> None:
    house = House(pages=1)
    for sequence in range(10, 16):
        house.receive(house.put(sequence))
    house.run()
    early = house.put(1)
    house.clock.move(GRACE)
    assert house.run() == []
    assert house.run() == [early]


def test_what_is_not_answered_stays_in_sight_however_old_it_is() -> None:
    house = House()
    ref = house.put(1)
    house.receive(ref, answered=False)
    for _ in range(3):
        house.clock.move(10 * LONGEST_UPLOAD)
        assert house.run() == [ref]
