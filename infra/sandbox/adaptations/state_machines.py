"""State machines run, and their Lambda tasks run in the sandbox's worker processes.

Unless told otherwise moto only keeps a machine. Its Lambda task would call the moto server's default port by HTTP,
which is not where the sandbox listens.
"""

import json
from typing import Any

from moto.stepfunctions import responses
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.running.functions import Functions


def adapt(patches: Patches, functions: Functions) -> None:
    """Run state machines, and their functions in `functions`."""

    def invoke(parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        answer = functions.invoke(parameters["FunctionName"].rsplit(":", 1)[-1], json.loads(parameters["Payload"]))
        invocation = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": answer.result}
        if answer.error is not None:
            return invocation | {"FunctionError": "Unhandled", "Payload": answer.error}
        return invocation

    patches.replace(lambda_eval_utils, "_invoke_lambda_function", lambda _original: invoke)
    executing = {"stepfunctions": {"execute_state_machine": True}}
    patches.replace(responses, "default_user_config", lambda original: original | executing)
