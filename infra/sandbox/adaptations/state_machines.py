"""State machines run, their Lambda tasks in the sandbox's worker processes, and a map fails with its first item.

Unless told otherwise moto only keeps a machine. Its Lambda task would call the moto server's default port by HTTP,
which is not where the sandbox listens. Its distributed maps succeed whatever became of their items.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions import responses
from moto.stepfunctions.parser.api import HistoryEventType, MapRunFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from infra.sandbox.access.acting import Acting
from infra.sandbox.access.enforcement import DeniedError
from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.running.functions import Functions


def adapt(patches: Patches, functions: Functions, acting: Acting | None = None) -> None:
    """Run state machines, and their functions in `functions`, as far as `acting` lets their roles."""
    allowed = acting or Acting()

    def invoke(parameters: dict[str, Any], state_credentials: Any = None, **_: Any) -> dict[str, Any]:
        name = parameters["FunctionName"].split(":function:")[-1].split(":")[0]
        if acting is not None:
            _as_lambda_says(lambda: acting.invoke(state_credentials.role_arn, name))
        answer = functions.invoke(name, json.loads(parameters["Payload"]))
        invocation = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": answer.result}
        if answer.error is not None:
            return invocation | {"FunctionError": "Unhandled", "Payload": answer.error}
        return invocation

    patches.replace(lambda_eval_utils, "_invoke_lambda_function", lambda _original: invoke)
    executing = {"stepfunctions": {"execute_state_machine": True}}
    patches.replace(responses, "default_user_config", lambda original: original | executing)
    patches.replace(
        DistributedIterationComponent, "_map_run", lambda original: _failing_with_its_items(original, allowed)
    )


def _as_lambda_says(demand: Callable[[], None]) -> None:
    """Turn a refusal into the error that a Lambda client raises, which the task's Retry and Catch read."""
    try:
        demand()
    except DeniedError as error:
        answer: Any = {
            "Error": {"Code": "AccessDeniedException", "Message": str(error)},
            "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": ""},
        }
        raise ClientError(answer, "Invoke") from error


def _failing_with_its_items(original: Any, acting: Acting) -> Any:
    def map_run(component: DistributedIterationComponent, env: Any, eval_input: Any) -> None:
        machine = env.states.context_object.context_object_data["StateMachine"]["Id"]
        acting.map(env.aws_execution_details.role_arn, machine)
        original(component, env, eval_input)
        counts = eval_input.map_run_record.item_counter.describe()
        if counts["failed"] + counts["timedOut"] + counts["aborted"] > eval_input.tolerated_failure_count:
            name = StatesErrorName(StatesErrorNameType.StatesExceedToleratedFailureThreshold)
            told: Any = {"mapRunFailedEventDetails": MapRunFailedEventDetails(error=name.error_name)}
            raise FailureEventException(FailureEvent(env, name, HistoryEventType.MapRunFailed, told))

    return map_run
