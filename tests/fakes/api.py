"""Events as API Gateway hands them to functions behind the numbering APIs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.access.callers import AUTHENTICATION, BEARER, IAM, role_variables

ROLES = {
    "001": ["arn:aws:iam::210987654321:role/team/linked-system-001"],
    "010": ["arn:aws:iam::210987654321:role/linked-system-010", "arn:aws:iam::111122223333:role/other"],
}
CONTEXT = LambdaContext()


def api_event(
    path: str,
    body: object,
    headers: Mapping[str, str | Sequence[str]] | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    user_arn: str | None = None,
    method: str = "POST",
) -> dict[str, Any]:
    """Return the event of a request; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json;charset=UTF-8", **(headers or {})}
    several = {name: [value] if isinstance(value, str) else list(value) for name, value in sent.items()}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in several.items() if values},
        "multiValueHeaders": {name: values for name, values in several.items() if values},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": dict(variables if variables is not None else {AUTHENTICATION: BEARER}),
        "requestContext": {
            "requestId": "8a6f2c1e-0000-4000-8000-000000000001",
            "path": f"/kyotsu{path}",
            "stage": "kyotsu",
            "identity": {"userArn": user_arn, "sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }


def signed_event(path: str, body: object, user_arn: str | None, **more: Any) -> dict[str, Any]:
    """Return the event of a request that came through the API of signatures."""
    variables = {AUTHENTICATION: IAM, **role_variables(ROLES)}
    return api_event(path, body, variables=variables, user_arn=user_arn, **more)


def session(system: str, account: str = "210987654321") -> str:
    """Return the ARN of a session of a linked system's role."""
    return f"arn:aws:sts::{account}:assumed-role/linked-system-{system}/session@example"
