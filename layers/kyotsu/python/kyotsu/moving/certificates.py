"""転出証明書情報 that came from the CS: a message of each person, put together when all are there."""

from __future__ import annotations

import hashlib

from kyotsu.moving.cases import Case, CaseKind
from kyotsu.moving.documents import Certificate, decode
from kyotsu.moving.ports import PaperKind, Papers

_LONGEST = 80
"""Characters of a message's id that its case is called by: messages of the case have longer ids, up to 128."""


class CertificateMissingError(Exception):
    """A case has no 転出証明書情報 (any more)."""


def part_name(message_id: str) -> str:
    """Return the paper that holds what one message tells."""
    return f"{PaperKind.CERTIFICATE}/{message_id}"


def case_alone(message_id: str) -> str:
    """Return the id of the case that a message opens by itself, shorter than an id of the CS may be."""
    if len(message_id) > _LONGEST:
        message_id = f"{message_id[:40]}-{hashlib.sha256(message_id.encode()).hexdigest()[:24]}"
    return f"{CaseKind.MOVE_IN}-CS-{message_id}"


def assembled(papers: Papers, case: Case) -> Certificate:
    """Return 転出証明書情報 of everybody whose message counts, by position. Raises CertificateMissingError."""
    parts = [papers.get(case.id, part_name(part.message_id)) for part in case.certificate_now]
    if not parts or None in parts:
        raise CertificateMissingError
    read = [decode(part, Certificate) for part in parts if part is not None]
    first = read[0]
    people = tuple(person for part in read for person in part.people)
    return Certificate(
        **{name: getattr(first, name) for name in Certificate.__struct_fields__ if name not in {"people", "revision"}},
        people=people,
        revision=case.certificate_revision,
    )
