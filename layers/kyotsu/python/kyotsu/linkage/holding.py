"""Files that protect people hold deliveries back from their receipt until they are applied.

Until then nobody knows whom such a file protects, and what is out can't be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.protection import APPLIER
from kyotsu.linkage.keys import spellings


def protecting(catalogue: Catalogue) -> Iterator[str]:
    """Yield the ids of the interfaces whose files protect people, in every spelling that senders may use."""
    for interface in catalogue.interfaces.values():
        if interface.applier == APPLIER:
            yield from spellings(interface.id)


def protects(catalogue: Catalogue, key: str) -> bool:
    """Tell whether an object is, or was meant to be, a file that protects people: a name may be malformed."""
    return any(interface in key for interface in protecting(catalogue))
