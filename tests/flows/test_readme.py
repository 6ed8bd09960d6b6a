"""Every command of the READMEs runs, and both tell the same ones."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.flows.conftest import ROOT

_BLOCK = re.compile(r"<!-- run: (?P<how>[a-z]+).*? -->\n```bash\n(?P<script>.*?)```", re.DOTALL)
_CONNECT = """
export AWS_ENDPOINT_URL=$(python -c 'import json; print(json.load(open(".sandbox/endpoints.json"))["aws_endpoint"])')
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=ap-northeast-1
"""
_END = "kill %1\n"


def _blocks(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    assert text.count("```bash") == len(_BLOCK.findall(text)), "a block does not say how it is run"
    return {match["how"]: re.sub(r" +#.*", "", match["script"]) for match in _BLOCK.finditer(text)}


def test_both_languages_tell_the_same_commands() -> None:
    assert _blocks("README.md") == _blocks("README.ja.md")


def test_sandbox_and_aws_commands_run_as_written(tmp_path: Path) -> None:
    blocks = _blocks("README.md")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    assert blocks["aws"].endswith(_END)
    # Only the port differs: another sandbox may be running here.
    sandbox = blocks["sandbox"].replace("sandbox up", "sandbox up --port 0 --api-port 0")
    told = (sandbox, blocks["connect"], blocks["numbers"], blocks["find"], _CONNECT, blocks["moving"], blocks["aws"])
    script = "set -e\n" + "".join(told) + "wait\n"
    done = subprocess.run(
        ["bash", "-m", "-c", script], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"status": "ACCEPTED"' in done.stdout
    assert "候補者は見つかりませんでした" not in done.stdout
    assert re.search('"status": ?"完了"', done.stdout)


def test_make_words_of_the_readme_exist() -> None:
    words = re.findall(r"^make ([a-z]+)", "".join(_blocks("README.md").values()), re.MULTILINE)
    assert words
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for word in words:
        assert re.search(rf"^{word}:", makefile, re.MULTILINE), word
