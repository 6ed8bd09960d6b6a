"""What each request needs: actions, resources and condition keys, one module for each service.

Source: Service Authorization Reference, and for S3 "Required permissions for Amazon S3 API operations".
"""

from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.services.needs import needs_of

__all__ = ["Asked", "UnmappedError", "needs_of"]
