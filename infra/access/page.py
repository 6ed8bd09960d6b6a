"""The matrix for people: grouped by who, what is the same for every system said once, as a page or as a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from infra.access.matrix import Row

EVERY = "{every system}"
SELF = "{itself}"
_BUCKET = re.compile(r"bucket ([0-9a-z]{3})\b")
_LINKED = re.compile(r"(linked-system|federated) ([0-9a-z]{3})")
_SECTIONS = {
    "linked-system": "Linked systems in the same cloud, by the role of their own account",
    "federated": "Linked systems elsewhere, by a token exchanged for credentials of one hour",
    "identity provider": "Who becomes which linked system",
    "function": "Our functions",
    "state machine": "Our state machines",
    "role": "Other roles of ours",
    "service": "Services of AWS, on our behalf",
    "own account": "Administrators of our own account, as far as IAM lets them",
    "everybody": "Denied to everybody, whatever else is allowed",
    "": "Others",
}
_HEAD = """# 権限一覧（だれが、何を、どこまで）

配備前のテンプレートから `.venv/bin/python tools/access_matrix.py`（`make docs`）が作ります。手で直さないでください。
この一覧は開発環境（サンドボックスと同じもの）です。本番環境では、パラメーターの `linked` に書いたシステムだけが
連携システムの欄に現れます：`kyotsu access matrix --stage production`。

Read from the templates of the development stage. `{every system}`: once for each system of the catalogue, each with its
own bucket; `{itself}`: the id of the system in question. An action is possible if a line allows it and no line of the
last section, by its name in brackets, denies it. A role of another account also needs its own account's permission.
`by`: whose policy says so. What the sandbox can't check of this: [0106](decisions/0106-what-the-matrix-shows.md).
"""


@dataclass(frozen=True, order=True)
class Line:
    """Rows of one subject that differ in action or resource only."""

    subject: str
    effect: str
    resources: tuple[str, ...]
    actions: tuple[str, ...]
    condition: str
    by: str


def document(rows: Sequence[Row]) -> str:
    """Return the page."""
    found = lines(rows)
    sections = (_section(kind, title, found) for kind, title in _SECTIONS.items())
    return _HEAD + "".join(sections)


def lines(rows: Sequence[Row], subject: str = "") -> list[Line]:
    """Return the rows, those that are the same for every system and those of alike systems as one line each.

    `subject`: only of those whose names begin so.
    """
    every = {match[1] for row in rows for match in _BUCKET.finditer(row.resource)}
    wanted = [row for row in rows if row.subject.startswith(subject)]
    others = [row for row in wanted if not _LINKED.fullmatch(row.subject)]
    return sorted([*_subjects_alike(_grouped(wanted)), *_grouped(_said_once(others, every))])


def _section(kind: str, title: str, found: Iterable[Line]) -> str:
    own = [line for line in found if _kind(line) == kind]
    if not own:
        return ""
    head = "| who | what | on | if | by |\n|---|---|---|---|---|\n"
    rows = (" | ".join(cells(line)).replace("*", "\\*") for line in own)
    return f"\n## {title}\n\n{head}" + "".join(f"| {row} |\n" for row in rows)


def _kind(line: Line) -> str:
    return next(kind for kind in _SECTIONS if line.subject.startswith(kind))


def cells(line: Line, separator: str = "<br>") -> tuple[str, str, str, str, str]:
    """Return a line as the cells of a table."""
    denied = "NOT " if line.effect == "deny" else ""
    on = separator.join(line.resources)
    condition = line.condition.replace(" | ", " or ").replace("; ", separator)
    return line.subject, denied + ", ".join(line.actions), on, condition, line.by


def _grouped(rows: Iterable[Row]) -> list[Line]:
    actions: dict[tuple[str, str, str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        actions[row.subject, row.effect, row.condition, row.by, row.resource].add(row.action)
    resources: dict[tuple[str, str, str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for (subject, effect, condition, by, resource), done in actions.items():
        resources[subject, effect, condition, by, tuple(sorted(done))].add(resource)
    return sorted(
        Line(subject, effect, tuple(sorted(on)), done, condition, by)
        for (subject, effect, condition, by, done), on in resources.items()
    )


def _said_once(rows: Iterable[Row], every: set[str]) -> Iterator[Row]:
    """Yield rows; where they are alike but for a system's id, and every system has one, a single one."""
    found: dict[Row, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        ids = set(re.findall(r"\b[0-9a-z]{3}\b", f"{row.resource} {row.condition}")) & every
        if len(ids) == 1:
            (system,) = ids
            found[_general(row, system, EVERY)][system] = row
        else:
            yield row
    for general, by_system in found.items():
        yield from [general] if by_system.keys() == every else by_system.values()


def _general(row: Row, system: str, name: str) -> Row:
    return replace(row, resource=_named(row.resource, system, name), condition=_named(row.condition, system, name))


def _named(text: str, system: str, name: str) -> str:
    return re.sub(rf"\b{system}\b", name, text)


def _subjects_alike(found: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines of linked systems, of those with the same rights on what is their own only once."""
    of_system: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        if match := _LINKED.fullmatch(line.subject):
            own = tuple(sorted(_named(resource, match[2], SELF) for resource in line.resources))
            general = replace(line, subject="", resources=own, condition=_named(line.condition, match[2], SELF))
            of_system[line.subject].append(general)
    alike: dict[tuple[Line, ...], list[str]] = defaultdict(list)
    for subject, rights in of_system.items():
        alike[tuple(sorted(rights))].append(subject)
    for shared, subjects in alike.items():
        kind = subjects[0].split()[0]
        ids = [subject.split()[1] for subject in subjects]
        for line in shared:
            yield replace(line, subject=f"{kind} {' '.join(_runs(ids))}")


def _runs(ids: list[str]) -> Iterator[str]:
    """Yield ids in ranges: 002–005, 010."""
    run: list[str] = []
    for system in sorted(ids):
        if run and run[-1].isdigit() and system.isdigit() and int(system) == int(run[-1]) + 1:
            run.append(system)
            continue
        if run:
            yield _range(run)
        run = [system]
    yield _range(run)


def _range(run: list[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" if len(run) > 2 else f"{run[0]} {run[1]}"
