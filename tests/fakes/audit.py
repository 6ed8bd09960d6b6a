"""The audit trail's bucket and index, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kyotsu.contracts.audit import Access, Deed
from kyotsu.runtime.audit.records import Header


@dataclass
class MemoryBucket:
    """Objects that are written once."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def create(self, key: str, body: bytes) -> bool:
        if key in self.objects:
            return False
        self.objects[key] = body
        return True

    def find(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def folders(self, prefix: str) -> Iterator[str]:
        names = (key.removeprefix(prefix) for key in self.keys(prefix))
        yield from dict.fromkeys(name.split("/")[0] for name in names if "/" in name)


@dataclass
class MemoryIndex:
    """What finds records by person."""

    noted: dict[tuple[str, tuple[str, ...]], list[str]] = field(default_factory=dict)

    def knows(self, access: Access, people: Sequence[str]) -> bool:
        return (access.access_id, tuple(people)) in self.noted

    def note(self, headers: Sequence[Header], people: Sequence[str]) -> None:
        access_id = headers[0].access.access_id
        self.noted[access_id, tuple(people)] = [header.place.key for header in headers]

    def keys_of(self, number: str, _months: Sequence[str]) -> Iterator[str]:
        for (_, people), keys in self.noted.items():
            if people[0] <= number <= people[-1]:
                yield from keys


def access(access_id: str = "a1", at: str = "2026-11-21T12:00:00.000+09:00", **fields: object) -> Access:
    """Return a lawful access."""
    own: dict[str, object] = {
        "actor": "010",
        "business": "010",
        "purpose": "linkage",
        "deed": Deed.OFFERED,
        "subject": "001o006-010-000001",
    }
    return Access(access_id=access_id, at=at, **{**own, **fields})  # type: ignore[arg-type] # by name
