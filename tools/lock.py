"""Resolve the dependencies again and write uv.lock without any registry's host name."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tools.setup import ROOT, find_uv

LOCK = ROOT / "uv.lock"
PLACEHOLDER = "https://registry.invalid"


def without_hosts(text: str) -> str:
    """Return a lock file's text with every registry's scheme and host replaced by the placeholder."""
    return re.sub(r'"https?://[^/"]+', f'"{PLACEHOLDER}', text)


def main() -> None:
    """Lock from scratch, because uv can't read versions back from a registry that does not exist."""
    LOCK.unlink(missing_ok=True)
    subprocess.run([find_uv(), "lock", "--project", str(ROOT)], check=True)
    LOCK.write_text(without_hosts(Path(LOCK).read_text()))


if __name__ == "__main__":
    main()
