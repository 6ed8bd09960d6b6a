"""Where a linked system finds its buckets, and with whose credentials: its own account's, or federated ones."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from infra.access.grants import grants
from kyotsu_cli.deployment import ENDPOINTS, catalogue
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.federation import SCOPE, Client, TokenSource, federated_session

SECRET = "KYOTSU_CLIENT_SECRET"  # noqa: S105 - the name of the variable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line and the environment tell; a sandbox's endpoints.json fills in what they don't."""

    buckets: tuple[str, ...] = ()
    federated: bool = False
    token_url: str | None = None
    client_id: str | None = None
    secret_file: Path | None = None
    basic: bool = False
    role_arn: str | None = None
    region: str | None = None
    sts_url: str | None = None
    s3_url: str | None = None


@dataclass(frozen=True)
class LinkedSystem:
    """A linked system at work. `system` is its id in small letters."""

    system: str
    session: boto3.Session
    options: Options
    sandbox: Mapping[str, Any] | None

    @property
    def s3(self) -> S3Client:
        """A client of the object storage."""
        own = self.sandbox["aws_endpoint"] if self.sandbox else None
        return self.session.client("s3", endpoint_url=self.options.s3_url or own)

    @property
    def own_bucket(self) -> str:
        """Its own bucket, into which it sends."""
        return self.options.buckets[0] if self.options.buckets else self._bucket(self.system)

    @property
    def delivering_buckets(self) -> tuple[str, ...]:
        """The buckets in which its deliveries stand."""
        if self.options.buckets:
            return self.options.buckets
        granted = grants(catalogue(), self.system).deliveries
        return tuple(self._bucket(system) for system in dict.fromkeys(delivery.bucket for delivery in granted))

    def _bucket(self, system: str) -> str:
        if self.sandbox:
            return str(self.sandbox["buckets"][system])
        stage, municipality = os.environ.get("KYOTSU_STAGE"), os.environ.get("KYOTSU_MUNICIPALITY")
        account = (self.options.role_arn or "").split(":")[4:5]
        if not (stage and municipality and account):
            raise CommandError(
                "バケット名が分かりません。--bucket で指定するか、--role-arn に加えて環境変数 KYOTSU_STAGE と "
                "KYOTSU_MUNICIPALITY を設定してください。",
                Exit.USAGE,
            )
        return f"kyotsu-{stage}-{municipality}-{account[0]}-{system}"


def linked_system(options: Options, system: str) -> LinkedSystem:
    """Return a linked system that can work; raises CommandError with what is missing."""
    system = system.lower()
    if system not in catalogue().systems:
        raise CommandError(f"{system} はカタログにないシステムです。--system を確認してください。", Exit.USAGE)
    path = os.environ.get(ENDPOINTS)
    sandbox = _read(Path(path)) if path else None
    session = _federated(options, system, sandbox) if options.federated else _own(system, sandbox)
    return LinkedSystem(system, session, options, sandbox)


def _own(system: str, sandbox: Mapping[str, Any] | None) -> boto3.Session:
    """Return a session with the credentials that the system has on AWS anyway; in a sandbox, those made for it."""
    if sandbox is None:
        return boto3.Session()
    pair = sandbox["credentials"][system]
    return boto3.Session(pair["aws_access_key_id"], pair["aws_secret_access_key"], region_name=sandbox["region"])


def token_client(options: Options, system: str, scope: str = SCOPE) -> Client:
    """Return the client of the token server that a system is; raises CommandError with what is missing."""
    path = os.environ.get(ENDPOINTS)
    return _client(options, _known(system, _read(Path(path))) if path else {}, scope)


def _client(options: Options, known: Mapping[str, str | None], scope: str) -> Client:
    client_id = _needed(options.client_id or known.get("client_id"), "--client-id", "KYOTSU_CLIENT_ID")
    # A secret belongs to its client: one of the sandbox's is never sent for another client.
    known_secret = known.get("client_secret") if client_id == known.get("client_id") else None
    return Client(
        token_url=_needed(options.token_url or known.get("token_url"), "--token-url", "KYOTSU_TOKEN_URL"),
        client_id=client_id,
        client_secret=_needed(_secret(options) or known_secret, "--client-secret-file", "KYOTSU_CLIENT_SECRET"),
        scope=scope,
        basic=options.basic,
    )


def _federated(options: Options, system: str, sandbox: Mapping[str, Any] | None) -> boto3.Session:
    known = _known(system, sandbox) if sandbox else {}
    client = _client(options, known, SCOPE)
    role_arn = _needed(options.role_arn or known.get("role_arn"), "--role-arn", "KYOTSU_ROLE_ARN")
    region = options.region or known.get("region") or "ap-northeast-1"
    return federated_session(TokenSource(client), role_arn, region, options.sts_url or known.get("sts_url"))


def _known(system: str, sandbox: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what a sandbox tells of a system."""
    return {
        "token_url": sandbox["token_url"],
        "role_arn": sandbox["outputs"].get(f"FederatedRole{system.upper()}"),
        "region": sandbox["region"],
        "sts_url": sandbox["aws_endpoint"],
        **sandbox["clients"].get(system, {}),
    }


def _secret(options: Options) -> str | None:
    if options.secret_file is None:
        return os.environ.get(SECRET)
    try:
        return options.secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"クライアントシークレットのファイル {options.secret_file} を読めません。") from error


def _needed(value: str | None, option: str, variable: str) -> str:
    if not value:
        raise CommandError(f"{option} または環境変数 {variable} を指定してください。", Exit.USAGE)
    return value


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CommandError(
            f"{path} がありません。kyotsu sandbox up が起動し終わっているか、{ENDPOINTS} が正しいか確認してください。"
        ) from None
    return found
