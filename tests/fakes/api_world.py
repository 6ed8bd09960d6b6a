"""All calls of the numbering APIs over registries in memory, behind the HTTP core, as one WSGI application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.history_call import Showing
from kyotsu.contracts.api import ApiCall
from kyotsu.runtime.http.serving import Endpoint
from kyotsu.wiring import http
from kyotsu.wiring.catalogue import withheld_items
from tests.fakes.access import CATALOGUE
from tests.fakes.addressees import CALLERS
from tests.fakes.api import CONTEXT, session, signed_event
from tests.fakes.integrated import Office
from tests.fakes.issuing import issuance, resident_numbers
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
        }


def _routes(name: str, call: ApiCall) -> Any:
    return http.routes(CATALOGUE, name, {"v10": lambda: call})


def body_of(answered: dict[str, Any]) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answered["body"])
