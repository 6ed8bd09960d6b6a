"""`Handing` by file linkage: cases' files go into the outbox of 申請管理, and on as any provider's files do."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.ports import Clock
from kyotsu.moving.case_client import CaseClient
from kyotsu.moving.case_items import CaseItems
from kyotsu.moving.cases import Case
from kyotsu.moving.cs.messages import Notice
from kyotsu.moving.documents import Reservation
from kyotsu.moving.handed_table import Handed, HandedTable
from kyotsu.moving.handing_rows import BRANCH, NOTICES, RESERVATIONS, VERSION, notice_rows, reservation_rows
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring.catalogue import layout_columns

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_Rows = Callable[[str], Iterable[Mapping[str, str]]]
"""Makes the rows of a file that is dated."""
_LABELS = {RESERVATIONS: ("reservation-", "recall-"), NOTICES: ("notice-",)}
_THERE = frozenset({"PreconditionFailed", "412"})
"""That somebody is just writing the object (ConditionalRequestConflict) says nothing yet: the step is tried again."""


@dataclass(frozen=True, slots=True)
class OutboxHanding:
    """Writes files, each once: the same edition of a case is the same object."""

    handed: HandedTable
    objects: S3Client
    bucket: str
    columns: Mapping[str, Sequence[str]]
    """Of each interface, in its layout's order."""
    clock: Clock

    def reservation(self, case: Case, reservation: Reservation, edition: int) -> str:
        """Hand a reservation out and return its file's name."""
        return self._hand(
            case, f"reservation-{edition}", RESERVATIONS, lambda at: reservation_rows(case, reservation, edition, at)
        )

    def recall(self, case: Case, reservation: Reservation | None, edition: int) -> str:
        """Tell whoever was given an edition that it no longer holds; return the file's name."""
        left = reservation or Reservation(application_number=case.application_number)
        return self._hand(
            case,
            f"recall-{edition}",
            RESERVATIONS,
            lambda at: reservation_rows(case, left, edition, at, recalled=True),
        )

    def notices(self, case: Case, notices: Sequence[Notice], edition: int) -> str:
        """Hand 転入通知 to 住民記録 and return the file's name."""
        return self._hand(case, f"notice-{edition}", NOTICES, lambda at: notice_rows(case, notices, edition, at))

    def _hand(self, case: Case, label: str, interface: str, rows: _Rows) -> str:
        placed = self.handed.place(case.id, label, f"{interface}-{BRANCH}", self.clock.now())
        written = list(rows(placed.made_at))
        name = self._put(interface, placed, _body(written, self.columns[interface]), len(written))
        self._fill(case, label, interface)
        return name

    def _fill(self, case: Case, label: str, interface: str) -> None:
        """Put a file without rows wherever an earlier edition got its number and its step died before it wrote.

        This edition took its place, also if it is still written late. A number without a file would be taken for a
        lost file. A higher edition is never touched: its step may be about to write.
        """
        nothing = _body([], self.columns[interface])
        for beginning in _LABELS[interface]:
            for other, placed in self.handed.placed(case.id, beginning).items():
                if _edition(other) < _edition(label):
                    self._put(interface, placed, nothing, 0)

    def _put(self, interface: str, placed: Handed, body: bytes, rows: int) -> str:
        name = f"{interface}_{BRANCH}_D_{VERSION}_{placed.made_at}_{placed.sequence:06d}.csv"
        key = f"outbox/{interface}-{BRANCH}/{name}"
        metadata = {"row-count": str(rows), "sha256": hashlib.sha256(body).hexdigest()}
        try:
            # A second version of a key would be a second file to its recipients.
            self.objects.put_object(
                Bucket=self.bucket, Key=key, Body=body, ContentType="text/csv", Metadata=metadata, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _THERE:
                raise
        return name


def _edition(label: str) -> int:
    return int(label.rpartition("-")[2])


def _body(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@functools.cache
def handing() -> OutboxHanding:
    """Return what hands cases' files out. Settings: MUNICIPALITY, MOVING_TABLE, APPLICATION_BUCKET."""
    catalogue = load_catalogue(layer_root())
    client = CaseClient(clients.dynamodb(), setting("MOVING_TABLE"), CaseItems(setting("MUNICIPALITY")))
    columns = {each: layout_columns(catalogue, f"{each}/{VERSION}") for each in (RESERVATIONS, NOTICES)}
    return OutboxHanding(HandedTable(client), clients.s3(), setting("APPLICATION_BUCKET"), columns, SystemClock())
