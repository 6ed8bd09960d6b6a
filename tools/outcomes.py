"""Write docs/outcomes.md: every outcome code, for whoever meets one."""

from __future__ import annotations

from pathlib import Path

from kyotsu.contracts.outcomes import Level, all_outcomes

FILE = Path(__file__).parents[1] / "docs" / "outcomes.md"
_LEVELS = {Level.ERROR: "エラー", Level.REMARK: "注意", Level.INFO: "情報"}
_HEAD = """# 結果コード

`.venv/bin/python tools/outcomes.py` が `kyotsu.contracts.outcomes` から作ります。手で直さないでください。

E0001〜E0004 は住登外者宛名番号付番API 2.0 のもの、E10xx は行、E11xx はファイル全体、
W10xx は受け付けた行への注意、I1xxx は正常な結果です。

| コード | 区分 | HTTP | メッセージ |
|---|---|---|---|
"""


def document() -> str:
    """Return the page. Each code has an anchor of its own (`#e1101`)."""
    rows = (
        f'| <a id="{found.code.lower()}"></a>{found.code} | {_LEVELS[found.level]} | {found.http_status or ""} '
        f"| {found.message.replace('|', chr(92) + '|').replace('{{', '{').replace('}}', '}')} |\n"
        for found in all_outcomes()
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
