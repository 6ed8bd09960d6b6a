"""転出証明書情報 for 住民記録: the call that shows it, and the notice that it is here."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from kyotsu.moving import announcing
from kyotsu.moving.cases import Case
from kyotsu.moving.certificate_call import ShowingCertificate
from kyotsu.runtime import clients
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.moving import cases, papers
from kyotsu.wiring.numbers import callers


@dataclass(frozen=True, slots=True)
class BucketNotices:
    """`Announcing` by the bucket of 住民記録 and its topic."""

    objects: S3Objects
    bus: EventBus
    bucket: str

    def announce(self, case: Case) -> None:
        """Put the notice, once, then tell of it; doing it again tells the same event."""
        notice = announcing.notice_of(case)
        self.objects.create(self.bucket, notice.key, notice.body, "application/json")
        self.bus.publish([announcing.offered(case, notice, self.bucket)])


@functools.cache
def certificate_call() -> ShowingCertificate:
    """Return 転出証明書情報照会. Rights: get of `CaseTable` and `PapersTable`, and those of `audit_trail`."""
    return ShowingCertificate(cases=cases(), papers=papers(), callers=callers(), audit=audit_trail())


@functools.cache
def certificate_notices() -> BucketNotices:
    """Return what tells 住民記録. Settings: RESIDENT_RECORDS_BUCKET, EVENT_BUS."""
    bus = EventBus(clients.events(), setting("EVENT_BUS"))
    return BucketNotices(S3Objects(clients.s3()), bus, setting("RESIDENT_RECORDS_BUCKET"))
