"""docs/openapi.json is what the code says, valid, and its examples are answered as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from kyotsu.addressees.items import ITEMS
from kyotsu.catalogue.model import Api
from tests.fakes.access import CATALOGUE
from tests.fakes.api_world import ApiWorld, body_of
from tools.openapi import FILE, document, text

PUBLISHED = json.loads((Path(__file__).parents[1] / "addressees" / "published_2_0.json").read_text("utf-8"))
ISSUE = "/app_submit/v10/jutogaishaatenabangofuban"
DOCUMENT = document()
PATHS: dict[str, Any] = DOCUMENT["paths"]
SERVED: dict[str, Api] = {f"/{api.call}": api for api in CATALOGUE.apis.values() if f"/{api.call}" in PATHS}


def schema(path: str, status: str) -> Any:
    found = PATHS[path]["post"]["responses"][status]["content"]["application/json"]["schema"]
    return {**found, "components": DOCUMENT["components"]}


def test_the_document_is_that_of_the_code() -> None:
    assert FILE.read_text("utf-8") == text(), "run .venv/bin/python -m tools.openapi"


def test_the_document_is_openapi() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"] == "3.1.0"


def test_every_call_that_a_function_serves_is_there_and_no_other() -> None:
    functions = Path(__file__).parents[3] / "functions"
    texts = [path.read_text("utf-8") for path in functions.rglob("handler.py")]
    served = {
        name for name in (path.rpartition("/")[2] for path in SERVED) if any(f'served("{name}"' in t for t in texts)
    }
    assert len(served) == sum("served(" in text for text in texts) == len(PATHS)
    for path, operations in PATHS.items():
        assert list(operations) == ["post"]
        assert operations["post"]["x-source"] == SERVED[path].source
        assert operations["post"]["summary"] == SERVED[path].name
        assert operations["post"]["security"][0] == {"bearer": [SERVED[path].scope]}


def test_the_published_call_has_the_published_items_and_answers() -> None:
    body = PATHS[ISSUE]["post"]["requestBody"]["content"]["application/json"]["schema"]
    wanted = [(item["parameter"], item["item"], item["required"]) for item in PUBLISHED["items"]]
    found = [(name, item["title"], name in body["required"]) for name, item in body["properties"].items()]
    assert found == wanted
    assert len(found) == len(ITEMS)
    answers = PATHS[ISSUE]["post"]["responses"]
    assert set(answers) == set(PUBLISHED["responses"])
    for status, answer in PUBLISHED["responses"].items():
        assert answers[status]["content"]["application/json"]["example"] == answer
        OAS31Validator(schema(ISSUE, status)).validate(answer)


def _broken(*_: object) -> None:
    raise KeyError


@pytest.fixture
def world() -> ApiWorld:
    return ApiWorld(system="001")


def answered(world: ApiWorld, path: str, body: object, **headers: str) -> int:
    """Send; return the status of an answer that has the form the document gives it."""
    found = world.send(path, body, **headers)
    status = int(found["statusCode"])
    OAS31Validator(schema(path, str(status))).validate(body_of(found))
    assert "X-Correlation-Id" in found["multiValueHeaders"]
    return status


@pytest.mark.parametrize("path", PATHS)
def test_examples_are_valid_and_answered_with_200(world: ApiWorld, path: str) -> None:
    media = PATHS[path]["post"]["requestBody"]["content"]["application/json"]
    OAS31Validator(media["schema"]).validate(media["example"])
    registered = {**PATHS[ISSUE]["post"]["requestBody"]["content"]["application/json"]["example"], "gyomuid": "001"}
    assert answered(world, ISSUE, registered) == 200
    assert answered(world, path, media["example"] | {"gyomuid": "001"}) == 200


@pytest.mark.parametrize("path", PATHS)
def test_the_documented_statuses_are_those_that_occur(
    world: ApiWorld, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = PATHS[path]["post"]["requestBody"]["content"]["application/json"]
    registered = {**PATHS[ISSUE]["post"]["requestBody"]["content"]["application/json"]["example"], "gyomuid": "001"}
    world.send(ISSUE, registered)
    body = media["example"] | {"gyomuid": "001"}
    found = {answered(world, path, body), answered(world, path, {}), answered(world, path, b"{")}
    world.system = "999"
    found.add(answered(world, path, body))
    world.system = "001"
    monkeypatch.setattr("kyotsu.runtime.http.serving.json_object", _broken)
    found.add(answered(world, path, body))
    assert {str(status) for status in found} == set(PATHS[path]["post"]["responses"])
