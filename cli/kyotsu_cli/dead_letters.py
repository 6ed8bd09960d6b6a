"""Queues of messages that failed for good: what is in them, and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kyotsu.japanese.dates import JST
from kyotsu.linkage.keys import ObjectRef, parse_key
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.runtime.failures import FailureTable

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import MessageTypeDef

HELD_SECONDS = 300
"""How long messages stay hidden from others if a command is killed while it looks at them."""
_BATCH = 10


@dataclass(frozen=True)
class Kind:
    """One of a deployment's queues of dead letters; `output` is the stack output with its URL."""

    output: str
    title: str
    back_to: str | None
    """Output of the queue that messages are sent back to; None if they are of no use there."""
    instead: str = ""
    """What to do with messages that can't be sent back."""


_STREAM = (
    "メッセージはストリーム上の位置だけです。住民の記録と住民区分は正しく保管されています。失われたのは変更の通知です。"
    "docs/runbooks/dead-letters-waiting.md の「ストリーム」の手順に従ってください。"
)
_REGISTRY = (
    "メッセージはストリーム上の位置だけです。住登外者の記録と名寄せは正しく保管されています。失われたのは業務への通知と変更の"
    "通知です。docs/runbooks/dead-letters-waiting.md の「住登外者のストリーム」の手順に従ってください。"
)
_INTEGRATED = (
    "メッセージはストリーム上の位置だけです。団体内統合宛名は正しく保管されています。失われたのは付番・削除の通知です。"
    "docs/runbooks/dead-letters-waiting.md の「団体内統合宛名のストリーム」の手順に従ってください。"
)
_LANE = (
    "メッセージは利用側の列を起こすだけのものです。失敗した提供は後回しになり、列は先へ進んでいます。原因を除いた後、"
    "kyotsu deliveries list で「後回し」の提供を探し、kyotsu deliveries reoffer で再提供してから、消してください。"
)
_CS_LANE = (
    "メッセージは1人分の電文の列を起こすだけのものです。電文は失われておらず、見回りが同じ列をまた起こします。原因を除き、"
    "kyotsu cs messages で列が進んだことを確かめてから、消してください。"
)
_TOPIC = "利用側への通知だけが失われました。ファイルは提供されています。原因を除いた後、メッセージを消してください。"
_CLOCK = "定期実行を始められなかった記録です。次の回が同じ仕事をします。原因を除いた後、メッセージを消してください。"


KINDS = (
    Kind("ReceiveFileDeadLetters", "受信できなかったファイルの通知", "ReceiveFileQueue"),
    Kind("UndeliveredEvents", "受信キューに届かなかったイベント", "ReceiveFileQueue"),
    Kind("PublishChangesDeadLetters", "公表できなかった住民の変更", None, _STREAM),
    Kind("PublishAddresseesDeadLetters", "知らせられなかった住登外者の変更", None, _REGISTRY),
    Kind("PublishIntegratedDeadLetters", "公表できなかった団体内統合宛名の変更", None, _INTEGRATED),
    Kind("FollowResidentsDeadLetters", "団体内統合宛名に反映できなかった住民の変更", "FollowResidentsQueue"),
    Kind("UndeliveredResidents", "反映のキューに届かなかった住民の変更", "FollowResidentsQueue"),
    Kind("IndexCandidatesDeadLetters", "候補者検索の索引に反映できなかった人", "IndexCandidatesQueue"),
    Kind("UndeliveredCandidates", "索引のキューに届かなかった変更", "IndexCandidatesQueue"),
    Kind("SweepCandidatesUnstarted", "始められなかった候補者検索の索引の突き合わせ", None, _CLOCK),
    Kind("ListDoublesUnstarted", "始められなかった二重登録の疑いの見回り", None, _CLOCK),
    Kind("NoteSequenceDeadLetters", "連番を記録できなかった回答", "NoteSequenceQueue"),
    Kind("UndeliveredAnswers", "連番のキューに届かなかった回答", "NoteSequenceQueue"),
    Kind("ListMissingDeadLetters", "住登者と比べられなかった全件ファイル", "ListMissingQueue"),
    Kind("UndeliveredFullSets", "比較のキューに届かなかった全件ファイル", "ListMissingQueue"),
    Kind("PlanDeliveriesDeadLetters", "提供を計画できなかったファイル", "PlanDeliveriesQueue"),
    Kind("UndeliveredPlans", "提供の計画に届かなかったファイル", "PlanDeliveriesQueue"),
    Kind("DeliverFilesDeadLetters", "提供に失敗した列", None, _LANE),
    Kind("NoteAcknowledgementDeadLetters", "記録できなかった受領回答", "NoteAcknowledgementQueue"),
    Kind("UndeliveredAcknowledgements", "受領のキューに届かなかった受領回答", "NoteAcknowledgementQueue"),
    Kind("UndeliveredNotifications", "利用側に届かなかった通知", None, _TOPIC),
    Kind("WatchDeliveriesUnstarted", "始められなかった提供の確認", None, _CLOCK),
    Kind("ReceiveApplicationDeadLetters", "受け付けられなかったマイナポータルの申請", "ReceiveApplicationQueue"),
    Kind("UndeliveredApplications", "受付のキューに届かなかったマイナポータルの申請", "ReceiveApplicationQueue"),
    Kind("FollowMovesDeadLetters", "手続に伝えられなかった住民の異動", "FollowMovesQueue"),
    Kind("UndeliveredArrivals", "手続のキューに届かなかった住民の異動", "FollowMovesQueue"),
    Kind("ErasePapersUnstarted", "始められなかった引越しOSSの書類の消去", None, _CLOCK),
    Kind("SendMessageDeadLetters", "処理に失敗したCS電文の列", None, _CS_LANE),
    Kind("ReceiveMessageDeadLetters", "取り込めなかったCSの電文", "ReceiveMessageQueue"),
    Kind("UndeliveredMessages", "取り込みのキューに届かなかったCSの電文", "ReceiveMessageQueue"),
    Kind("SweepMessagesUnstarted", "始められなかったCS電文の見回り", None, _CLOCK),
    Kind("WatchCasesUnstarted", "始められなかった引越しOSSの確認", None, _CLOCK),
    Kind("SweepOutboxUnstarted", "始められなかったoutboxの突き合わせ", None, _CLOCK),
    Kind("PublishKeysUnstarted", "始められなかった公開文書の更新", None, _CLOCK),
    Kind("DigestDayUnstarted", "始められなかった監査証跡のダイジェスト", None, _CLOCK),
    Kind("StateCompletenessUnstarted", "始められなかった完全性証明の作成", None, _CLOCK),
    Kind("WatchSequencesUnstarted", "始められなかった連番の確認", None, _CLOCK),
)


@dataclass(frozen=True)
class DeadLetter:
    """A message, as far as an operator may see it: ids, and the parts of a key that our contract knows."""

    message_id: str
    receipt_handle: str
    body: str
    sent_at: datetime
    attempts: int | None
    error: str | None
    failed_at: datetime | None
    receipt_id: str | None
    system: str | None
    interface: str | None
    file: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return what is shown, without the body."""
        return {
            "message_id": self.message_id,
            "sent_at": _japanese(self.sent_at),
            "attempts": self.attempts,
            "receipt_id": self.receipt_id,
            "system": self.system,
            "interface": self.interface,
            "file": self.file,
            "error": self.error,
            "failed_at": _japanese(self.failed_at),
        }


@dataclass(frozen=True)
class DeadLetters:
    """Reads one queue of dead letters, and empties it on request."""

    client: SQSClient
    url: str
    failures: FailureTable
    wait_seconds: int = 1
    """Asks all of the queue's servers: without a wait, few messages may look like none."""

    def depth(self) -> int:
        """Return about how many messages there are, those that somebody looks at included."""
        found = self.client.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])

    @contextmanager
    def held(self, limit: int) -> Iterator[list[DeadLetter]]:
        """Hold up to so many messages, the oldest first; whatever is not deleted is visible again afterwards."""
        found: dict[str, MessageTypeDef] = {}
        try:
            while len(found) < limit and (batch := self._receive()):
                found |= {message["MessageId"]: message for message in batch}
            yield sorted(map(self._letter, found.values()), key=lambda letter: letter.sent_at)
        finally:
            for message in found.values():
                self._release(message["ReceiptHandle"])

    def send_back(self, letters: Sequence[DeadLetter], queue_url: str, done: Callable[[DeadLetter], None]) -> None:
        """Send held messages to a queue again.

        Each is sent before it is deleted here: an interruption in between sends it twice, which receivers bear, and
        never loses it.
        """
        for letter in letters:
            self.client.send_message(QueueUrl=queue_url, MessageBody=letter.body)
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt_handle)
            done(letter)

    def _receive(self) -> list[MessageTypeDef]:
        found = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=self.wait_seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return found.get("Messages", [])

    def _release(self, receipt_handle: str) -> None:
        try:
            self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt_handle, VisibilityTimeout=0)
        except (self.client.exceptions.ReceiptHandleIsInvalid, self.client.exceptions.MessageNotInflight):
            return  # deleted meanwhile, by us or by another operator

    def _letter(self, message: MessageTypeDef) -> DeadLetter:
        attributes = {name: value.get("StringValue") for name, value in message.get("MessageAttributes", {}).items()}
        document = _document(message["Body"])
        batch = document.get("requestContext", {})
        failure = self.failures.find(message["MessageId"])
        attempts = batch.get("approximateInvokeCount") or attributes.get("RETRY_ATTEMPTS")
        return DeadLetter(
            message_id=message["MessageId"],
            receipt_handle=message["ReceiptHandle"],
            body=message["Body"],
            sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
            attempts=failure.attempt if failure else int(attempts) if attempts else None,
            error=failure.error if failure else batch.get("condition") or attributes.get("ERROR_CODE"),
            failed_at=failure.at if failure else None,
            **_file(document),
        )


def _document(body: str) -> dict[str, Any]:
    """Return a message's JSON object; an empty one if it is none."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _file(document: dict[str, Any]) -> dict[str, str | None]:
    """Return which file a message is about; a key that breaks our contract may hold anything and is not shown."""
    nothing = dict.fromkeys(("receipt_id", "system", "interface", "file"))
    try:
        detail = document["detail"]
        ref = ObjectRef(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["version-id"])
    except (KeyError, TypeError):
        return nothing
    known = nothing | {"receipt_id": ref.receipt_id, "system": ref.bucket.rpartition("-")[2]}
    try:
        name = parse_key(ref.key)
    except FileRejectedError:
        return known
    return known | {"interface": f"{name.interface}-{name.branch}", "file": ref.key.rpartition("/")[2]}


def _japanese(moment: datetime | None) -> str | None:
    return moment.astimezone(JST).isoformat(timespec="seconds") if moment else None
