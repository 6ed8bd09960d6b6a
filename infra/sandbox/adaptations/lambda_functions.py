"""Lambda functions run in the sandbox's worker processes.

moto would start a Docker container for each call; every way to run a function passes one private method.
"""

import json
from typing import Any

from moto.awslambda.models import LambdaFunction

from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.running.functions import Functions


def adapt(patches: Patches, functions: Functions) -> None:
    """Send every invocation that moto makes to `functions`."""

    def invoke(function: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        answer = functions.invoke(function.function_name, event)
        if answer.error is not None:
            return json.dumps(answer.error), True, ""
        return json.dumps(answer.result), False, ""

    def make(_original: Any) -> Any:
        return invoke

    patches.replace(LambdaFunction, "_invoke_lambda", make)
