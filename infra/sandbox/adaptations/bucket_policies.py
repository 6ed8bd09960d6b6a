"""Bucket policies are stored, not enforced.

moto applies a Deny statement without looking at its Condition, so "deny unless TLS" would close every bucket, and the
sandbox speaks plain HTTP on loopback.
"""

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from infra.sandbox.adaptations.patching import Patches


def adapt(patches: Patches) -> None:
    """Make every bucket answer that its policy neither allows nor denies."""

    def neutral(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    def make(_original: Any) -> Any:
        return neutral

    patches.replace(FakeBucket, "get_permission", make)
