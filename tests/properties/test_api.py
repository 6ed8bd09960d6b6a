"""Schemathesis: whatever a client makes of docs/openapi.json, answers keep to it, and nothing ends in 503.

In this process and over registries in memory. Its seed is printed when it fails; KYOTSU_FUZZ_SEED sets it.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fakes.api_world import ApiWorld
from tools.openapi import document

SEED = int(os.environ.get("KYOTSU_FUZZ_SEED") or secrets.randbelow(2**32))
CASES = 40
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
WORLD = ApiWorld()
SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = WORLD.wsgi


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """Let there be somebody to edit and to look up."""
    example = document()["paths"]["/app_submit/v10/jutogaishaatenabangofuban"]["post"]["requestBody"]
    body = example["content"]["application/json"]["example"] | {"gyomuid": "001"}
    assert WORLD.send("/app_submit/v10/jutogaishaatenabangofuban", body)["statusCode"] == 200


@SCHEMA.parametrize()
@hypothesis.seed(SEED)
@hypothesis.settings(
    max_examples=CASES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_answers_keep_to_the_document(case: Case[Any]) -> None:
    hypothesis.note(f"KYOTSU_FUZZ_SEED={SEED}")
    case.call_and_validate(checks=CHECKS)
