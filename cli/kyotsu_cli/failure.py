"""How a command ends when it can't do its work."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of all commands."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_ACCEPTED = 4
    """A file was answered, but not (wholly) accepted; or it does not come to the same under another version."""
    UNDECIDED = 5
    """Of somebody nothing could be shown, because nobody can tell now whether this person is protected."""


class CommandError(Exception):
    """A sentence in Japanese that tells the operator what to do."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        self.code = code
        super().__init__(message)
