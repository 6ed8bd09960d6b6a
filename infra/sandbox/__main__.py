"""`python -m infra.sandbox`: the sandbox without the `kyotsu` command."""

import argparse
import logging
import sys
from pathlib import Path

from infra.sandbox.run import run


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m infra.sandbox")
    parser.add_argument("--municipality", action="append", help="市区町村コード（繰り返し可、既定 141003）")
    parser.add_argument("--port", type=int, default=4566, help="AWS のポート（0 = 空き番号）")
    parser.add_argument("--api-port", type=int, default=8080, help="API のポート（0 = 空き番号）")
    parser.add_argument("--state-dir", type=Path, default=Path(".sandbox"), help="状態を置くフォルダー")
    parser.add_argument("--with-parent", action="store_true", help="標準入力が閉じたら終了する")
    parser.add_argument("--secondary", action="store_true", help="一番上の endpoints.json を書かない")
    parser.add_argument("--assembly", type=Path, help="合成済みのフォルダーを使う")
    parser.add_argument("--juki-net", default="", help="住基ネットのシミュレーターのURL（既定：一緒に起動する）")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    return run(
        given.municipality or ["141003"],
        given.port,
        given.api_port,
        given.state_dir,
        with_parent=given.with_parent,
        secondary=given.secondary,
        assembly=given.assembly,
        juki_net=given.juki_net,
    )


if __name__ == "__main__":
    sys.exit(main())
