"""Every message a log line may have, with what it means to an operator. `docs/runbooks/logs.md` is made from this."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "changes.failed": "住民の変更1件を公表できませんでした。同じ変更から再試行します。",
    "documents.failed": "公開する文書（鍵とエンドポイント）を書けませんでした。次の回に書きます。",
    "documents.published": "公開する文書を確かめました。written が書き直した文書です。",
    "failure.not_noted": "失敗の理由を記録できず、kyotsu dlq には出ません。失敗そのものは前の行にあります。",
    "file.answered": "ファイルに回答しました。status が結果です。",
    "file.failed": "ファイルの受信に失敗しました。間を空けて再試行し、決められた回数の後はDLQに入ります。",
    "file.handed_over": "大きなファイルの検査が済み、ステートマシンに渡しました。",
    "fullset.compared": "全件ファイルと住登者を比べました。missing がファイルにいない人の数です。",
    "fullset.continued": "全件ファイルと住登者の比較が終わらず、続きを次の実行に任せました。誤りではありません。",
    "fullset.failed": "全件ファイルと住登者を比べられませんでした。再試行します。",
    "group.applied": "大きなファイルの一部（first から last まで）を反映しました。",
    "group.continued": "大きなファイルの一部が時間内に終わらず、続きを次の実行に任せました。誤りではありません。",
    "group.failed": "大きなファイルの一部の反映に失敗しました。ステートマシンが再試行します。",
    "message.unreadable": "ファイルの通知として読めないメッセージがあります。再試行の後、DLQに入ります。",
    "outbox.swept": "outboxと受付を突き合わせました。lost は通知のなかった、again は回答のないファイルの件数です。",
    "protection.unread": "支援措置の記録を読めませんでした。読めなかった人の情報は出さずに待ちます。",
    "protection.unreadable": "支援措置の記録1件が壊れています。この人の情報は出しません。",
    "request.failed": "トークンサーバが要求に応えられませんでした（503）。クライアントは後で再試行できます。",
    "request.refused": "トークンサーバが要求を断りました。code が理由です。",
    "retry.not_hastened": "再試行までの時間を変えられませんでした。キューの可視性タイムアウトの後に再試行します。",
    "sequence.failed": "回答したファイルの連番を記録できませんでした。再試行します。",
    "sequences.failed": "連番の欠けの確認に失敗しました。次の回に確認します。",
    "sequences.watched": "連番の欠けを確認しました。found が新しい欠け、still_open が残っている欠けの件数です。",
    "sweep.failed": "outboxと受付の突き合わせに失敗しました。次の回に続きから行います。",
    "token.introspected": "トークンの情報を提供側に回答しました。",
    "token.issued": "トークンを発行しました。",
    "token.revoked": "トークンの取消を受け付けました。",
    "undo.continued": "取消が時間内に終わらず、続きを次の呼び出しに任せました。誤りではありません。",
    "undo.failed": "取消に失敗しました。kyotsu linkage undo をもう一度実行すると、続きから行います。",
    "undo.finished": "ファイルを取り消し、回答しました。",
    "undo.refused": "取り消せない受付でした。code が理由です。",
}
