"""Step Functions, Lambda, and reads of IAM and CloudFormation."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from infra.sandbox.access.enforcement import Need
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

_MACHINES = {
    "StartExecution": "stateMachineArn",
    "StartSyncExecution": "stateMachineArn",
    "ListExecutions": "stateMachineArn",
    "DescribeStateMachine": "stateMachineArn",
    "DescribeExecution": "executionArn",
    "GetExecutionHistory": "executionArn",
    "StopExecution": "executionArn",
    "RedriveExecution": "executionArn",
    "ListMapRuns": "executionArn",
    "DescribeMapRun": "mapRunArn",
}


def machine_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to Step Functions needs. Raises UnmappedError."""
    if asked.operation.startswith("SendTask"):
        machine = stored.waiting_machine(asked.body.get("taskToken", ""))
        if machine is not None:  # else the token is nobody's, and the service says so
            yield Need(f"states:{asked.operation}", machine)
        return
    parameter = _MACHINES.get(asked.operation)
    if parameter is None or parameter not in asked.body:
        raise UnmappedError(f"states:{asked.operation}")
    yield Need(f"states:{asked.operation}", asked.body[parameter])


_INVOKE = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations")


def function_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to Lambda needs. Raises UnmappedError."""
    match = _INVOKE.fullmatch(asked.path)
    if asked.method != "POST" or match is None:
        raise UnmappedError(f"lambda:{asked.method} {asked.path.split('/')[2] if asked.path.count('/') > 1 else ''}")
    name = unquote(match["name"]).split(":function:")[-1].split(":")[0]
    yield Need("lambda:InvokeFunction", stored.arn("lambda", f"function:{name}"))


def identity_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what reading IAM needs. Raises UnmappedError for whatever writes."""
    action = asked.form.get("Action", "")
    if not action.startswith(("Get", "List")):
        raise UnmappedError(f"iam:{action}")
    role = asked.form.get("RoleName")
    arn = f"arn:aws:iam::{stored.account}:role/{role}" if role else asked.form.get("PolicyArn", "*")
    yield Need(f"iam:{action}", arn)


def stack_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what reading CloudFormation needs. Raises UnmappedError for whatever writes."""
    action = asked.form.get("Action", "")
    if not action.startswith(("Get", "List", "Describe")):
        raise UnmappedError(f"cloudformation:{action}")
    name = asked.form.get("StackName")
    yield Need(f"cloudformation:{action}", stored.arn("cloudformation", f"stack/{name}/sandbox") if name else "*")
