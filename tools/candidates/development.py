"""Measure the shipped parameters on the development set: `python -m tools.candidates.development`."""

from __future__ import annotations

import json
from pathlib import Path

from kyotsu.addressees.candidates import files, forms, frequencies, scoring, searching
from kyotsu.addressees.candidates.memory import MemoryPostings
from tools.candidates import measuring
from tools.candidates.training import report
from tools.candidates.vocabulary import DATA


def answers(folder: Path = DATA) -> tuple[list[measuring.Answer], list[searching.Found]]:
    """Search for every query of a folder."""
    index = MemoryPostings(files.people((folder / "persons.jsonl").read_bytes().splitlines()))
    scorer = scoring.Scorer(frequencies.of(posting.form for posting in index.postings))
    truth = {line["qid"]: line for line in map(json.loads, (folder / "truth.jsonl").read_text().splitlines())}
    found, measured = [], []
    for line in files.queries((folder / "queries.jsonl").read_bytes().splitlines()):
        one = searching.search(forms.of_query(line.query()), index, scorer)
        found.append(one)
        ranked = [(c.id, c.score.log_odds) for c in one.candidates]
        measured.append(measuring.Answer(truth[line.qid]["category"], truth[line.qid]["true_ids"], ranked))
    return measured, found


def main() -> None:
    """Print the figures."""
    measured, found = answers()
    report(measured)
    count = len(found)
    print(f"compared {sum(f.compared for f in found) / count:.1f}, reads {sum(f.reads for f in found) / count:.1f}")
    print("most reads", max(f.reads for f in found))


if __name__ == "__main__":
    main()
