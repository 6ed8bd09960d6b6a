"""From requests, rows and records to what they tell, with the keyed hashes by which people and contents compare."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from kyotsu.addressees.records import Operation, Use
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.integrated.changes import Told
from kyotsu.integrated.records import INDIVIDUAL_NUMBER_CHANGED, Information
from kyotsu.japanese import dates

_INDIVIDUAL, _ROW = "integrated-kojinbango", "integrated-row"


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes `Told`. Hashes of a 個人番号 match none made for another purpose."""

    fingerprints: Fingerprints

    def of_individual(self, individual_number: str) -> bytes:
        """Return what a person is found by."""
        return self.fingerprints.of(_INDIVIDUAL, individual_number)

    def told(
        self,
        *,
        number: str,
        use: Use,
        municipality: str,
        person: Mapping[str, str],
        operation: Operation,
        individual_number: str | None = None,
        status: str | None = None,
        reason: str | None = None,
        sequence: int = 0,
        renumbered: bool | None = None,
    ) -> Told:
        """Return what is told; unless said otherwise, 異動事由 tells whether the 個人番号 is another one now."""
        content = [municipality, *operation, reason or "", *(f"{name}={person[name]}" for name in sorted(person))]
        digest = self.fingerprints.of(_ROW, "\x1f".join(content))
        return Told(
            number=number,
            use=use,
            information=Information(municipality=municipality, person=person, operation=operation, reason=reason),
            digest=urlsafe_b64encode(digest[:12]).decode(),
            operated_at=dates.operated_at(operation.day, operation.time),
            status=status,
            individual_number=individual_number,
            fingerprint=self.of_individual(individual_number) if individual_number else None,
            sequence=sequence,
            renumbered=reason in INDIVIDUAL_NUMBER_CHANGED if renumbered is None else renumbered,
        )
