"""S3 under one lock, with policies that moto keeps and `infra.sandbox.access` enforces.

moto checks `If-None-Match` and then stores, without a lock between, and walks its keys while others are added. It
applies a Deny statement without looking at its Condition, so "deny unless TLS" would close every bucket to
loopback's HTTP.
"""

import threading
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from infra.sandbox.adaptations.patching import Patches


def adapt(patches: Patches) -> None:
    """Handle one S3 request at a time (its body is read before), and let no bucket policy deny it."""
    lock = threading.RLock()

    def locked(original: Any) -> Any:
        def handle(*args: Any, **kwargs: Any) -> Any:
            with lock:
                return original(*args, **kwargs)

        return handle

    patches.replace(S3Response, "_key_response", locked)
    patches.replace(S3Response, "_bucket_response", locked)
    patches.replace(FakeBucket, "get_permission", lambda _original: _neither_allowed_nor_denied)


def _neither_allowed_nor_denied(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    return PermissionResult.NEUTRAL
