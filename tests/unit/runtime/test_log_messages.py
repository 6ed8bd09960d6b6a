"""Log messages are listed in one place, and nobody logs another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kyotsu.runtime.log_messages import MESSAGES
from tools.log_messages import FILE, document

ROOT = Path(__file__).parents[3]
PRODUCT = [path for folder in ("layers/kyotsu/python", "functions") for path in (ROOT / folder).rglob("*.py")]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def _messages(path: Path) -> Iterator[str | None]:
    """Yield what each logging call of a file may say; None if only running it could tell."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="log_failure" | "failures_named"):
                said = node.args[1]
            case ast.Attribute(value=ast.Name(id="logger"), attr=attr) if attr in LEVELS:
                said = node.args[0]
            case _:
                continue
        choices = [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
        for choice in choices:
            yield choice.value if isinstance(choice, ast.Constant) and isinstance(choice.value, str) else None


def _said() -> set[str | None]:
    # `log_failure` itself says what its callers say.
    return {message for path in PRODUCT if path.name != "logs.py" for message in _messages(path)}


def test_every_message_of_the_product_is_listed_and_every_listed_one_is_said() -> None:
    assert _said() == set(MESSAGES)


def test_messages_are_names_to_search_for_with_a_japanese_sentence() -> None:
    for name, text in MESSAGES.items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)
        assert re.search(r"[ぁ-ん]", text)
        assert text.endswith("。")


def test_the_documentation_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run .venv/bin/python tools/log_messages.py"
