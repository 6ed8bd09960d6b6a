"""What functions cost to import, beside powertools' Logger and a boto3 client.

Each import runs in a process of its own that sees, as in Lambda, its folder and the layers alone. The two alternate,
and the ratio is that of their medians. Processor time, not the clock's; modules are compiled before.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile

from infra.bundling import build_layers, build_local_dependencies

RUNS = 15
AIMS = {"linkage/receive_file": 1.2, "addressees/issue_number": 1.6, "integrated/issue_number": 1.6}
"""The ratio that each function is held to."""
_TIMED = """
import sys, time
sys.path[:0] = {paths!r}
before = time.process_time()
{work}
print(time.process_time() - before)
"""
_BASE = """
import boto3
from aws_lambda_powertools import Logger
Logger(service="x")
boto3.client("s3", region_name="ap-northeast-1")
"""


def main() -> None:
    """Measure and print."""
    layers = [str(build_layers().kyotsu / "python"), str(build_local_dependencies() / "python")]
    base, ours = list[float](), {function: list[float]() for function in AIMS}
    with tempfile.TemporaryDirectory() as bytecode:
        for _ in range(RUNS + 1):
            base.append(_seconds(layers, _BASE, bytecode))
            for function, found in ours.items():
                found.append(_seconds([f"functions/{function}", *layers], "import handler", bytecode))
    # The first of each has compiled the modules.
    base_median = statistics.median(base[1:])
    sys.stdout.write(f"{'Logger + boto3 client':26}{base_median * 1000:6.0f} ms\n")
    for function, aim in AIMS.items():
        median = statistics.median(ours[function][1:])
        sys.stdout.write(
            f"{function:26}{median * 1000:6.0f} ms   ratio {median / base_median:.2f}   (aim: {aim} or less)\n"
        )


def _seconds(paths: list[str], work: str, bytecode: str) -> float:
    code = _TIMED.format(paths=paths, work=work)
    environment = {"POWERTOOLS_SERVICE_NAME": "x"}
    # Bytecode goes to a folder of its own: the layers are what will be deployed.
    command = [sys.executable, "-I", "-S", "-X", f"pycache_prefix={bytecode}", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
