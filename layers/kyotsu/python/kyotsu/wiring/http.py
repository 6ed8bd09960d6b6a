"""API functions: who calls, which versions of a call there are, and the bodies that are published.

endpoint = served("jutogaishaatenabangofuban", v10=issue_call)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kyotsu.access import callers
from kyotsu.access.errors import TokenRefusedError
from kyotsu.addressees import responses
from kyotsu.addressees.responses import Call, Failure, RefusedBody
from kyotsu.addressees.rules import RequestError
from kyotsu.catalogue.apis import in_parallel, version_of
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Api, Catalogue
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiCall
from kyotsu.contracts.errors import KyotsuError
from kyotsu.runtime.http.errors import UnauthorizedError
from kyotsu.runtime.http.headers import headers_of, query_of
from kyotsu.runtime.http.serving import Endpoint, Event, Route
from kyotsu.wiring.access import token_checker


class StageUnknownError(Exception):
    """The stage does not say how its callers prove who they are: nobody is let in."""


@dataclass(frozen=True, slots=True)
class PublishedBodies:
    """The bodies of 400, 401 and 503 as published in 2.0, for one call."""

    call: Call

    def refused(self, error: KyotsuError) -> RefusedBody:
        """Return the body of status 400."""
        return responses.refused(self.call, [RequestError("", error.code, str(error))])

    def unauthorized(self) -> Failure:
        """Return the body of status 401."""
        return responses.unauthorized(self.call)

    def unavailable(self) -> Failure:
        """Return the body of status 503."""
        return responses.unavailable(self.call)


def served(name: str, **versions: Callable[[], ApiCall]) -> Endpoint:
    """Return what answers a call in those of its versions (`v10=…`) that the catalogue has in use."""
    return Endpoint(lambda: routes(load_catalogue(layer_root()), name, versions))


def routes(catalogue: Catalogue, name: str, versions: Mapping[str, Callable[[], ApiCall]]) -> Sequence[Route]:
    """Return the routes of a call. A version that is not implemented, or not in the catalogue, is not there."""
    return [
        Route(
            path=f"/{api.call}",
            caller=functools.partial(calling_system, catalogue, api),
            call=versions[version_of(api)],
            bodies=PublishedBodies(Call(api.name, api.call)),
        )
        for api in in_parallel(catalogue.apis.values(), name)
        if version_of(api) in versions
    ]


def calling_system(catalogue: Catalogue, api: Api, event: Event) -> str:
    """Return the system that makes a call, spelt as in the catalogue; raises UnauthorizedError."""
    variables = event.get("stageVariables") or {}
    match variables.get(callers.AUTHENTICATION):
        case callers.BEARER:
            found = _bearer(api, event)
        case callers.IAM:
            found = _signer(event)
        case _:
            raise StageUnknownError
    system = catalogue.systems.get(found.lower())
    if system is None or not api.allows(system.id):
        raise UnauthorizedError(outcomes.CALL_NOT_ALLOWED)
    return system.id


def _bearer(api: Api, event: Event) -> str:
    try:
        return token_checker().check(headers_of(event), query_of(event), api.scope).system
    except TokenRefusedError as error:
        raise UnauthorizedError(error.outcome, **error.fields) from error


def _signer(event: Event) -> str:
    # Of a method without AWS_IAM, API Gateway leaves this empty, whatever the caller signs.
    session = event["requestContext"]["identity"].get("userArn") or ""
    system = callers.system_of(session, event["stageVariables"])
    if system is None:
        raise UnauthorizedError(outcomes.ROLE_UNKNOWN)
    return system
