"""ファイル連携: what works on the files and records of the stateful stack."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.file_access import FileAccess
from infra.constructs.outputs import publish
from infra.constructs.provider_silence import ProviderSilence
from infra.constructs.publish_addressees import PublishAddressees
from infra.constructs.publish_changes import PublishChanges
from infra.constructs.receive_file import ReceiveFile
from infra.constructs.receive_large_file import ReceiveLargeFile
from infra.constructs.undo_file import UndoFile
from infra.parameters.types import Parameters
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack
from infra.systems import expected_files


class LinkageStack(Stack):
    """Reception of files, and publication of what changed in the records."""

    def __init__(
        self, scope: Construct, *, parameters: Parameters, stateful: StatefulStack, functions: Path, layers: Layers
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Linkage",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: file linkage",
        )
        platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        access = FileAccess(platform, stateful)
        self.large_files = ReceiveLargeFile(self, "LargeFile", access=access)
        self.receive_file = ReceiveFile(self, "ReceiveFile", access=access, large_files=self.large_files)
        self.undo_file = UndoFile(self, "UndoFile", access=access)
        self.publish_changes = PublishChanges(self, "PublishChanges", platform=platform, stateful=stateful)
        self.publish_addressees = PublishAddressees(self, "PublishAddressees", platform=platform, stateful=stateful)
        ProviderSilence(self, "ProviderSilence", platform=platform, expected=expected_files())
        self._publish_outputs()

    def _publish_outputs(self) -> None:
        receive, large, publisher = self.receive_file, self.large_files, self.publish_changes
        registry = self.publish_addressees
        publish(
            self,
            {
                "AnswerFileFunction": large.answer_file.function.function_name,
                "ApplyGroupFunction": large.apply_group.function.function_name,
                "LargeFileMachine": large.machine.state_machine_arn,
                "PublishAddresseesDeadLetters": registry.dead_letters.queue.queue_url,
                "PublishAddresseesFunction": registry.function.function.function_name,
                "PublishChangesDeadLetters": publisher.dead_letters.queue.queue_url,
                "PublishChangesFunction": publisher.function.function.function_name,
                "ReceiveFileDeadLetters": receive.queue.dead_letters.queue.queue_url,
                "ReceiveFileFunction": receive.function.function.function_name,
                "ReceiveFileQueue": receive.queue.queue.queue_url,
                "UndeliveredEvents": receive.undelivered.queue.queue_url,
                "UndoFileFunction": self.undo_file.function.function.function_name,
            },
        )
