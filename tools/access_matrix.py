"""Write docs/access-matrix.md: who may do what, from the templates of the development stage."""

from __future__ import annotations

from pathlib import Path

from infra.access.matrix import matrix
from infra.access.page import document
from infra.sandbox.assembly import read_stacks
from infra.sandbox.synthesis import synthesized

FILE = Path(__file__).parents[1] / "docs" / "access-matrix.md"
MUNICIPALITY = "141003"

if __name__ == "__main__":
    FILE.write_text(document(matrix(read_stacks(synthesized(MUNICIPALITY)))), encoding="utf-8")
