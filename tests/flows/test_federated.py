"""Linked systems elsewhere with tools that we did not write, and with our own command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.flows import command
from tests.flows.conftest import TOOLS, Sandbox
from tests.flows.elsewhere import delivery_of, environment, file_of, numbers_in, role
from tests.flows.test_oauth_clients import FEDERATE, NUMBERS, fetched


def test_authlib_gets_a_token_and_the_aws_cli_uses_the_storage(sandbox: Sandbox, tmp_path: Path) -> None:
    own = _session(sandbox, "001", _token(sandbox, "001"))
    file = file_of(tmp_path)
    key = f"outbox/001o006-01/{file.name}"
    _aws(sandbox, own, "s3api", "put-object", "--bucket", sandbox.bucket, "--key", key, "--body", str(file))
    assert sandbox.answer(file.name)["status"] == "ACCEPTED"
    answer = ("s3api", "get-object", "--bucket", sandbox.bucket, "--key", f"answers/{file.stem}.json", "/dev/stdout")
    assert '"ACCEPTED"' in _aws(sandbox, own, *answer).stdout
    others = ("s3api", "list-objects-v2", "--bucket", sandbox.endpoints["buckets"]["010"], "--prefix", "answers/")
    assert "AccessDenied" in _aws(sandbox, own, *others, fails=True).stderr


def test_a_token_is_good_for_no_other_system_and_an_api_token_for_no_role(sandbox: Sandbox) -> None:
    refused = _aws(sandbox, {}, *_exchange(sandbox, "001", _token(sandbox, "010")), fails=True)
    assert "AccessDenied" in refused.stderr
    api = _token(sandbox, "010", NUMBERS)
    refused = _aws(sandbox, {}, *_exchange(sandbox, "010", api), fails=True)
    assert "InvalidIdentityToken" in refused.stderr


def test_a_disabled_client_loses_the_storage_at_once_whatever_it_still_holds(sandbox: Sandbox) -> None:
    """Requirement: revoking a client stops it; STS itself would believe its token for ten minutes more."""
    system = "038"  # no other test uses it
    token = _token(sandbox, system)
    session = _session(sandbox, system, token)
    bucket, prefix = sandbox.endpoints["buckets"][system], "answers/"
    look = ("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", prefix)
    _aws(sandbox, session, *look)
    assert sandbox.kyotsu("access", "client", "disable", system).returncode == 0
    try:
        assert "AccessDenied" in _aws(sandbox, session, *look, fails=True).stderr
        later = _session(sandbox, system, token)  # STS knows no revocation
        assert "AccessDenied" in _aws(sandbox, later, *look, fails=True).stderr
    finally:
        assert sandbox.kyotsu("access", "client", "enable", system).returncode == 0
    _aws(sandbox, session, *look)


def test_the_command_sends_and_fetches_from_elsewhere(sandbox: Sandbox, tmp_path: Path) -> None:
    file, folder = file_of(tmp_path), tmp_path / "got"
    sent = _kyotsu(
        environment(sandbox, "001") | _urls(sandbox), "send", "--federated", "--bucket", sandbox.bucket,
        "--wait", "--json", str(file),
    )  # fmt: skip
    answer = json.loads(sent.stdout)
    assert answer["status"] == "ACCEPTED", sent.stderr
    delivery = delivery_of(sandbox, answer["receipt_id"], "027")["delivery_id"]

    secret = tmp_path / "secret"
    told = environment(sandbox, "027") | _urls(sandbox)
    secret.write_text(told.pop("KYOTSU_CLIENT_SECRET") + "\n", "utf-8")
    fetch = (
        "fetch", "--federated", "--system", "027", "--into", str(folder), "--bucket", sandbox.bucket,
        "--client-secret-file", str(secret), "--json",
    )  # fmt: skip
    first, again, last = (_kyotsu(told, *fetch, *more) for more in ((), ("--acknowledge",), ("--acknowledge",)))
    assert [_states(done)[delivery] for done in (first, again)] == ["FETCHED", "ACKNOWLEDGED"]
    assert (last.returncode, last.stdout) == (0, "")
    (taken,) = [line["file"] for line in map(json.loads, first.stdout.splitlines()) if line["delivery_id"] == delivery]
    assert numbers_in(Path(taken)) == numbers_in(file)


def test_the_command_sends_and_fetches_with_roles_of_the_same_cloud(sandbox: Sandbox, tmp_path: Path) -> None:
    sent = sandbox.kyotsu("send", "--bucket", sandbox.bucket, "--wait", "--json", str(file_of(tmp_path)))
    answer = json.loads(sent.stdout)
    assert answer["status"] == "ACCEPTED", sent.stderr
    delivery = delivery_of(sandbox, answer["receipt_id"], "028")["delivery_id"]
    done = sandbox.kyotsu("fetch", "--system", "028", "--into", str(tmp_path / "got"), "--acknowledge", "--json")
    assert (done.returncode, _states(done)[delivery]) == (0, "ACKNOWLEDGED"), done.stderr


def test_the_command_says_what_to_do_when_it_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    told = environment(sandbox, "010") | _urls(sandbox)
    fetch = ("fetch", "--federated", "--system", "010", "--bucket", sandbox.bucket, "--into", str(tmp_path))
    wrong = _kyotsu(told | {"KYOTSU_CLIENT_SECRET": "0" * 64}, *fetch)
    other = _kyotsu(told | {"KYOTSU_ROLE_ARN": role(sandbox, "012")}, *fetch)
    nothing = _kyotsu({name: value for name, value in told.items() if name != "KYOTSU_CLIENT_SECRET"}, *fetch)
    assert [done.returncode for done in (wrong, other, nothing)] == [1, 1, 2]
    said = ("クライアントシークレット", "ロールのARN", "--client-secret-file")
    for done, expected in zip((wrong, other, nothing), said, strict=True):
        assert expected in done.stderr.replace("\n", "")
        assert "0" * 32 not in done.stderr


def _token(sandbox: Sandbox, system: str, scope: str = FEDERATE) -> str:
    client = sandbox.endpoints["clients"][system]
    return str(fetched(sandbox, client, "client_secret_jwt", scope)["access_token"])


def _exchange(sandbox: Sandbox, system: str, token: str) -> tuple[str, ...]:
    arguments = ("--role-arn", role(sandbox, system), "--role-session-name", "flow", "--web-identity-token", token)
    return ("sts", "assume-role-with-web-identity", *arguments)


def _session(sandbox: Sandbox, system: str, token: str) -> dict[str, str]:
    """Exchange a token; return the credentials as the AWS CLI reads them."""
    given = json.loads(_aws(sandbox, {}, *_exchange(sandbox, system, token)).stdout)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def _aws(
    sandbox: Sandbox, own: dict[str, str], *arguments: str, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    told = environment(sandbox, "001") | own
    done = subprocess.run([TOOLS / "aws", *arguments], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done


def _urls(sandbox: Sandbox) -> dict[str, str]:
    url = sandbox.endpoints["aws_endpoint"]
    return {"KYOTSU_STS_URL": url, "KYOTSU_S3_URL": url}


def _kyotsu(told: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    told = {name: value for name, value in told.items() if name != "AWS_ENDPOINT_URL"}
    return command.run(arguments, told)


def _states(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {line["delivery_id"]: line["state"] for line in map(json.loads, done.stdout.splitlines())}
