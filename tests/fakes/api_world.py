"""All calls of the numbering APIs over registries in memory, behind the HTTP core, as one WSGI application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.history_call import Showing
from kyotsu.contracts.api import ApiCall
from kyotsu.moving.cases import Case, CaseKind, CasePerson, CaseState, CertificatePart, Entry
from kyotsu.moving.certificate_call import ShowingCertificate
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import Certificate, CertificatePerson, encode
from kyotsu.runtime.http.serving import Endpoint
from kyotsu.wiring import http
from kyotsu.wiring.catalogue import withheld_items
from tests.fakes.access import CATALOGUE
from tests.fakes.addressees import CALLERS
from tests.fakes.api import CONTEXT, session, signed_event
from tests.fakes.integrated import Office
from tests.fakes.issuing import issuance, resident_numbers
from tests.fakes.moving import MemoryCases, MemoryPapers
from tests.fakes.protection import MemoryAudit, MemoryProtection
from tests.fakes.registry import MemoryRegistry
from tests.fakes.sealing import FINGERPRINTS
from tests.fakes.searching import SearchOffice


@dataclass
class ApiWorld:
    """One deployment without AWS; callers are sessions of linked systems' roles."""

    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    office: Office = field(default_factory=Office)
    system: str = "001"

    def __post_init__(self) -> None:
        self.endpoints = {
            f"/app_submit/v10/{name}": Endpoint(lambda name=name, call=call: _routes(name, call))  # type: ignore[misc]
            for name, call in self._calls().items()
        }

    def send(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        """Return what the function of a path answers."""
        return self.endpoints[path].answer(signed_event(path, body, session(self.system), headers=headers), CONTEXT)

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request of any WSGI client."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        given = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        answered = self.send(environ["PATH_INFO"], body, **given, **{"Content-Type": environ.get("CONTENT_TYPE", "")})
        pairs = [(name, value) for name, values in answered["multiValueHeaders"].items() for value in values]
        start_response(f"{answered['statusCode']} -", pairs)
        return [answered["body"].encode()]

    def _calls(self) -> dict[str, ApiCall]:
        edit = Editing(
            store=self.registry,
            callers=CALLERS,
            fingerprints=FINGERPRINTS,
            lease_time=timedelta(minutes=5),
            residents_keep_numbers=True,
        )
        show = Showing(
            store=self.registry,
            callers=CALLERS,
            decision=MemoryProtection(),
            audit=MemoryAudit(),
            withheld=withheld_items(CATALOGUE, "addressees"),
        )
        return {
            "jutogaishaatenabangofuban": issuance(self.registry),
            "jutogaishaatenakihonjohokoshin": edit,
            "jutogaishaatenarirekishokai": show,
            "jutogaishaatenakihonjohosyokai": SearchOffice(self.registry).call,
            "juminatenabangofuban": resident_numbers(self.registry),
            "dantainaitogoatenabangofuban": self.office.issue,
            "dantainaitogoatenakihonjohosyokai": self.office.show,
            "tenshutsushomeishojohoshokai": _certificates(),
        }


def _certificates() -> ShowingCertificate:
    """Return the call over a case whose 転出証明書情報 is here."""
    cases, papers = MemoryCases(), MemoryPapers()
    case = Case(
        id="I-A2026000001",
        kind=CaseKind.MOVE_IN,
        municipality="141003",
        application_number="A2026000001",
        state=CaseState.PREPARED,
        opened_at=datetime(2021, 10, 1, tzinfo=UTC),
        people=(CasePerson(1, "800000000000009"),),
        certificate_total=1,
        certificate_revision=1,
        certificate_parts=(CertificatePart(1, "m1"),),
    )
    cases.open(case, Entry(case.opened_at, "Open", "certificate", "cs"))
    people = (CertificatePerson(position=1, name="見本　花子", birth_date="1980-02-29", sex="2"),)
    certificate = Certificate(from_municipality="131016", to_municipality="141003", people=people)
    papers.put(case.id, part_name("m1"), encode(certificate))
    return ShowingCertificate(cases=cases, papers=papers, callers=CALLERS, audit=MemoryAudit())


def _routes(name: str, call: ApiCall) -> Any:
    return http.routes(CATALOGUE, name, {"v10": lambda: call})


def body_of(answered: dict[str, Any]) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answered["body"])
