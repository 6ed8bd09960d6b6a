"""How each resource type of our templates is made on moto: one small function per type, all in one table."""

from collections.abc import Mapping

from infra.sandbox.deployment import Kind
from infra.sandbox.resources import compute, edge, identity, messaging, monitoring, orchestration, rest_api, storage

KINDS: Mapping[str, Kind] = {
    **identity.KINDS,
    **storage.KINDS,
    **messaging.KINDS,
    **compute.KINDS,
    **monitoring.KINDS,
    **orchestration.KINDS,
    **rest_api.KINDS,
    **edge.KINDS,
}
