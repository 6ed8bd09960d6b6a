"""What the CS brings to cases at the old home: 転入通知, once or more, also after the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.moving.cases import ENDED, Case, CaseKind, Entry, Signal, SignalKind
from kyotsu.moving.cs.mapping import MessageRefusedError
from kyotsu.moving.cs.messages import Notice, Received
from kyotsu.moving.distributing import Distributing, notice_name
from kyotsu.moving.in_advance import BY_CS
from kyotsu.moving.ports import CaseStore, NoSuchCaseError, Papers, PapersDestroyedError
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting


@dataclass(frozen=True, slots=True)
class Notices:
    """A `NoticeReceiver`."""

    cases: CaseStore
    papers: Papers
    starting: Starting
    distributing: Distributing

    def receive(self, message: Received) -> None:
        """Keep the notice, the latest of each person, and wake the case; after its end, hand it over at once."""
        notice = cast("Notice", message.content)
        case_id = f"{CaseKind.MOVE_OUT}-{notice.application_number}"
        try:
            self.cases.get(case_id)
            self.papers.put(case_id, notice_name(notice.position), msgspec.json.encode(notice))
        except NoSuchCaseError:
            raise MessageRefusedError(outcomes.NOTICE_WITHOUT_CASE) from None
        except PapersDestroyedError:
            raise MessageRefusedError(outcomes.CASE_ERASED) from None
        case = saved(
            self.cases,
            case_id,
            lambda case: _noticed(case, notice.position, message.message_id),
            lambda: Entry(message.received_at, "Notice", "received", BY_CS, (("message", message.message_id),)),
        )
        if case.state in ENDED:
            self.distributing.hand_over_notice(case_id)
        else:
            # Of each person: 住民記録 must not wait for somebody of the household who never comes.
            name = f"cs-{message.message_id}"
            self.starting.hear(case_id, Signal(name, SignalKind.NOTICED, message.received_at, BY_CS))


def _noticed(case: Case, position: int, message_id: str) -> Case:
    if message_id in case.notice_messages:
        return case
    noticed = tuple(sorted({*case.noticed, position}))
    return replace(case, noticed=noticed, notice_messages=(*case.notice_messages, message_id))
