"""見張り: what looks after file linkage from outside, and may fail or be redeployed without stopping it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.accounts import DigestDay, StateCompleteness
from infra.constructs.continuity import Continuity
from infra.constructs.list_missing import ListMissing
from infra.constructs.outputs import publish
from infra.constructs.sweep_outbox import SweepOutbox
from infra.parameters.types import Parameters
from infra.stacks.linkage import LinkageStack
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack


class WatchStack(Stack):
    """The sweep of the outboxes, the continuity of 連番, people missing from complete full sets, daily accounts."""

    def __init__(
        self,
        scope: Construct,
        *,
        parameters: Parameters,
        stateful: StatefulStack,
        linkage: LinkageStack,
        functions: Path,
        layers: Layers,
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Watch",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: watch over file linkage",
        )
        platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        receive = linkage.receive_file.queue
        self.sweep = SweepOutbox(self, "Sweep", platform=platform, stateful=stateful, receive=receive)
        self.continuity = Continuity(self, "Continuity", platform=platform, stateful=stateful)
        self.list_missing = ListMissing(self, "ListMissing", platform=platform, stateful=stateful)
        self.digests = DigestDay(self, "Digests", platform=platform, stateful=stateful)
        self.statements = StateCompleteness(self, "Statements", platform=platform, stateful=stateful)
        self._publish_outputs()

    def _publish_outputs(self) -> None:
        continuity, missing = self.continuity, self.list_missing
        publish(
            self,
            {
                "DigestDayFunction": self.digests.function.function.function_name,
                "DigestDayUnstarted": self.digests.clock.unstarted.queue.queue_url,
                "ListMissingDeadLetters": missing.queue.dead_letters.queue.queue_url,
                "ListMissingFunction": missing.function.function.function_name,
                "ListMissingQueue": missing.queue.queue.queue_url,
                "NoteSequenceDeadLetters": continuity.queue.dead_letters.queue.queue_url,
                "NoteSequenceQueue": continuity.queue.queue.queue_url,
                "NoteSequenceFunction": continuity.note.function.function_name,
                "StateCompletenessFunction": self.statements.function.function.function_name,
                "StateCompletenessUnstarted": self.statements.clock.unstarted.queue.queue_url,
                "SweepOutboxUnstarted": self.sweep.clock.unstarted.queue.queue_url,
                "SweepOutboxFunction": self.sweep.function.function.function_name,
                "UndeliveredFullSets": missing.undelivered.queue.queue_url,
                "UndeliveredAnswers": continuity.undelivered.queue.queue_url,
                "WatchSequencesUnstarted": continuity.clock.unstarted.queue.queue_url,
                "WatchSequencesFunction": continuity.watch.function.function_name,
            },
        )
