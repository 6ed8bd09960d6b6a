"""Callers that sign their requests (AWS IAM): which linked system a role belongs to.

The roles come with each request as variables of the stage it came through. A caller can set neither these nor whose
signature API Gateway found; an API without signatures has no roles, so that nobody is anybody there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

AUTHENTICATION = "authentication"
"""The stage's variable that says how callers prove who they are."""
BEARER, IAM = "bearer", "iam"
_ROLES = "roles_"
_BETWEEN = "&"
_ROLE = re.compile("arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):role/(?:.+/)?(?P<name>[^/]+)")
_SESSION = re.compile("arn:aws[a-z-]*:sts::(?P<account>[0-9]{12}):assumed-role/(?P<name>[^/]+)/.+")


def role_variables(roles: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the stage's variables for the roles of systems, given by ARN."""
    named = {system: sorted(map(_name, arns)) for system, arns in roles.items()}
    return {f"{_ROLES}{system}": _BETWEEN.join(names) for system, names in sorted(named.items()) if names}


def system_of(session_arn: str, variables: Mapping[str, str]) -> str | None:
    """Return the system whose role a session is of, or None."""
    session = _SESSION.fullmatch(session_arn)
    if session is None:
        return None
    name = f"{session['account']}/{session['name']}"
    for variable, roles in variables.items():
        if variable.startswith(_ROLES) and name in roles.split(_BETWEEN):
            return variable.removeprefix(_ROLES)
    return None


def _name(arn: str) -> str:
    """Return an account and the name of a role in it. Names are unique whatever the path, which sessions don't tell."""
    found = _ROLE.fullmatch(arn)
    if found is None:
        raise ValueError(f"{arn} is not the ARN of a role")
    return f"{found['account']}/{found['name']}"
