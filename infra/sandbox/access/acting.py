"""What AWS does by itself, for a rule, a mapping or a state machine, and as whom.

Source: EventBridge User Guide, "Permissions for targets"; Lambda Developer Guide, "Event source mappings"; Step
Functions Developer Guide, "How Step Functions generates IAM policies".
"""

from infra.sandbox.access.enforcement import Access, Need, encryption_context
from infra.sandbox.access.principals import of_role, service
from infra.sandbox.access.services.messages import for_queue, for_topic
from infra.sandbox.running.mapping import Mapping

_EVENTS = service("events.amazonaws.com")


class Acting:
    """Raises DeniedError from each method unless AWS may do it here. Without `access` it may do everything."""

    def __init__(self, access: Access | None = None) -> None:
        self._access = access

    def deliver(self, rule: str, target: str) -> None:
        """A rule (an ARN) sends an event to a queue, function or topic; other buses are not looked at."""
        access = self._access
        if access is None:
            return
        source = {"aws:sourcearn": (rule,), "aws:sourceaccount": (rule.split(":")[4],)}
        if ":sqs:" in target:
            access.demand(_EVENTS, for_queue("SendMessage", target, access.stored), source)
        elif ":lambda:" in target:
            access.demand(_EVENTS, [Need("lambda:InvokeFunction", target)], source)
        elif ":sns:" in target:
            access.demand(_EVENTS, for_topic(target, access.stored), source)

    def follow(self, mapping: Mapping) -> None:
        """A function's mapping reads its queue or stream, with the function's role."""
        access = self._access
        if access is None or not access.enforced:
            return
        who, source = access.function(mapping.function), mapping.source
        if ":sqs:" in source:
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
                access.demand(who, for_queue(action, source, access.stored))
        else:
            actions = ("GetRecords", "GetShardIterator", "DescribeStream")
            access.demand(who, [Need(f"dynamodb:{action}", source) for action in actions])
            access.demand(who, [Need("dynamodb:ListStreams", "*")])
            table = source.split("/stream/")[0]
            key = access.stored.key_of(table)
            if key is not None:
                context = encryption_context({"aws:dynamodb:tableName": table.rsplit("/", 1)[-1]})
                access.demand(who, [Need("kms:Decrypt", key, context, via="dynamodb")])
        if mapping.on_failure is not None:
            access.demand(who, for_queue("SendMessage", mapping.on_failure, access.stored))

    def assume(self, role: str, machine: str) -> None:
        """Step Functions takes the role (an ARN) of a state machine."""
        if self._access is not None:
            source = {"aws:sourcearn": (machine,), "aws:sourceaccount": (machine.split(":")[4],)}
            self._access.demand_assumption(service("states.amazonaws.com"), role, source)

    def invoke(self, role: str, function: str) -> None:
        """A state machine invokes a function (by its name) with its role."""
        if self._access is not None:
            arn = self._access.stored.arn("lambda", f"function:{function}")
            self._access.demand(of_role(role, "execution"), [Need("lambda:InvokeFunction", arn)])

    def map(self, role: str, machine: str) -> None:
        """A state machine's distributed map starts executions of the machine itself."""
        if self._access is not None:
            self._access.demand(of_role(role, "execution"), [Need("states:StartExecution", machine)])
