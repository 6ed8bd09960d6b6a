"""Write docs/runbooks/logs.md: every log message, for whoever reads the logs."""

from __future__ import annotations

from pathlib import Path

from kyotsu.runtime.log_messages import MESSAGES

FILE = Path(__file__).parents[1] / "docs" / "runbooks" / "logs.md"
_HEAD = """# ログの読み方

`.venv/bin/python tools/log_messages.py` が `kyotsu.runtime.log_messages` から作ります。手で直さないでください。

どの関数のログも、1行が1つのJSONです。`message` が次の表の名前、`service` が関数、`receipt_id` が受付番号です。
失敗の行には、例外の種類 `error` と起きた所 `place` があります。例外の文は、受信した値を含みうるので書きません。
氏名・住所などの個人情報はログに出ません（宛名番号と受付番号だけが出ます）。

CloudWatch Logs Insights で1つの受付を追うには：

```
fields @timestamp, service, message, status, error, place
| filter receipt_id = "受付番号"
| sort @timestamp
```

| 名前 | 意味 |
|---|---|
"""


def document() -> str:
    """Return the page."""
    return _HEAD + "".join(f"| `{name}` | {text} |\n" for name, text in sorted(MESSAGES.items()))


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
