"""EventBridge rules deliver to queues, topics, functions and other buses; the rest goes to the target's DLQ.

moto doesn't know Lambda targets (it raises), ignores a rule's state and dead-letter queue, and one failing target stops
the others. Lambda targets are asynchronous in AWS, so they run on threads here and are tried three times.
"""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

from moto.events.models import Rule, events_backends
from moto.events.utils import EventMessageType
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from infra.sandbox.access.acting import Acting
from infra.sandbox.access.enforcement import DeniedError
from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.running.functions import Functions

_LOGGER = logging.getLogger(__name__)
_LAMBDA_ATTEMPTS = 3


class UnknownTargetError(ValueError):
    """A rule points at a service that the sandbox doesn't deliver to."""


class UndeliveredError(Exception):
    """A target took the event, and failed each time."""


class EventTargets:
    """Delivers matched events."""

    def __init__(self, patches: Patches, functions: Functions, acting: Acting) -> None:
        self._functions, self._acting = functions, acting
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="event-target")
        patches.replace(Rule, "send_to_targets", self._make)

    def fire(self, arn: str, event: dict[str, Any]) -> None:
        """Deliver an event of the clock to the targets of a scheduled rule of the default bus, if it is enabled."""
        _, _, _, region, account, name = arn.split(":", 5)
        rule = events_backends[account][region].event_buses["default"].rules[name.removeprefix("rule/")]
        if rule.state == "ENABLED":
            for target in list(rule.targets):
                self._deliver(rule, target, event)

    def close(self) -> None:
        """Start no further delivery and wait for the running ones."""
        self._threads.shutdown(cancel_futures=True)

    def _make(self, _original: Any) -> Any:
        def send(rule: Rule, original_event: Any) -> None:
            if rule.scheduled_expression or rule.state != "ENABLED":
                return
            if not rule.event_pattern.matches_event(original_event):
                return
            event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
            event["time"] = _iso(event["time"])
            for target in list(rule.targets):
                self._deliver(rule, target, event)

        return send

    def _deliver(self, rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
        if ":lambda:" in target["Arn"]:
            self._threads.submit(self._guarded, rule, target, event)
        else:
            self._guarded(rule, target, event)

    def _guarded(self, rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
        try:
            self._send(rule, target, event)
        except Exception:
            _LOGGER.exception("rule %s could not deliver to %s", rule.name, target["Arn"])
            dead = target.get("DeadLetterConfig", {}).get("Arn")
            if dead:
                self._bury(rule, dead, event)

    def _bury(self, rule: Rule, dead: str, event: dict[str, Any]) -> None:
        try:
            self._to_queue(rule, dead, json.dumps(event))
        except DeniedError:  # it is logged; in AWS, too, the event is gone then
            return

    def _to_queue(self, rule: Rule, arn: str, body: str) -> None:
        self._acting.deliver(rule.arn, arn)
        _to_queue(rule, arn, body)

    def _send(self, rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
        arn = target["Arn"]
        service = arn.split(":")[2]
        if service == "sqs":
            self._to_queue(rule, arn, json.dumps(event))
        elif service == "sns":
            self._acting.deliver(rule.arn, arn)
            sns_backends[rule.account_id][rule.region_name].publish(message=json.dumps(event), arn=arn)
        elif service == "lambda":
            self._acting.deliver(rule.arn, arn)
            self._invoke(arn.split(":function:")[1].split(":")[0], event)
        elif service == "events":
            bus = events_backends[rule.account_id][rule.region_name].event_buses[arn.rsplit("/", 1)[1]]
            for other in list(bus.rules.values()):
                other.send_to_targets(cast("EventMessageType", event))
        else:
            raise UnknownTargetError(arn)

    def _invoke(self, name: str, event: dict[str, Any]) -> None:
        for _ in range(_LAMBDA_ATTEMPTS):
            error = self._functions.invoke(name, event).error
            if error is None:
                return
        raise UndeliveredError(f"{name} failed {_LAMBDA_ATTEMPTS} times")


def _to_queue(rule: Rule, arn: str, body: str) -> None:
    sqs_backends[rule.account_id][rule.region_name].send_message(arn.rsplit(":", 1)[1], body)


def _iso(moment: Any) -> str:
    if isinstance(moment, str) and not moment.replace(".", "").isdigit():
        return moment
    instant = moment if isinstance(moment, datetime) else datetime.fromtimestamp(float(moment), UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
