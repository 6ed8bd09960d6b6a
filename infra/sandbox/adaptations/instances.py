"""Items, messages and records that nobody uses any more are freed.

moto keeps every object it ever made, and every copy of one that a query returned, in a list for its dashboard, which
the sandbox doesn't show. S3 alone needs its list, to close files at a reset.
"""

from typing import Any

from moto.core.common_models import BaseModel

from infra.sandbox.adaptations.patching import Patches


def adapt(patches: Patches) -> None:
    """Make moto's models, but S3's, like other objects."""

    def make(original: Any) -> Any:
        def new(cls: type[BaseModel], *args: Any, **kwargs: Any) -> Any:
            if cls.__module__.startswith("moto.s3."):
                return original(cls, *args, **kwargs)
            return object.__new__(cls)

        return staticmethod(new)

    patches.replace(BaseModel, "__new__", make)
