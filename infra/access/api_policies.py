"""Who may make which signed API call, by the catalogue, as statements of an API's policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from infra.access.policies import Statement
from kyotsu.catalogue.model import Api

API_POLICY_LIMIT = 8192
INVOKE = "execute-api:Invoke"


def api_statements(stage: str, calls: Iterable[Api], roles: Mapping[str, Sequence[str]]) -> Iterator[Statement]:
    """Yield what roles, given by system in lower case, may call; calls of the same systems share a statement.

    Roles of other accounts alone: a role of the deployment's own account would need no other permission.
    """
    called: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for call in calls:
        arns = tuple(arn for system in sorted(roles) if call.allows(system) for arn in roles[system])
        called[arns].append(f"execute-api:/{stage}/POST/{call.call}")
    for arns, resources in called.items():
        if arns:
            yield {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": INVOKE, "Resource": resources}
