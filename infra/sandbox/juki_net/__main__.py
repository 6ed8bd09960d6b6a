"""`python -m infra.sandbox.juki_net`: the simulator in a process of its own. Its first line is its URL."""

from __future__ import annotations

import argparse
import sys

from infra.sandbox.juki_net.serving import serving
from infra.sandbox.lifetime import until_asked_to_end
from infra.sandbox.ports import PortTakenError


def main() -> int:
    """Serve until SIGTERM, SIGINT or, with --with-parent, the parent's end."""
    parser = argparse.ArgumentParser(prog="python -m infra.sandbox.juki_net")
    parser.add_argument("--port", type=int, default=0, help="ポート（0 = 空き番号）")
    parser.add_argument("--expect", action="append", default=[], help="あとから接続する市区町村コード（繰り返し可）")
    parser.add_argument("--with-parent", action="store_true", help="標準入力が閉じたら終了する")
    given = parser.parse_args()
    ended = until_asked_to_end(with_parent=given.with_parent)
    try:
        with serving(given.port, frozenset(given.expect)) as url:
            sys.stdout.write(url + "\n")
            sys.stdout.flush()
            ended.wait()
    except PortTakenError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
