"""Where moto differs from AWS in a way our system would notice, and what we put in its place.

Each module holds one adaptation and says what moto does. All are written against one version of
moto and refuse another.
"""

import moto
from moto.moto_api._internal.models import moto_api_backend

from infra.sandbox.access.acting import Acting
from infra.sandbox.adaptations import (
    event_targets,
    instances,
    lambda_functions,
    lookups,
    objects,
    s3_events,
    state_machines,
)
from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.adaptations.queues import QueueWatch
from infra.sandbox.adaptations.tables import TableWatch
from infra.sandbox.running.functions import Functions

MOTO_VERSION = "5.2.5"


class WrongMotoError(RuntimeError):
    """The installed moto is not the one that the adaptations were written for."""


class AdaptedMoto:
    """The adapted moto of this process; leaving the context takes every adaptation back."""

    def __init__(self, functions: Functions, acting: Acting | None = None) -> None:
        """Adapt moto so that its Lambda functions run in `functions`. Raises WrongMotoError.

        `acting` says what AWS may do by itself; None: everything.
        """
        if moto.__version__ != MOTO_VERSION:
            raise WrongMotoError(f"The sandbox needs moto {MOTO_VERSION}, found {moto.__version__}")
        moto_api_backend.reset()  # moto keeps its state for the whole process
        self._patches = Patches()
        self.queues = QueueWatch(self._patches)
        self.tables = TableWatch(self._patches)
        self.object_events = s3_events.ObjectEvents(self._patches)
        self.targets = event_targets.EventTargets(self._patches, functions, acting or Acting())
        lambda_functions.adapt(self._patches, functions)
        state_machines.adapt(self._patches, functions, acting)
        objects.adapt(self._patches)
        lookups.adapt(self._patches)
        instances.adapt(self._patches)

    def close(self) -> None:
        """Take every adaptation back."""
        self.targets.close()
        self._patches.undo()
