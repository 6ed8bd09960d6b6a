"""What cases, states and steps of 引越しOSS are called."""

from __future__ import annotations

from kyotsu.moving.cases import CaseKind, CaseState, WaitName
from kyotsu.moving.reconciling import Finding, Item

KINDS = {CaseKind.MOVE_OUT: "転出", CaseKind.MOVE_IN: "転入", CaseKind.IN_CITY: "転居"}
STATES = {
    CaseState.RECEIVED: "受付済",
    CaseState.DIFFERENT: "差異確認中",
    CaseState.CONFIRMED: "確認済",
    CaseState.APPROVAL: "決裁待ち",
    CaseState.APPROVED: "決裁済",
    CaseState.RESTRAINED: "抑止確認中",
    CaseState.SENDING: "CS送信中",
    CaseState.NOT_SENT: "CS送信エラー",
    CaseState.COMPLETED: "転出処理完了",
    CaseState.UNARRIVED: "転入通知未着",
    CaseState.NOTICED: "転入通知受理",
    CaseState.WAITING: "転入待ち",
    CaseState.PREPARED: "転入準備済",
    CaseState.MOVED_IN: "転入済",
    CaseState.CLOSED: "終了",
    CaseState.RETURNED: "差戻し",
    CaseState.REFUSED: "受付不可",
    CaseState.WITHDRAWN: "取下げ",
    CaseState.EXPIRED: "特例期限切れ",
}
WAITS = {
    WaitName.DECISION: "職員の決定（accept・correct・return）",
    WaitName.APPROVAL: "決裁（approve・return）",
    WaitName.RELEASE: "抑止の解除（release・return）",
    WaitName.ACKNOWLEDGEMENT: "CSの受領通知",
    WaitName.NOTICE: "転入通知",
    WaitName.NEWS: "転入予約・転出証明書情報・転入の異動",
}
ITEMS = {
    Item.PERSON: "人",
    Item.NAME: "氏名",
    Item.KANA: "フリガナ",
    Item.BIRTH_DATE: "生年月日",
    Item.SEX: "性別",
    Item.ADDRESS: "転出元住所",
    Item.INDIVIDUAL_NUMBER: "個人番号",
    Item.STANDING: "住民状態",
}
FINDINGS = {
    Finding.NOTATION: "表記のみ違う",
    Finding.DIFFERENT: "違う",
    Finding.UNKNOWN: "該当者なし",
    Finding.SEVERAL: "複数該当",
    Finding.NO_RESIDENT: "住登者でない",
    Finding.TWICE: "同じ住民に重複",
}
MACHINE = {
    "Resume": "手続の位置を確認",
    "Reconcile": "住民記録と突合",
    "AwaitDecision": "職員の決定待ち",
    "Confirm": "届出内容を確定",
    "CheckRestraint": "異動抑止の確認",
    "AwaitRelease": "抑止の解除待ち",
    "NoteRelease": "抑止を解除",
    "AwaitApproval": "決裁待ち",
    "Approve": "決裁を確認",
    "PostCertificate": "証明書情報の送信",
    "AwaitAcknowledgement": "受領待ち",
    "NoteNotSent": "送信エラー",
    "Complete": "転出処理完了",
    "AwaitNotice": "転入通知待ち",
    "NoteUnarrived": "転入通知未着",
    "HandOverNotice": "転入通知を渡す",
    "Close": "終了",
    "Return": "差戻し",
    "CancelCertificate": "証明書情報の取消",
    "Withdraw": "取下げ",
    "Assess": "次の処理を判断",
    "Match": "転出証明書と照合",
    "Distribute": "予約を配布",
    "DrawForm": "転入届を作成",
    "AwaitNews": "連絡待ち",
    "PostNotice": "転入通知の送信",
    "Recall": "予約の取消を配布",
    "Expire": "特例期限切れ",
    "Ended": "終わり",
    "NotFinished": "処理できず中断",
    "UnknownResult": "想定外の結果",
}
"""States of both machines."""
