"""Undo: the function `functions/linkage/undo_file`, invoked by the `kyotsu` command alone."""

from __future__ import annotations

from constructs import Construct

from infra.constructs.file_access import MEMORY_MIB, TIMEOUT, FileAccess
from infra.constructs.function import PythonFunction


class UndoFile(Construct):
    """The function that takes a file back: it stores rows and answers, and may forget an accepted content."""

    def __init__(self, scope: Construct, construct_id: str, *, access: FileAccess) -> None:
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            platform=access.platform,
            source="linkage/undo_file",
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment=access.environment(),
        )
        access.let_read_files(self.function)
        access.let_store_rows(self.function)
        access.let_undo(self.function)
