"""提供: what brings accepted files to their recipients, and hears of it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.deliver_files import DeliverFiles, lanes_queue
from infra.constructs.delivery_access import DeliveryAccess
from infra.constructs.note_acknowledgement import NoteAcknowledgement
from infra.constructs.notify_recipients import NotifyRecipients
from infra.constructs.outputs import publish
from infra.constructs.plan_deliveries import PlanDeliveries
from infra.constructs.watch_deliveries import WatchDeliveries
from infra.parameters.types import Parameters
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack
from infra.systems import catalogue


class DeliveryStack(Stack):
    """Deliveries from their plan to their acknowledgement."""

    def __init__(
        self, scope: Construct, *, parameters: Parameters, stateful: StatefulStack, functions: Path, layers: Layers
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Delivery",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: deliveries to recipients",
        )
        platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        self.lanes = lanes_queue(self, platform=platform, stateful=stateful)
        access = DeliveryAccess(platform, stateful, self.lanes)
        self.plan = PlanDeliveries(self, "Plan", access=access)
        self.deliver = DeliverFiles(self, "Deliver", access=access)
        self.note = NoteAcknowledgement(self, "Note", access=access)
        self.watch = WatchDeliveries(self, "Watch", access=access)
        interfaces = catalogue().interfaces.values()
        recipients = sorted({recipient.id.lower() for interface in interfaces for recipient in interface.recipients})
        self.notify = NotifyRecipients(self, "Notify", platform=platform, stateful=stateful, recipients=recipients)
        self._publish_outputs()

    def _publish_outputs(self) -> None:
        plan, note = self.plan, self.note
        publish(
            self,
            {
                "DeliverFilesDeadLetters": self.lanes.dead_letters.queue.queue_url,
                "DeliverFilesFunction": self.deliver.function.function.function_name,
                "LanesQueue": self.lanes.queue.queue_url,
                "NoteAcknowledgementDeadLetters": note.queue.dead_letters.queue.queue_url,
                "NoteAcknowledgementFunction": note.function.function.function_name,
                "NoteAcknowledgementQueue": note.queue.queue.queue_url,
                "PlanDeliveriesDeadLetters": plan.queue.dead_letters.queue.queue_url,
                "PlanDeliveriesFunction": plan.function.function.function_name,
                "PlanDeliveriesQueue": plan.queue.queue.queue_url,
                "UndeliveredAcknowledgements": note.undelivered.queue.queue_url,
                "UndeliveredNotifications": self.notify.undelivered.queue.queue_url,
                "UndeliveredPlans": plan.undelivered.queue.queue_url,
                "WatchDeliveriesFunction": self.watch.function.function.function_name,
                "WatchDeliveriesUnstarted": self.watch.clock.unstarted.queue.queue_url,
                **{f"Topic{recipient}": topic.topic_arn for recipient, topic in self.notify.topics.items()},
            },
        )
