"""The one catalogue of outcomes: every code a sender, a caller or an operator can meet.

E0001–E0004 are those of 住登外者宛名番号付番API 2.0; E1001 and above are ours. E10xx concern a row, E11xx a whole
file, E13xx clients and tokens, E14xx deliveries, E15xx non-resident addressees, E16xx their migration and the search
for them, W10xx are remarks on a row that was accepted, W15xx on a request that was done, W16xx on a row that is
migrated, I1xxx tell of something normal. A message is a Japanese sentence whose `{placeholders}` are filled by
`Outcome.sentence`; it never repeats a received value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad an outcome is."""

    INFO = "info"
    REMARK = "remark"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One entry of the catalogue."""

    code: str
    level: Level
    message: str
    http_status: int | None = None

    def sentence(self, **fields: object) -> str:
        """Return the message with its placeholders filled."""
        return self.message.format(**fields)


_BY_CODE: dict[str, Outcome] = {}


def _define(code: str, level: Level, message: str, http_status: int | None = None) -> Outcome:
    if code in _BY_CODE:
        raise ValueError(f"outcome {code} is defined twice")
    outcome = Outcome(code, level, message, http_status)
    _BY_CODE[code] = outcome
    return outcome


def _error(code: str, message: str, http_status: int | None = None) -> Outcome:
    return _define(code, Level.ERROR, message, http_status)


def _remark(code: str, message: str) -> Outcome:
    return _define(code, Level.REMARK, message)


def all_outcomes() -> tuple[Outcome, ...]:
    """Return every outcome, by code."""
    return tuple(_BY_CODE[code] for code in sorted(_BY_CODE))


def by_code(code: str) -> Outcome:
    """Return the outcome of a code; raises KeyError for a code that is not in the catalogue."""
    return _BY_CODE[code]


# Items of a row or a request.
REQUIRED = _error("E0001", "{item}が設定されていません。", 400)
CHARACTER_CLASS = _error("E0002", "{item}は{expected}で設定してください。", 400)
FIXED_LENGTH = _error("E0003", "{item}は{length}桁で設定してください。", 400)
CORRELATION = _error("E0004", "{condition}が設定されている場合、{item}は設定必須です。", 400)

# Rows of a linkage file.
TOO_LONG = _error("E1001", "{item}は{length}文字以内で設定してください。")
CODE_VALUE = _error("E1002", "{item}は次のいずれかで設定してください：{codes}。")
NOT_A_DATE = _error("E1003", "{item}は実在する日付をYYYY-MM-DD形式で設定してください（例：2026-04-01）。")
NOT_A_TIME = _error("E1004", "{item}はHH:MM:SS形式で設定してください（例：09:30:00）。")
FIELD_COUNT = _error("E1005", "項目数が{expected}個ではありません（{actual}個）。区切りと引用符を確認してください。")
FOREIGN_MUNICIPALITY = _error(
    "E1006", "{item}がこの環境で受け付ける市区町村コードではありません。送信先を確認してください。"
)
OPERATED_IN_FUTURE = _error(
    "E1007", "操作日時が受信時刻より未来です。提供側システムの時計または操作年月日・操作時刻を確認してください。"
)
TOO_MANY_VERSIONS = _error(
    "E1008", "1つの宛名番号で管理できる履歴は{limit}件までです。宛名番号に誤りがないか確認してください。", 400
)
CHECK_DIGIT = _error("E1009", "{item}の検査数字（末尾の数字）が正しくありません。番号を確認してください。")
SPACE_IN_KEY = _error("E1010", "{item}には空白を含めずに設定してください。別の番号として扱われるためです。")

# Whole linkage files (`REJECTED`: nothing of the file was applied).
KEY_MALFORMED = _error(
    "E1101",
    "ファイル名が規則に合いません。{連携ID}_{枝番}_{F|D}_{版}_{YYYYMMDDhhmmss}_{連番6桁}.csv の形にしてください"
    "（例：001o006_01_D_v1_20260401093000_000001.csv）。".replace("{", "{{").replace("}", "}}"),
)
FOLDER_DISAGREES = _error(
    "E1102", "フォルダーとファイル名の連携ID・枝番が一致しません。outbox/{folder}/ に置いてください。"
)
UNKNOWN_INTERFACE = _error("E1103", "連携ID {interface} は登録されていません。連携IDを確認してください。")
UNKNOWN_BRANCH = _error("E1104", "連携ID {interface} に枝番 {branch} はありません。枝番を確認してください。")
NOT_THE_PROVIDER = _error("E1105", "業務ID {provider} は連携ID {interface} の提供元ではありません。")
MODE_NOT_ALLOWED = _error("E1106", "連携ID {interface} の枝番 {branch} では全件・差分区分 {mode} を受け付けません。")
UNKNOWN_VERSION = _error("E1107", "連携ID {interface} に版 {version} はありません。受け付ける版：{accepted}。")
VERSION_NOT_YET = _error("E1108", "版 {version} の受付開始は {start} です。それまでは旧版で送信してください。")
VERSION_EXPIRED = _error("E1109", "版 {version} の受付は {end} で終了しました。受け付ける版：{accepted}。")
NOT_DEPLOYED = _error("E1110", "連携ID {interface} の取込機能はこの環境では利用できません。運用者に確認してください。")
EMPTY_FILE = _error("E1111", "ファイルが空です。ヘッダー行を含むCSVを送信してください。")
NOT_UTF8 = _error("E1112", "文字コードがUTF-8ではありません（{line}行目付近）。UTF-8で保存し直してください。")
CONTAINS_NUL = _error("E1113", "ファイルにNUL文字が含まれています（{line}行目付近）。CSVとして出力し直してください。")
NOT_CSV = _error("E1114", "CSV（RFC 4180）として読めません（{line}行目付近）。引用符と改行を確認してください。")
RECORD_TOO_LONG = _error("E1115", "1件のデータが長すぎます（{line}行目から）。引用符の閉じ忘れを確認してください。")
HEADER_WRONG = _error("E1116", "ヘッダー行が版 {version} のレイアウトと一致しません（{position}番目は {expected}）。")
ROW_COUNT_DIFFERS = _error(
    "E1117", "件数が一致しません（メタデータ row-count：{expected}、ファイル：{actual}）。再送してください。"
)
SHA256_DIFFERS = _error("E1118", "ハッシュ値が一致しません（メタデータ sha256）。ファイルを再送してください。")
COMPLETENESS_MISSING = _error(
    "E1119", "連携ID {interface} ではメタデータ row-count と sha256 が必須です。付けて再送してください。"
)
OBJECT_GONE = _error("E1120", "受信処理の前にファイルが削除されました。同じ内容を再送してください。")
METADATA_MALFORMED = _error(
    "E1121", "メタデータ {name} の形式が正しくありません。row-count は半角数字、sha256 は16進64桁です。"
)
OBJECT_GONE_MIDWAY = _error(
    "E1122",
    "受信処理の途中でファイルが削除されました。一部の行が取り込まれた可能性があります"
    "（counts は処理を終えた範囲の件数です）。同じ内容を再送してください。",
)

# Taking a file back.
UNDO_UNKNOWN = _error("E1201", "受付 {receipt_id} はありません。受付番号を確認してください。")
UNDO_TOO_EARLY = _error("E1202", "受付 {receipt_id} は処理中です。回答が出てから取り消してください。")
UNDO_NOT_ACCEPTED = _error("E1203", "受付 {receipt_id} は何も取り込んでいないため、取り消すものがありません。")
UNDO_OBJECT_GONE = _error("E1204", "受付 {receipt_id} のファイルは削除済みのため、取消の対象者を特定できません。")

# Clients, tokens and scopes. Callers see none of these sentences: they would help who attacks. Operators do.
REQUEST_MALFORMED = _error("E1301", "トークンサーバへの要求を読めません。", 400)
HEADERS_TOO_LARGE = _error("E1302", "要求のヘッダーが大きすぎます。", 401)
CREDENTIALS_IN_QUERY = _error("E1303", "URLに認証情報またはトークンがあります。", 401)
SECRET_IN_BODY = _error("E1304", "本文にクライアントシークレットがあります。", 401)
TWO_CLIENT_AUTHENTICATIONS = _error("E1305", "2つの認証方式が同時に使われています。", 401)
NO_CLIENT_AUTHENTICATION = _error("E1306", "使える認証方式で認証されていません。", 401)
CLIENT_ID_UNKNOWN = _error("E1307", "クライアントIDは登録されていません。", 401)
CLIENT_DISABLED = _error("E1308", "クライアントは停止されています。", 401)
SECRET_WRONG = _error("E1309", "クライアントシークレットが一致しないか、期限切れです。", 401)
ASSERTION_MALFORMED = _error("E1310", "クライアントのアサーションを読めません。", 401)
ASSERTION_ALGORITHM = _error("E1311", "アサーションの署名アルゴリズムがHS256ではありません。", 401)
ASSERTION_SIGNATURE = _error("E1312", "アサーションの署名が、有効なシークレットのものではありません。", 401)
ASSERTION_CLAIM_MISSING = _error("E1313", "アサーションに必要なクレームがないか、形式が正しくありません。", 401)
ASSERTION_ISSUER = _error("E1314", "アサーションのiss・subが、認証するクライアントIDと一致しません。", 401)
ASSERTION_AUDIENCE = _error("E1315", "アサーションのaudがこのトークンサーバではありません。", 401)
ASSERTION_EXPIRED = _error("E1316", "アサーションの期限が切れています。", 401)
ASSERTION_NOT_YET = _error("E1317", "アサーションのiat・nbfが未来です。クライアントの時計を確認してください。", 401)
ASSERTION_TOO_LONG = _error("E1318", "アサーションのexpが先すぎます。", 401)
ASSERTION_REPLAYED = _error("E1319", "アサーションのjtiは使用済みです。", 401)
GRANT_TYPE_UNSUPPORTED = _error("E1320", "grant_type が client_credentials ではありません。", 400)
SCOPE_MISSING = _error("E1321", "スコープが指定されていません。", 400)
SCOPE_UNKNOWN = _error("E1322", "カタログにないスコープです。", 400)
SCOPE_OF_TWO_PROVIDERS = _error("E1323", "1つのトークンに、提供側または種類の異なるスコープが指定されています。", 400)
SCOPE_NOT_ALLOWED = _error("E1324", "このシステムに許可されていないスコープです。", 400)
TOKEN_MISSING = _error("E1331", "アクセストークンがないか、Bearerの形式ではありません。", 401)
TOKEN_TWICE = _error("E1332", "アクセストークンが2つ以上、または2通りの方法で送られています。", 401)
TOKEN_MALFORMED = _error("E1333", "アクセストークンを読めません。", 401)
TOKEN_ALGORITHM = _error("E1334", "アクセストークンの署名アルゴリズムがRS256ではありません。", 401)
TOKEN_KEY = _error("E1335", "アクセストークンの鍵（kid）はこのトークンサーバのものではありません。", 401)
TOKEN_SIGNATURE = _error("E1336", "アクセストークンの署名が正しくありません。", 401)
TOKEN_TYPE = _error("E1337", "アクセストークンではないトークンです（typ）。", 401)
TOKEN_ISSUER = _error("E1338", "アクセストークンの発行者が異なります。", 401)
TOKEN_AUDIENCE = _error("E1339", "アクセストークンの宛先（aud）が異なります。", 401)
TOKEN_EXPIRED = _error("E1340", "アクセストークンの期限が切れています。", 401)
TOKEN_NOT_YET = _error("E1341", "アクセストークンはまだ有効ではありません。", 401)
TOKEN_CLAIM_MISSING = _error("E1342", "アクセストークンに必要なクレームがないか、形式が正しくありません。", 401)
TOKEN_SCOPE = _error("E1343", "アクセストークンのスコープに、この操作がありません。", 401)
TOKEN_REVOKED = _error("E1344", "アクセストークンは取り消されています。", 401)
TOKEN_OF_DISABLED_CLIENT = _error(
    "E1345", "アクセストークンのクライアントは停止されているか、登録されていません。", 401
)
TOKEN_OF_ANOTHER = _error("E1346", "別のクライアントのトークンを取り消そうとしました。", 400)
SYSTEM_UNKNOWN = _error("E1351", "システム {system} は catalogue/systems.yaml にありません。")
CLIENT_EXISTS = _error(
    "E1352",
    "システム {system} のクライアントは登録済みです。シークレットを作り直すなら kyotsu access client rotate です。",
)
CLIENT_UNREGISTERED = _error("E1353", "システム {system} のクライアントは登録されていません。")
CLIENT_CHANGED = _error("E1354", "システム {system} のクライアントは、同時に変更されました。もう一度実行してください。")
ROTATION_RUNNING = _error(
    "E1355",
    "システム {system} には有効なシークレットが2つあります。古い方の期限が切れるのを待つか、"
    "新しい方を作り直すなら --replace-newest を付けてください。",
)

# Deliveries to recipients.
DELIVERY_NOT_ACKNOWLEDGED = _error("E1401", "期限までに、利用側から受領の回答がありませんでした。")
DELIVERY_NOT_OFFERED = _error("E1402", "期限までに、すべてを利用側へ提供できませんでした。運用者が確認します。")
DELIVERY_REFUSED = _error("E1403", "利用側が受領を拒否しました。利用側に理由を確認してください。")
DELIVERY_SOURCE_GONE = _error(
    "E1404", "提供する前に元のファイルが削除されたため、利用側へ提供できませんでした。同じ内容を再送してください。"
)
DELIVERY_UNDONE = _error("E1405", "提供したファイルは取り消されました。受け取った内容を破棄してください。")
DELIVERY_SET_ASIDE = _error("E1406", "提供 {delivery_id} は再試行しても失敗したため、後回しにしました。")
DELIVERY_UNKNOWN = _error("E1407", "提供 {delivery_id} はありません。提供番号を確認してください。")
REOFFER_UNDONE = _error("E1408", "提供 {delivery_id} の元のファイルは取り消されたため、再提供できません。")
REOFFER_NO_RECIPIENT = _error("E1409", "提供 {delivery_id} の利用側は、いまのカタログでは利用側ではありません。")
REOFFER_REPLACED = _error("E1410", "提供 {delivery_id} は再提供済みです。最後の提供番号を指定してください。")
ACK_NOT_JSON = _error("E1421", "受領の回答をJSONとして読めません（UTF-8、64KB以内）。")
ACK_STATE = _error("E1422", "state は FETCHED、ACKNOWLEDGED、REFUSED のいずれかで設定してください。")
ACK_SHA256_MISSING = _error("E1423", "ACKNOWLEDGED には sha256 が必須です。受け取ったファイルから計算してください。")
ACK_SHA256_DIFFERS = _error("E1424", "sha256 が提供したファイルと一致しません。ファイルを取得し直してください。")
ACK_OF_NOTHING = _error("E1425", "この名前の提供ファイルはありません。提供ファイルと同じ名前で置いてください。")
ACK_MESSAGE = _error("E1426", "message は500文字以内で設定してください。")

# The registry of non-resident addressees. What may not be seen is told like what isn't there.
UNKNOWN_ITEMS = _error("E1501", "項目一覧にない項目が{count}個あります。項目名を確認してください。", 400)
NUMBER_UNUSABLE = _error(
    "E1502", "この宛名番号は利用できません。番号を確認するか、処理区分「0」で付番を依頼してください。", 400
)
PRINCIPAL_UNUSABLE = _error("E1503", "この名寄せ先宛名番号は利用できません。番号を確認してください。", 400)
LINK_TO_ITSELF = _error("E1504", "宛名番号と名寄せ先宛名番号が同じです。番号を確認してください。", 400)
LINK_CHAIN = _error("E1505", "名寄せ先を名寄せ元に、名寄せ元を名寄せ先にすることはできません。", 400)
LINKED_ALREADY = _error("E1506", "別の宛名番号に名寄せ済みです。先に名寄せを解除してください。", 400)
CLOSING_SHARED = _error("E1507", "他の業務が利用している宛名基本情報に、他業務参照不可フラグは設定できません。", 400)

# Requests to our APIs, before a call sees them. E1548 and E1549 are for operators; the caller reads the published 401.
CONTENT_TYPE_WRONG = _error("E1540", "Content-Typeはapplication/json;charset=UTF-8で設定してください。", 400)
BODY_TOO_LARGE = _error("E1541", "要求の本文が大きすぎます。{limit}KB以内に分けて送信してください。", 400)
BODY_NOT_UTF8 = _error("E1542", "要求の本文の文字コードがUTF-8ではありません。", 400)
BODY_NOT_JSON = _error("E1543", "要求の本文をJSONとして読めません。", 400)
BODY_NOT_OBJECT = _error("E1544", "要求の本文はJSONのオブジェクトで設定してください。", 400)
MEMBER_TWICE = _error("E1545", "要求の本文に、同じ項目名が2回以上あります。", 400)
BODY_TOO_DEEP = _error("E1546", "要求の本文の入れ子が深すぎます。{limit}段以内で設定してください。", 400)
IDEMPOTENCY_KEY_WRONG = _error(
    "E1547", "Idempotency-Keyは1つだけ、半角の英数字・記号1〜255文字で設定してください。", 400
)
ROLE_UNKNOWN = _error("E1548", "呼び出したロールは、連携システムのものとして登録されていません。", 401)
CALL_NOT_ALLOWED = _error("E1549", "呼び出したシステムに許可されていないAPIです。", 401)

# Taking over the addressees of existing systems, for the operator who does it.
MIGRATED_WITHOUT_SYSTEM = _error(
    "E1601", "業務IDも独自施策システム等IDもありません。行に設定するか、--system で指定してください。"
)
MIGRATED_UNKNOWN_SYSTEM = _error("E1602", "カタログにないシステムか、--system と異なるシステムの行です。")
MIGRATED_FOR_ANOTHER = _error(
    "E1603", "同じ番号を、別の人と思われる{count}行が使っています（{systems}）。どちらの番号かを確認してください。"
)
MIGRATED_FOR_RESIDENT = _error("E1604", "同じ番号を、住民（住民であった人を含む）である別の人が使っています。")
MIGRATED_FOR_REGISTERED = _error("E1605", "同じ番号で、別の人が住登外者として登録済みです。")
MIGRATED_SPELLED_OTHERWISE = _error("E1606", "先頭の0の有無だけが異なる番号が使われています。番号を確認してください。")
MIGRATED_MEANWHILE = _error("E1607", "移行の間に、ほかの処理がこの番号を変更し続けました。もう一度実行してください。")
MIGRATED_SHARED = _remark(
    "W1600", "同じ番号・同じ人の行がほかのシステムにもあります（{systems}）。1つの記録にまとめます。"
)
MIGRATED_FORMER_RESIDENT = _remark("W1601", "住民であった同じ人の住民宛名番号です。引き継ぎます。")
MIGRATED_OUR_RANGE = _remark("W1602", "新しく付番する番号の範囲にあります。予約し、ほかの人には付番しません。")
MIGRATED_ALREADY = _remark("W1603", "このシステムが利用するものとして登録済みです。記録は変更しません。")
MIGRATED_TO_RECORD = _remark("W1604", "同じ人が登録済みです。このシステムの利用を加えます。")
MIGRATED_DELETED = _remark("W1605", "削除された行です。番号だけを予約します。")
MIGRATED_NEWER_ROW = _remark("W1606", "同じシステムに、同じ番号の新しい行があります。この行は移行しません。")
MIGRATED_UNLINKED = _remark("W1607", "名寄せは移行していません（理由：{reason}）。")
MIGRATED_CLOSED_SINCE = _remark(
    "W1608",
    "移行した後に、この環境で削除された記録です。移行では元に戻さず、番号だけを予約します。利用を再開するには、業務システムから付番を依頼してください。",
)

# Integrated addressees.
INDIVIDUAL_NUMBER_NOT_ALLOWED = _error("E1560", "このシステムは個人番号を利用できません。", 400)
INDIVIDUAL_NUMBER_DIFFERS = _error(
    "E1561",
    "この宛名番号の人には、別の個人番号が登録されています。個人番号が変わった場合は、異動事由を45または46で設定してください。",
    400,
)
INDIVIDUAL_NUMBER_TAKEN = _error(
    "E1562",
    "この宛名番号と個人番号は、別々の団体内統合宛名番号に登録されています。自動では統合しないため、職員が確認してください。",
    400,
)
TWICE_IN_REQUEST = _error("E1563", "この宛名番号は、要求の中に2回以上あります。", 400)
NOT_INTEGRATED = _error("E1565", "この宛名番号の団体内統合宛名番号がありません。付番を依頼してください。")
PEOPLE_COUNT = _error("E1566", "対象者は1人以上{limit}人以下の配列で設定してください。", 400)
ONE_SEARCH_ITEM = _error("E1567", "団体内統合宛名番号、宛名番号、個人番号のうち、1つだけを設定してください。", 400)
TOO_MANY_ROWS = _error("E1568", "1つの団体内統合宛名番号に紐づけられる情報は{limit}件までです。", 400)
NOT_AN_OBJECT = _error("E1569", "対象者は項目名と値の組（JSONのオブジェクト）で設定してください。", 400)
NOT_THE_SENDER = _error("E1570", "業務ID・独自施策システム等IDは、送信元のシステム自身のものを設定してください。")
INTEGRATED_CONTENDED = _error("E1571", "同じ人への更新が重なり、登録できませんでした。もう一度送信してください。", 400)
RENUMBERED_FROM_OUTSIDE = _error(
    "E1572",
    "住登者の個人番号は、住民記録システムだけが変更できます。住民記録側の変更が反映されてから、もう一度送信してください。反映されない場合は、職員が確認してください。",
    400,
)

# Edits of the registry, by API, file or command.
NOT_REGISTERED = _error("E1520", "この宛名番号は、住登外者宛名情報に登録されていません。番号を確認してください。", 400)
NOT_A_USER = _error("E1521", "この宛名番号は、このシステムでは利用していません。番号を確認してください。", 400)
PRINCIPAL_IN_USE = _error("E1522", "名寄せ先になっている宛名番号は削除できません。先に名寄せを解除してください。", 400)
VERSION_OUTDATED = _error(
    "E1523",
    "履歴番号が最新ではありません（最新の履歴番号：{version}）。最新の内容を確認してから、もう一度実行してください。",
    400,
)
EDITED_BY_ANOTHER = _error(
    "E1524",
    "他の職員が異動処理中のため、閲覧以外の操作はできません。しばらくしてから、もう一度送信してください。",
    400,
)
NOT_OF_PROCESSING = _error("E1525", "処理区分「{processing}」では、{item}は設定できません。", 400)
UNDO_OF_EDITS = _error(
    "E1526",
    "連携ID {interface} のファイルは取り消せません（履歴は処理した順に管理します）。正しい内容を送信してください。",
)
# Issuing numbers. E1509 and E1510 are told to operators; a caller is told 503 alone.
KEY_REUSED = _error(
    "E1508", "Idempotency-Keyは、別の内容の要求で使用済みです。新しい要求には新しい値を設定してください。", 400
)
NUMBERS_EXHAUSTED = _error("E1509", "付番できる番号がなくなりました。番号の範囲を見直してください。", 503)
REGISTRY_CONTENDED = _error("E1510", "同じ番号への更新が重なりました。時間をおいて再実行してください。", 503)
RESIDENT_NUMBERS_OFF = _error("E1511", "この環境では、住民宛名番号の付番を行っていません。", 400)
RESIDENT_NUMBERS_NOT_YOURS = _error("E1512", "住民宛名番号の付番は、住民記録システムだけが依頼できます。", 400)

# Candidate search, and the search that an issue must name where the parameters ask for it.
NOTHING_TO_SEARCH_BY = _error(
    "E1640",
    "検索できる項目がありません。氏名、氏名_フリガナ、生年月日（年月または月日）、住所（町字と番地）のいずれかを設定してください。",
    400,
)
SEARCH_NOT_NAMED = _error(
    "E1641",
    "付番の前に、住登外者宛名基本情報照会で候補者を確認してください。回答の検索ID（kensakuid）を設定してください。",
    400,
)
SEARCH_UNKNOWN = _error("E1642", "検索ID（kensakuid）が無効か、有効期限を過ぎています。もう一度照会してください。", 400)
SEARCH_OF_ANOTHER = _error(
    "E1643", "検索ID（kensakuid）の照会は、この人についてのものではありません。この人の情報で照会してください。", 400
)
NOT_AMONG_FOUND = _error(
    "E1644", "この宛名番号は、検索ID（kensakuid）の照会の回答にありません。回答にある宛名番号を設定してください。", 400
)

# Messages from and to the communication server (市町村CS).
MESSAGE_UNREADABLE = _error("E1790", "CSから届いた電文をJSONとして読めません。")
MESSAGE_TOO_LARGE = _error("E1791", "CSから届いた電文が大きすぎます。{limit}KB以内で作成してください。")
MESSAGE_KIND_UNKNOWN = _error("E1792", "CSから届いた電文の種類が、受け付けるものではありません。")
MESSAGE_FOR_ANOTHER = _error("E1793", "CSから届いた電文の宛先が、この環境の市区町村コードではありません。")
MESSAGE_UNKNOWN = _error("E1794", "送信した覚えのない電文への受領通知です。")
MESSAGE_CONTRADICTED = _error("E1795", "この電文には、異なる受領通知を受信済みです。")
MESSAGE_ID_WRONG = _error("E1796", "電文番号が、半角の英数字・-・_で1〜128文字でないか、ファイル名と一致しません。")
MESSAGE_ITEM_WRONG = _error("E1797", "CSから届いた電文の項目{place}の形式が違います。")
MESSAGE_REJECTED = _error("E1800", "電文がCSに受け付けられませんでした。理由は、併記したCSの理由コードです。")
MESSAGE_GONE = _error("E1801", "電文の本文が消去されているため、送信できません。")
MESSAGE_NOT_POSTED = _error("E1802", "この番号の電文はありません。")
MESSAGE_UNDECIDED = _error("E1803", "送信の結果がまだ分からない電文は、再送できません（状態：{state}）。")

# Documents of マイナポータル (引越しOSS).
APPLICATION_TOO_LARGE = _error("E1700", "申請の文書が大きすぎます。{limit}KB以内で送信してください。")
APPLICATION_UNREADABLE = _error("E1701", "申請の文書をJSON（UTF-8）として読めません。")
APPLICATION_ITEMS_UNKNOWN = _error("E1702", "申請の{place}に、様式にない項目があります。")
APPLICATION_ITEM_WRONG = _error("E1703", "申請の{place}の形式が様式と異なります。")
APPLICATION_ITEM_MISSING = _error("E1704", "申請の{place}に、必須の項目がありません。")
APPLICATION_DATE_WRONG = _error("E1705", "申請の{place}は実在する日付をYYYY-MM-DD形式で設定してください。")
APPLICATION_FOR_ANOTHER = _error(
    "E1706", "この市区町村が受け付ける届出・予約がありません。市区町村コードを確認してください。"
)
APPLICATION_SAME_PLACE = _error(
    "E1707", "転出先が転出元と同じです。同じ市区町村の中での転居は、転居予約をしてください。"
)
APPLICATION_OUT_OF_WINDOW = _error("E1708", "異動日が、オンラインで受け付ける期間の外です。窓口で届け出てください。")
APPLICATION_NOBODY = _error("E1709", "異動する人がいません。1人以上を設定してください。")
APPLICATION_POSITIONS = _error("E1710", "異動する人と届出人の番号は、1から順に重複なく設定してください。")
APPLICATION_NO_VISIT = _error("E1711", "予約には、申請した日以後の来庁予定日が必要です。")
APPLICATION_ENDED = _error("E1712", "この受付番号の手続は終了しています。新しく申請してください。")
APPLICATION_TOO_LATE = _error("E1713", "手続が進んでいるため、訂正を受け付けられません。窓口に連絡してください。")
APPLICATION_CONTRADICTED = _error(
    "E1714", "同じ受付番号・同じ版で、内容の異なる申請を受付済みです。版を上げて送信してください。"
)
APPLICATION_SAME_ADDRESS = _error("E1715", "転居先の住所が、いまの住所と同じです。")
NUMBER_NOT_REFERRED = _remark("W1700", "個人番号の参照先が見つからないため、個人番号なしで確認します。")
ANOTHER_CASE_OPEN = _remark("W1701", "同じ人の別の手続が進んでいます。どちらを進めるか確認してください。")
CERTIFICATE_NOT_JOINED = _remark(
    "W1702", "予約と同じ人の転出証明書情報が別の案件にありますが、自動では結び付けられません。確認してください。"
)
CASE_JOINED = _remark("W1703", "転出証明書情報を、同じ人の予約の案件に移して終了しました。")

# Steps of 転出 (引越しOSS): why a case waits for a clerk, or ended.
MOVE_RESTRAINED = _error("E1730", "異動抑止の対象者が含まれています。内容を確認し、解除または差戻しをしてください。")
CERTIFICATE_NOT_SENT = _error(
    "E1731", "転出証明書情報の送信が完了していません。CS連携の電文一覧（kyotsu cs messages）を確認してください。"
)
NOTICE_UNARRIVED = _error("E1732", "期限までに転入通知が届いていません。転入地に確認してください。")
MOVE_RETURNED = _error(
    "E1733", "届出の内容を確認できませんでした。市区町村からの連絡を確認し、届出をやり直してください。"
)
MOVE_UNIDENTIFIED = _error("E1734", "宛名番号が決まっていない異動者がいます。宛名番号を指定してください。")
MOVE_OUTLIVED = _error("E1850", "書類の保管期間内に手続が完了しませんでした。届出をやり直してください。")

# Steps of 転入 and 転居 (引越しOSS).
SPECIAL_PERIOD_OVER = _error("E1760", "特例転入の期限を過ぎました。転出証明書の交付を受けるよう案内してください。")
NOTICE_NOT_SENT = _error(
    "E1761", "転入通知の送信が完了していません。CS連携の電文一覧（kyotsu cs messages）を確認してください。"
)
NOT_FOR_US = _error("E1762", "この市区町村あての転出証明書情報ではありません。")
CASE_ERASED = _error("E1763", "保管期間を過ぎて消去した手続への電文です。")
NOTICE_WITHOUT_CASE = _error("E1765", "転入通知に対応する転出の手続がありません。住民記録で確認してください。")

# 転入届.
FORM_WITHOUT_PAPERS = _error("E1830", "転出証明書情報も転入予約もないため、転入届を作成できません。")

# What a clerk decides of a case (kyotsu moving), and 転出証明書情報 for 住民記録.
CASE_NOT_WAITING = _error("E1870", "この手続は、いまこの決定を待っていません（状態：{state}）。")
CASE_DECIDED_OTHERWISE = _error("E1871", "この手続には、先に別の決定・訂正・取下げが届いています。")
SAME_CLERK = _error("E1872", "差異の決定または抑止の解除をした職員は、同じ手続を決裁できません。")
CORRECTION_UNLIKE = _error("E1873", "訂正の{place}が、受け付けた届出と違います。")
NUMBER_UNFIT = _error("E1874", "{position}人目に指定した宛名番号は、住民のものではないか、重複しています。")
CASE_OVER = _error("E1875", "この手続は終了しているか、取下げができない段階です（状態：{state}）。")
CASE_UNKNOWN = _error("E1876", "この番号の手続はありません。", 400)
CERTIFICATE_INCOMPLETE = _error("E1877", "転出証明書情報がまだ揃っていません。", 400)
CERTIFICATE_ERASED = _error("E1878", "転出証明書情報は、保管期間を過ぎて消去されています。", 400)
FORM_OUTDATED = _remark("W1870", "転入届がいまの内容で作成されていないため、印刷に含めていません。")
FORM_WITHHELD = _remark("W1871", "支援措置対象者が含まれるため、印刷に含めていません。")

# Remarks on messages to the communication server.
CHARACTERS_SUBSTITUTED = _remark(
    "W1790", "CSで使えない文字を置き換えて送ります。kyotsu cs show 電文番号 で、もとの文字を確認してください。"
)

# Remarks on rows that were accepted.
STATUS_DISAGREES = _remark("W1001", "住民状態と枝番{branch}の異動が一致しません。")
BLANK_NAME = _remark("W1002", "氏名が空欄です。")
CHECK_DIGIT_WRONG = _remark("W1003", "{item}の検査数字が一致しません。")
DELETE_OF_UNKNOWN = _remark("W1004", "受信していない履歴に対する削除です。削除として保管しました。")
CONFLICT = _remark("W1005", "同じ履歴・同じ操作日時で内容の異なるデータを受信済みです。")
MOVE_OUT_PLANNED = _remark("W1006", "転出予定者（住民状態は住登者）の転出です。住民区分の扱い：{handling}。")
NO_LATEST = _remark("W1007", "最新フラグが1の履歴がなくなりました。最も新しい履歴を現在の記録とします。")
FORM_UNUSUAL = _remark("W1008", "{item}が半角数字{length}桁ではありません。内容を確認してください。")
NOTE_WITHOUT_FLAG = _remark("W1009", "{item}が設定されていますが、{flag}が1ではありません。")

# Remarks on number-issue requests that were done: for a clerk's list, as the published answer has no place for them.
NUMBER_NOT_USED = _remark("W1501", "処理区分「0」のため、指定された宛名番号は使用せず、新しく付番しました。")
NUMBER_UNHEARD_OF = _remark("W1502", "この宛名番号は、住民情報にも住登外者情報にもありませんでした。")
STILL_REGISTERED = _remark("W1503", "この宛名番号は、いまも住登者のものです。住民区分は変わりません。")

# Remarks on integrated addressees.
NO_ROW_TO_END = _remark("W1560", "この業務の情報がないため、削除するものがありませんでした。")

# Remarks on edits of the registry that were done.
UNLINKED_BY_FLAG = _remark("W1520", "名寄せ元フラグが1ではないため、名寄せを解除しました。")
NOTHING_TO_END = _remark("W1521", "このシステムでは利用していない宛名番号のため、削除するものがありませんでした。")

# Remarks on a 転入届 that was drawn.
FORM_SUBSTITUTED = _remark(
    "W1830", "字体どおりに印字できない文字があります。転入届の「印字できない文字」を確認してください。"
)
FORM_UNCERTIFIED = _remark("W1831", "転出証明書情報が届いていないため、転入予約の内容で作成しました。")
FORM_UNANNOUNCED = _remark("W1832", "転入予約がないため、転出証明書情報だけで作成しました。")
FORM_PEOPLE_DIFFER = _remark("W1833", "転入予約と転出証明書情報とで、異動する人の数が違います。")
FORM_NOT_CARD_BASED = _remark("W1834", "特例転入ではありません。転出証明書の要否を確認してください。")

# Normal outcomes worth naming.
DUPLICATE_CONTENT = _define(
    "I1001", Level.INFO, "同じ内容のファイルを受信済みです（{object_key}、受付 {receipt_id}）。再適用はしていません。"
)
