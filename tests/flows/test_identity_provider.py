"""A municipality's own OpenID provider (npm: oidc-provider) stands for one of its systems, by a parameter alone."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.parse
import urllib.request
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.app import ROOT, new_app
from infra.bundling import build_layers
from infra.parameters import IdentityProvider, LinkedSystem, development
from infra.stacks.access import AccessStack
from infra.stacks.stateful import StatefulStack
from infra.systems import provider_systems
from tests.flows.conftest import PATH
from tests.flows.sandbox_process import endpoints, started

AUDIENCE, SUBJECT = "kyotsu", "kojin-juminzei"
SECRET = "an-example-of-a-secret-of-no-use-1"
SCRIPT = Path(__file__).parent / "javascript" / "identity_provider.mjs"


class OnThisMachine(IdentityProvider):
    """A provider with a port of this machine, which AWS would refuse and our parameters do."""

    def __post_init__(self) -> None:
        assert self.issuer.startswith("https://127.0.0.1:")


@dataclass(frozen=True)
class World:
    """A sandbox whose system 010 has tokens of a provider of its own."""

    issuer: str
    other_issuer: str
    endpoints: dict[str, Any]

    def token(self, subject: str = SUBJECT, audience: str = AUDIENCE, issuer: str = "") -> str:
        """Return a token of a provider."""
        form = {"grant_type": "client_credentials", "scope": "files", "resource": f"urn:{audience}"}
        request = urllib.request.Request(  # noqa: S310 - on loopback
            f"{issuer or self.issuer}/token",
            urllib.parse.urlencode(form).encode(),
            {"Authorization": "Basic " + b64encode(f"{subject}:{SECRET}".encode()).decode()},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - on loopback
            return str(json.load(answer)["access_token"])

    def exchange(self, token: str, system: str = "010") -> Any:
        """Return a client of the object storage as the role of a system; raises ClientError."""
        place = {"endpoint_url": self.endpoints["aws_endpoint"], "region_name": self.endpoints["region"]}
        sts = boto3.client("sts", **place, config=Config(signature_version=UNSIGNED))
        role = self.endpoints["outputs"][f"FederatedRole{system}"]
        given = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="flow", WebIdentityToken=token)
        found = given["Credentials"]
        keys = found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]
        return boto3.Session(*keys).client("s3", **place)

    def refusal(self, token: str, system: str = "010") -> str:
        """Return the code of the refusal of a token."""
        with pytest.raises(ClientError) as error:
            self.exchange(token, system)
        return str(error.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, node_modules: Path) -> Iterator[World]:
    """Two providers, of which the deployment knows one, for system 010; 012 is linked by our own tokens."""
    folder = tmp_path_factory.mktemp("identity-provider")
    clients = [SUBJECT, "somebody-else"]
    with _provider(clients) as issuer, _provider(clients) as other_issuer:
        known = OnThisMachine(issuer=issuer.replace("http:", "https:"), audience=AUDIENCE, subject=SUBJECT)
        linked = {"010": LinkedSystem(identity_provider=known), "012": LinkedSystem(federated=True)}
        _synthesize(folder / "assembly", linked)
        with started(folder / "assembly", folder / "state", "--municipality", "141003", "--with-parent"):
            yield World(issuer, other_issuer, endpoints(folder / "state" / "endpoints.json"))


def test_a_token_of_the_municipalitys_own_provider_becomes_its_system(world: World) -> None:
    s3 = world.exchange(world.token())
    bucket = world.endpoints["buckets"]["001"]
    s3.put_object(Bucket=bucket, Key="deliveries/010/001o006/a_000001_0001.ack.json", Body=b"{}")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="deliveries/010/")["KeyCount"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket=bucket, Prefix="deliveries/012/")


def test_a_token_of_another_subject_audience_or_issuer_is_refused(world: World) -> None:
    assert world.refusal(world.token(subject="somebody-else")) == "AccessDenied"
    assert world.refusal(world.token(audience="another-service")) == "InvalidIdentityToken"
    assert world.refusal(world.token(issuer=world.other_issuer)) == "InvalidIdentityToken"
    assert world.refusal(world.token(), system="012") == "AccessDenied"


def test_a_forged_token_is_refused(world: World) -> None:
    header, claims, signature = world.token().split(".")
    ours = json.loads(_decoded(claims))
    forged = b64encode(json.dumps({**ours, "sub": "somebody-else"}).encode(), b"-_").decode().rstrip("=")
    assert world.refusal(f"{header}.{forged}.{signature}") == "InvalidIdentityToken"
    # The right claims, signed by the other provider's key of the same name.
    _, _, foreign = world.token(issuer=world.other_issuer).split(".")
    assert world.refusal(f"{header}.{claims}.{foreign}") == "InvalidIdentityToken"


@contextmanager
def _provider(subjects: Sequence[str]) -> Iterator[str]:
    clients = json.dumps([{"client_id": subject, "client_secret": SECRET} for subject in subjects])
    process = subprocess.Popen(
        ["node", SCRIPT, clients], env=os.environ | {"PATH": PATH}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            # Its library warns on this stream, too.
            said = next(line for line in iter(process.stdout.readline, "") if line.startswith("issuer "))
            yield said.split()[1]
        finally:
            process.kill()


def _synthesize(folder: Path, linked: dict[str, LinkedSystem]) -> None:
    """Write the stacks that a linked system needs, of a development stage with other linked systems."""
    app = new_app(str(folder))
    parameters, layers = replace(development("141003"), linked=linked), build_layers()
    stateful = StatefulStack(app, parameters=parameters, systems=provider_systems())
    AccessStack(app, parameters=parameters, stateful=stateful, functions=ROOT / "functions", layers=layers)
    app.synth()


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
