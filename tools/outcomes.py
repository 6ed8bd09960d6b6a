"""Write docs/outcomes.md: every outcome code, for whoever meets one."""

from __future__ import annotations

from pathlib import Path

from kyotsu.contracts.outcomes import Level, all_outcomes
from kyotsu.linkage.rules import NAMES, TYPES, Form

FILE = Path(__file__).parents[1] / "docs" / "outcomes.md"
_LEVELS = {Level.ERROR: "エラー", Level.REMARK: "注意", Level.INFO: "情報"}
_HEAD = """# 結果コード

`.venv/bin/python tools/outcomes.py` が `kyotsu.contracts.outcomes` から作ります。手で直さないでください。

E0001〜E0004 は住登外者宛名番号付番API 2.0 のもの、E10xx は行、E11xx はファイル全体、
E15xx は住登外者宛名番号管理、W10xx は受け付けた行への注意、W15xx は処理した付番依頼への注意、I1xxx は正常な結果です。

| コード | 区分 | HTTP | メッセージ |
|---|---|---|---|
"""
_FORMS = """
## 項目の規則

レイアウトの型と項目名（ローマ字）ごとの規則です。`kyotsu.linkage.rules` にあります。
`_` で始まる名前は、その名前で終わる項目です。このほか、すべての項目について：

- 型 X・N・9 の値がレイアウトの文字数を超える：E1001。コード値のある項目がその値でない：E1002。
- 必須項目・キー項目が空：E0001。キー項目に空白がある：E1010。
- 不詳フラグが1で不詳表記がない：E0004。不詳フラグが1でないのに不詳表記がある：W1009。
- 不詳フラグが1の日付は、暦にない日（月00〜12、日00〜31）でもかまいません。

| 型・項目 | 正しい値の例 | エラー | 注意 |
|---|---|---|---|
"""


def _forms() -> str:
    kinds = {f"型 {kind}": form for kind, form in TYPES.items()} | {f"`{name}`": form for name, form in NAMES.items()}
    return "".join(_form(name, form) for name, form in kinds.items())


def _form(name: str, form: Form) -> str:
    errors, remarks = ("、".join(rule.outcome.code for rule in rules) for rules in (form.rules, form.remarks))
    return f"| {name} | `{form.example}` | {errors} | {remarks} |\n"


def document() -> str:
    """Return the page. Each code has an anchor of its own (`#e1101`)."""
    rows = (
        f'| <a id="{found.code.lower()}"></a>{found.code} | {_LEVELS[found.level]} | {found.http_status or ""} '
        f"| {found.message.replace('|', chr(92) + '|').replace('{{', '{').replace('}}', '}')} |\n"
        for found in all_outcomes()
    )
    return _HEAD + "".join(rows) + _FORMS + _forms()


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
