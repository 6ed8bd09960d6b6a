"""What ends the reception of a file without applying anything."""

from kyotsu.contracts.errors import KyotsuError


class FileRejectedError(KyotsuError):
    """The whole file is refused; its answer says why."""
