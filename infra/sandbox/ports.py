"""Where the sandbox's servers listen."""

HOST = "127.0.0.1"


class PortTakenError(OSError):
    """Another process listens on the wanted port."""
