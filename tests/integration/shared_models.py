"""What botocore and moto make anew for each session or key, made once per test process.

Each test on moto has a session of its own, so that no client outlives its cloud. botocore's sessions share nothing:
parsing the models and endpoint rules of six services again took more time than most tests. Within one session clients
do share them, so nothing changes what is parsed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.endpoint_provider
import botocore.loaders
import botocore.regions
import botocore.session
from moto.kms import models


def share() -> None:
    """Let all sessions of this process share a loader and endpoint rules, and all of moto's keys one spare RSA key."""
    botocore.session.create_loader = cache(botocore.loaders.create_loader)
    botocore.regions.EndpointProvider = _Providers().get  # type: ignore[attr-defined]
    kms: Any = models
    kms.generate_private_key = _private_key(kms.generate_private_key)


class _Providers:
    """Endpoint rules by the loaded data they are made of; the loader keeps both, so their ids stay theirs."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}

    def get(self, ruleset_data: Any, partition_data: Any, **more: Any) -> Any:
        key = (id(ruleset_data), id(partition_data), repr(sorted(more.items())))
        if key not in self._made:
            provider = botocore.endpoint_provider.EndpointProvider(ruleset_data, partition_data, **more)
            self._made[key] = (provider, ruleset_data, partition_data)
        return self._made[key][0]


def _private_key(original: Any) -> Any:
    """moto makes an RSA key also for a symmetric key of KMS, which never uses it."""
    spare = cache(original)

    def generate_private_key(key_spec: str) -> Any:
        return spare(key_spec) if key_spec == "SYMMETRIC_DEFAULT" else original(key_spec)

    return generate_private_key
