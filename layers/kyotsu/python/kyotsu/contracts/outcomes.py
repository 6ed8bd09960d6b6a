"""The one catalogue of outcomes: every code a sender, a caller or an operator can meet.

E0001–E0004 are those of 住登外者宛名番号付番API 2.0; E1001 and above are ours. E10xx concern a row, E11xx a whole
file, W10xx are remarks on a row that was accepted, I1xxx tell of something normal. A message is a Japanese
sentence whose `{placeholders}` are filled by `Outcome.sentence`; it never repeats a received value.
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
    "E1008", "1つの宛名番号で管理できる履歴は{limit}件までです。宛名番号に誤りがないか確認してください。"
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

# Normal outcomes worth naming.
DUPLICATE_CONTENT = _define(
    "I1001", Level.INFO, "同じ内容のファイルを受信済みです（{object_key}、受付 {receipt_id}）。再適用はしていません。"
)
