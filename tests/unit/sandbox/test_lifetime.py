"""How a sandbox is asked to end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.flows.conftest import ROOT

ASKED = """
import signal, threading
from infra.sandbox.lifetime import until_asked_to_end

ended = until_asked_to_end(with_parent=False)
idle = threading.Thread(target=threading.Event().wait, daemon=True)
idle.start()
asks = lambda: signal.pthread_kill(idle.ident, signal.{name})
threading.Timer(0.2, asks).start()  # by then the main thread waits
print("ended" if ended.wait(20) else "not told")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_gets_ends_it(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(name=name)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ended\n"
