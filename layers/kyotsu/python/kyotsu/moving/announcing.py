"""What 住民記録 finds in its own bucket as soon as 転出証明書情報 of everybody of a case is here.

`notices/{notice id}.json`, written once for each edition. It holds no personal data: what is certified is fetched by
転出証明書情報照会, which is audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import msgspec

from kyotsu.contracts.events import NoticeOffered
from kyotsu.moving.cases import Case

RECIPIENT = "001"
"""住民記録."""
KIND = "CERTIFICATE"
_SAYS = "転出証明書情報が揃いました（手続番号 {case}）。転出証明書情報照会で取得できます。"


class Announcing(Protocol):
    """Tells 住民記録."""

    def announce(self, case: Case) -> None:
        """Say that 転出証明書情報 of everybody is here; the same edition of a case is told once."""
        ...


@dataclass(frozen=True, slots=True)
class CertificateNotice:
    """The notice of one edition."""

    notice_id: str
    key: str
    body: bytes


def notice_of(case: Case) -> CertificateNotice:
    """Return the notice of a case as it is; equal editions give equal bytes."""
    name = f"{case.municipality}-{case.id}-{case.certificate_revision}-certificate"
    document = {
        "notice_id": name,
        "kind": KIND,
        "message": _SAYS.format(case=case.id),
        "tetsuzukibango": case.id,
        "uketsukebango": case.application_number or None,
        "hansu": case.certificate_revision,
        "ninzu": len(case.certified),
    }
    return CertificateNotice(
        name, f"notices/{name}.json", msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    )


def offered(case: Case, notice: CertificateNotice, bucket: str) -> NoticeOffered:
    """Return the event that says where a notice stands. It is about a case, not about one 宛名番号."""
    return NoticeOffered(
        event_id=f"{notice.notice_id}-{RECIPIENT}",
        municipality=case.municipality,
        recipient=RECIPIENT,
        bucket=bucket,
        object_key=notice.key,
        addressee_number="",
        sequence=case.certificate_revision,
    )
