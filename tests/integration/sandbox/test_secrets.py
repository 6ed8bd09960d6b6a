"""Secrets as CloudFormation makes them, and what moto's KMS honours of an encryption context."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.sandbox.deployment import UnknownTemplateError
from infra.sandbox.resources.identity import secret
from kyotsu.runtime.sealing import encryption_context

REGION = "ap-northeast-1"


def client(service: str) -> Any:
    # The literal overloads of boto3 know no service that comes as a variable.
    factory: Any = boto3.client
    return factory(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def made(**generated: Any) -> str:
    place: Any = SimpleNamespace(
        cloud=SimpleNamespace(client=client),
        path="stack/Secret",
        physical_name=lambda: f"secret-{len(generated)}",
    )
    properties = {"KmsKeyId": "key", "GenerateSecretString": generated}
    arn = secret(place, properties).ref
    value: str = client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return value


@mock_aws
def test_a_secret_is_random_and_of_the_asked_length_and_alphabet() -> None:
    first = made(PasswordLength=64, ExcludePunctuation=True)
    assert re.fullmatch("[0-9A-Za-z]{64}", first)
    with mock_aws():
        assert len(made(PasswordLength=20)) == 20


@mock_aws
def test_what_the_sandbox_does_not_know_of_a_secret_is_refused() -> None:
    with pytest.raises(UnknownTemplateError, match="IncludeSpace"):
        made(PasswordLength=64, IncludeSpace=True)


@mock_aws
def test_moto_encrypts_data_keys_and_opens_them_in_their_context_alone() -> None:
    """The product's own tests lean on it: `tests/integration/test_stored_bytes.py`."""
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    context = encryption_context("141003")
    data_key = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    assert len(data_key["Plaintext"]) == 32
    assert data_key["Plaintext"] not in data_key["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"], EncryptionContext=context)
    assert opened["Plaintext"] == data_key["Plaintext"]
    for other in ({}, encryption_context("143413"), context | {"more": "x"}):
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"], EncryptionContext=other)
