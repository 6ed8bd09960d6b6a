"""What a 転入届 costs: forms per second of one core, a batch beside single forms, and a cold start.

Processor time, not the clock's: the machine is shared.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from infra.bundling import build_layers, build_local_dependencies, build_local_forms
from kyotsu.moving.form.drawing import draw, draw_batch
from kyotsu.moving.form.fonts import find_fonts
from kyotsu.moving.form.forms import FormPerson, MoveInForm

FORMS = 100
_COLD = """
import sys, time
sys.path[:0] = {paths!r}
before = time.process_time()
from kyotsu.moving.form.drawing import draw
from kyotsu.moving.form.fonts import find_fonts
from kyotsu.moving.form.forms import MoveInForm
draw(MoveInForm(case_id="I-1"), find_fonts())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - before, int(peak.split()[1]) / 1024)
"""


def main() -> None:
    """Measure and print."""
    fonts, forms = find_fonts(), [_form(number) for number in range(FORMS)]
    draw(_form(FORMS), fonts)
    single = _seconds(lambda: [draw(form, fonts) for form in forms])
    batch = _seconds(lambda: [draw_batch(forms, "令和8年4月1日", fonts)])
    sys.stdout.write(f"fonts: {', '.join(font.family for font in fonts.fonts)}\n")
    sys.stdout.write(f"{FORMS / single:.0f} forms/s one by one, {FORMS / batch:.0f} forms/s as one PDF\n")
    seconds, mebibytes = _cold()
    sys.stdout.write(f"cold start to the first form: {seconds:.2f} s of processor time, {mebibytes:.0f} MiB\n")


def _form(number: int) -> MoveInForm:
    """Return an invented form that no other one equals: equal ones are remembered by the engine."""
    people = tuple(
        FormPerson(
            name=f"渡邉\U000e0101 {number}-{position}",
            name_kana="ワタナベ",
            birth_date="昭和60年3月2日",
            sex="女",
            relationship="子",
        )
        for position in range(4)
    )
    return MoveInForm(
        case_id=f"I-{number:016}",
        municipality="千代田区",
        new_address=f"東京都千代田区丸の内一丁目２番{number}号",
        filer=f"渡邉 {number}",
        people=people,
    )


def _seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _cold() -> tuple[float, float]:
    layers = (build_layers().kyotsu, build_local_dependencies(), build_local_forms())
    code = _COLD.format(paths=[str(layer / "python") for layer in layers])
    command = [sys.executable, "-I", "-S", "-B", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, mebibytes = done.stdout.split()
    return float(seconds), float(mebibytes)


if __name__ == "__main__":
    main()
