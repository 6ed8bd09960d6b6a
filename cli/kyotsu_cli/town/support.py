"""支援措置 in the town: files of 001o009 about a few of its people, and the truth about who is protected.

Every story says itself whether it ends with protection: no rule of the product is repeated here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INTERFACE, BRANCH, VERSION = "001o009", "00", "v1"
COLUMNS: tuple[str, ...] = (
    "shikuchosonkodo",
    "atenabango",
    "rirekibango",
    "shiensochikaishinengappi",
    "shiensochishuryonengappi",
    "shiensochikubun",
    "saishinfuragu",
    "sosashaid",
    "sosanengappi",
    "sosajikoku",
    "sakujofuragu",
)
"""The town's own list, as a sender has it; a test compares it with the layout."""
TRUTH = "protected.jsonl"
PROTECTED, RELEASED = "protected", "released"
MEASURE, PROVISIONAL, ENDED = "1", "2", "3"
_STAMPS = ("20260401083000", "20260601083000", "20260801083000", "20261001083000")
"""When the full file and the differences were written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row: in which file it is sent, and what it says. The day it was entered tells its place in the story."""

    file: int
    entered: str
    history: int
    kind: str
    latest: bool = True
    deleted: bool = False
    start: str = "2026-02-01"
    end: str = "2027-01-31"


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to one person, and how the person stands after everything."""

    name: str
    outcome: str
    steps: tuple[Step, ...]


_BEGUN = Step(0, "2026-02-01", 1, MEASURE)
_PAST = Step(2, "2026-07-01", 1, MEASURE, latest=False)
"""The first row again, at the moment the next one is entered."""
_END = Step(2, "2026-07-01", 2, ENDED)
_AGAIN = Step(3, "2026-09-01", 3, MEASURE, start="2026-09-01", end="2027-08-31")

STORIES: tuple[Story, ...] = (
    Story("begun", PROTECTED, (_BEGUN,)),
    Story("provisional", PROTECTED, (Step(1, "2026-05-01", 1, PROVISIONAL, end=""),)),
    Story(
        "provisional, then confirmed",
        PROTECTED,
        (
            Step(0, "2026-03-01", 1, PROVISIONAL, end=""),
            Step(1, "2026-05-01", 1, PROVISIONAL, latest=False, end=""),
            Step(1, "2026-05-01", 2, MEASURE),
        ),
    ),
    Story("ended", RELEASED, (_BEGUN, _PAST, _END)),
    Story("ended, by a system that does not send the row before again", RELEASED, (_BEGUN, _END)),
    Story("past its last day, and nobody ended it", PROTECTED, (Step(0, "2024-04-01", 1, MEASURE, end="2025-03-31"),)),
    Story("not begun yet", PROTECTED, (Step(1, "2026-05-20", 1, MEASURE, start="2027-04-01", end="2028-03-31"),)),
    Story("ended, then begun again", PROTECTED, (_BEGUN, _PAST, _END, _AGAIN)),
    Story("should never have been registered", RELEASED, (_BEGUN, Step(1, "2026-05-02", 1, MEASURE, deleted=True))),
    Story(
        "ended by mistake, the end taken back",
        PROTECTED,
        (_BEGUN, _PAST, _END, Step(3, "2026-07-02", 2, ENDED, deleted=True), Step(3, "2026-07-02", 1, MEASURE)),
    ),
    Story("a stale list tells of an end that came before", PROTECTED, (_BEGUN, Step(3, "2026-01-15", 2, ENDED))),
    Story("protected together with the next one, and still", PROTECTED, (_BEGUN,)),
    Story("protected together with the one before, and no longer", RELEASED, (_BEGUN, _PAST, _END)),
)


def generate_support(numbers: Sequence[str], out: Path, *, municipality: str) -> list[Path]:
    """Write the files of 001o009 about some of these people, and who is protected (`protected.jsonl`: a line for each
    person of a story). Return the files, the full one first; the same arguments give the same bytes."""
    told = list(zip(numbers[:: max(1, len(numbers) // len(STORIES))], STORIES, strict=False))
    folder = out / "outbox" / f"{INTERFACE}-{BRANCH}"
    folder.mkdir(parents=True)
    lines = [
        {"addressee_number": who, "story": story.name, "protected": story.outcome == PROTECTED} for who, story in told
    ]
    (out / TRUTH).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8", newline="")
    return [_written(folder, file, told, municipality) for file in range(len(_STAMPS))]


def _written(folder: Path, file: int, told: Sequence[tuple[str, Story]], municipality: str) -> Path:
    mode = "D" if file else "F"
    path = folder / f"{INTERFACE}_{BRANCH}_{mode}_{VERSION}_{_STAMPS[file]}_{file + 1:06d}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(
            _row(who, step, municipality) for who, story in told for step in story.steps if step.file == file
        )
    return path


def _row(who: str, step: Step, municipality: str) -> dict[str, str]:
    return {
        "shikuchosonkodo": municipality,
        "atenabango": who,
        "rirekibango": str(step.history),
        "shiensochikaishinengappi": step.start,
        "shiensochishuryonengappi": step.end,
        "shiensochikubun": step.kind,
        "saishinfuragu": "1" if step.latest else "0",
        "sosashaid": "machi01",
        "sosanengappi": step.entered,
        "sosajikoku": "10:00:00",
        "sakujofuragu": "1" if step.deleted else "0",
    }
