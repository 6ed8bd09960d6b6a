"""Looking for anything that was changed, taken out of or put into the trail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kyotsu.contracts.audit import Access
from kyotsu.runtime.audit.digests import DIGESTS, LOOK_BACK, Digest, days, digest_key, ends_of, shifted
from kyotsu.runtime.audit.reading import (
    Chain,
    End,
    Problem,
    ReadObjects,
    Wrong,
    accesses,
    chains_of,
    follow,
    people_of,
)
from kyotsu.runtime.audit.records import Record
from kyotsu.runtime.batches import in_parallel


class KnownAccesses(Protocol):
    """What finds records by person."""

    def knows(self, access: Access, people: Sequence[str]) -> bool:
        """Tell whether an access to exactly these people is found by each of them."""
        ...


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at on one day, and what is wrong with it."""

    day: str
    records: int
    digest: str
    """SHA-256 of the day's digest, to compare with what was noted elsewhere; empty if there is none yet."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Verifying:
    """Checks records against their chains, chains against digests, and digests against each other."""

    municipality: str
    objects: ReadObjects
    index: KnownAccesses

    def look(self, first: str, last: str, due: str) -> Iterator[Verified]:
        """Yield the result for every day (YYYY-MM-DD), in order. Nothing is changed.

        `due` is the last day that must have its digest by now, if any day has one.
        """
        known = sorted(key.removeprefix(DIGESTS).removesuffix(".json") for key in self.objects.keys(DIGESTS))
        begun, newest = (known[0], known[-1]) if known else ("", "")
        for day in days(first, last):
            problems: list[Problem] = []
            digest, sha256 = None, ""
            if known and begun <= day <= max(newest, due):
                digest, sha256 = self._digest(day, problems, first=day == begun)
            records, wrong = self._records(day, newest)
            yield Verified(day, records, sha256 if digest else "", tuple(dict.fromkeys((*problems, *wrong))))

    def _digest(self, day: str, problems: list[Problem], *, first: bool) -> tuple[Digest | None, str]:
        key = digest_key(day)
        body = self.objects.find(key)
        if body is None:
            problems.append(Problem(Wrong.DIGEST_MISSING, key))
            return None, ""
        digest = _decoded(body)
        if digest is None or (digest.day, digest.municipality) != (day, self.municipality):
            problems.append(Problem(Wrong.DIGEST_BROKEN, key))
            return None, ""
        before = self.objects.find(digest_key(shifted(day, -1)))
        if before is not None and hashlib.sha256(before).hexdigest() != digest.previous:
            problems.append(Problem(Wrong.DIGEST_UNCHAINED, key))
        # The one before the first there is may be gone because its time was over; then so are its day's records.
        if before is None and first and digest.previous and chains_of(self.objects, shifted(day, -1))[0]:
            problems.append(Problem(Wrong.DIGEST_MISSING, digest_key(shifted(day, -1))))
        problems.extend(digest.problems)
        return digest, hashlib.sha256(body).hexdigest()

    def _records(self, day: str, newest: str) -> tuple[int, list[Problem]]:
        """Return how many records of a day there are, and what is wrong with them by all digests that saw any."""
        bodies = (self.objects.find(digest_key(of)) for of in days(day, shifted(day, LOOK_BACK)))
        digests = [digest for digest in map(_decoded, filter(None, bodies)) if digest]
        stretches = [stretch for digest in digests for stretch in digest.stretches if stretch.day == day]
        seen = ends_of(digests)
        hashes = {chain: dict[int, str]() for chain in seen}
        for stretch in stretches:
            hashes[stretch.chain][stretch.last] = stretch.hash
        chains, problems = chains_of(self.objects, day)
        # While a digest may still see late records, records beyond the last one that was seen are lawful.
        final = bool(newest) and newest >= shifted(day, LOOK_BACK)
        count = 0
        for chain in sorted({*chains, *(stretch.chain for stretch in stretches)}):
            found, wrong = self._chain(chain, chains.get(chain, []), seen.get(chain, End()), hashes.get(chain, {}))
            problems += wrong
            count += found
            if final and not wrong and found > seen.get(chain, End()).sequence:
                problems.append(Problem(Wrong.UNSEEN, chain.key(seen.get(chain, End()).sequence + 1)))
        return count, problems

    def _chain(
        self, chain: Chain, sequences: Sequence[int], seen: End, hashes: Mapping[int, str]
    ) -> tuple[int, list[Problem]]:
        """Return how many records follow each other from the chain's beginning, and the first problem after them."""
        count = 0
        for linked in follow(self.objects, chain, sequences, End()):
            for record in linked.records:
                count = record.header.sequence
                if record.hash != hashes.get(count, record.hash):
                    return count, [Problem(Wrong.CHANGED, chain.key(count))]
            if linked.problems:
                return count, list(linked.problems)
            if lost := self._unfindable(linked.records, seen):
                return count, lost
        if count < seen.sequence:
            return count, [Problem(Wrong.MISSING, chain.key(count + 1))]
        return count, []

    def _unfindable(self, records: Sequence[Record], seen: End) -> list[Problem]:
        """Return the accesses whose people would not find them. Those that no digest has seen may be under way."""
        told = [group for group in accesses(records) if group[-1].header.sequence <= seen.sequence]
        # A large access that two batches of records share is looked for as a whole, or not at all.
        whole = [group for group in told if len(group) == group[0].header.pieces]
        known = in_parallel(lambda group: self.index.knows(group[0].header.access, people_of(group)), whole)
        return [
            Problem(Wrong.UNFINDABLE, group[0].header.place.key)
            for group, found in zip(whole, known, strict=True)
            if not found
        ]


def _decoded(body: bytes) -> Digest | None:
    try:
        return msgspec.json.decode(body, type=Digest)
    except msgspec.MsgspecError:
        return None
