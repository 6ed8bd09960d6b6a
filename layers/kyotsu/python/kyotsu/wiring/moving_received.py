"""Who takes what the CS brings: cases of 引越しOSS."""

from __future__ import annotations

import functools

from kyotsu.moving.cs.messages import Received
from kyotsu.moving.noticing import Notices
from kyotsu.moving.receiving import Certificates
from kyotsu.runtime.settings import setting
from kyotsu.wiring.moving import cases, fingerprints, papers, rules, starting


def certificate_receiver() -> Certificates:
    """Return what takes 転出証明書情報."""
    accepted = frozenset(setting("ACCEPTED_MUNICIPALITIES").split(","))
    return Certificates(cases(), papers(), starting(), fingerprints(), rules(), setting("MUNICIPALITY"), accepted)


class ReceivedNotices:
    """`kyotsu.moving.cs.ports.NoticeReceiver`."""

    def receive(self, message: Received) -> None:
        """Take a notice."""
        _notices().receive(message)


@functools.cache
def _notices() -> Notices:
    # Here: what hands files out is needed by notices alone, and loads the catalogue.
    from kyotsu.wiring.moving_steps import distributing

    return Notices(cases(), papers(), starting(), distributing())
