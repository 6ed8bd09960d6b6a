"""A function's settings, from its environment. Read on first use, never at import."""

from __future__ import annotations

import os


class SettingMissingError(Exception):
    """The deployment forgot an environment variable."""


def setting(name: str) -> str:
    """Return an environment variable; raises SettingMissingError with its name."""
    try:
        return os.environ[name]
    except KeyError:
        raise SettingMissingError(name) from None
