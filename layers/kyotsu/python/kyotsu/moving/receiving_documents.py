"""A document in the portal's inbox: read, taken, answered beside, and removed once its papers are sealed.

A document that can be read is removed with its answer, accepted or not: nothing else would ever erase it. One that
can't be read stays until the bucket forgets it, so that it can be sent anew when its reader was mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from kyotsu.contracts.ports import Clock
from kyotsu.japanese.dates import JST
from kyotsu.moving.application import LARGEST
from kyotsu.moving.intake import Intake, Taken

INBOX, NUMBERS, ANSWERS = "inbox/", "inbox/kojinbango/", "answers/inbox/"
_JSON = ".json"


def is_document(key: str) -> bool:
    """Tell whether a key is a document's: `inbox/….json`, but nothing below `inbox/kojinbango/`."""
    return key.startswith(INBOX) and key.lower().endswith(_JSON) and not key.startswith(NUMBERS)


def answer_key(key: str) -> str:
    """Return the key of a document's answer: `answers/inbox/` and its own name."""
    return f"{ANSWERS}{key.removeprefix(INBOX)[: -len(_JSON)]}{_JSON}"


class Documents(Protocol):
    """The portal's bucket."""

    def read(self, key: str, version_id: str, limit: int) -> bytes | None:
        """Return a version of a document, of a longer one no more than `limit` + 1 bytes; None: it is gone."""
        ...

    def answer(self, key: str, body: bytes) -> None:
        """Write an answer, in place of an earlier one."""
        ...

    def remove(self, key: str, version_id: str) -> None:
        """Remove a version for good; that it is gone is fine."""
        ...


@dataclass(frozen=True, slots=True)
class ReceivingDocuments:
    """Receives one document."""

    intake: Intake
    documents: Documents
    clock: Clock

    def receive(self, key: str, version_id: str, *, patient: bool) -> Taken | None:
        """Receive a version of a document and return what became of it; None: it was received before, and removed."""
        body = self.documents.read(key, version_id, LARGEST)
        if body is None:
            return None
        taken = self.intake.receive(body, patient=patient)
        self.documents.answer(answer_key(key), msgspec.json.encode(self._answer(key, version_id, taken)))
        if taken.application_number:
            self.documents.remove(key, version_id)
        return taken

    def _answer(self, key: str, version_id: str, taken: Taken) -> dict[str, Any]:
        return {
            "object_key": key,
            "version_id": version_id,
            "status": taken.status,
            "application_number": taken.application_number,
            "case_id": taken.case_id,
            "problems": [{"code": each.outcome.code, "message": each.sentence} for each in taken.problems],
            "answered_at": self.clock.now().astimezone(JST).isoformat(timespec="seconds"),
        }
