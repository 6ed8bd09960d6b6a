"""A linked system in another cloud or on premises: its token becomes credentials, and both are renewed in time.

The five steps of file linkage with another CSP (seed 000): 1 a token is asked for, 2 and given; 3 temporary credentials
are asked for, 4 and given; 5 the object storage is used. Steps 1 to 4 are repeated whenever credentials are about to
end, so a transfer may take longer than any token or session.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import boto3
import urllib3
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import ClientError
from botocore.session import Session
from joserfc import jwt
from joserfc.jwk import OctKey

from kyotsu_cli.failure import CommandError

SCOPE = "030:object_storage:Federate"
"""What a token is asked for that STS takes (catalogue/apis.yaml)."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
_ATTEMPTS = 4
_TIMEOUT = urllib3.Timeout(connect=10, read=30)
_LONGEST_ERROR = 60


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client of the token server; `basic` is the interim way to prove who it is, instead of client_secret_jwt."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = SCOPE
    basic: bool = False

    def request(self, now: float) -> tuple[dict[str, str], dict[str, str]]:
        """Return headers and form of one request for a token. Each is good for one attempt: its `jti` counts once."""
        form = {"grant_type": "client_credentials", "scope": self.scope}
        if self.basic:
            return urllib3.make_headers(basic_auth=f"{self.client_id}:{self.client_secret}"), form
        claims: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.token_url,
            "jti": uuid.uuid4().hex,
            "iat": int(now),
            "exp": int(now) + ASSERTION_SECONDS,
        }
        assertion = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.client_secret))
        return {}, {**form, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


@dataclass(frozen=True)
class TokenSource:
    """Asks the token server for tokens (steps 1 and 2)."""

    client: Client
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(timeout=_TIMEOUT, retries=False))
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time

    def __call__(self) -> str:
        """Return a new token; raises CommandError. A server that is away for a moment is asked again."""
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.wait(2.0 ** (attempt - 1))
            headers, form = self.client.request(self.now())
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            try:
                answer = self.pool.request("POST", self.client.token_url, body=urlencode(form), headers=headers)
            except urllib3.exceptions.HTTPError as error:
                problem = type(error).__name__  # its text may hold what was sent
                continue
            if answer.status == 200:
                return _token(answer.data)
            problem = f"{answer.status} {_error(answer.data)}"
            if answer.status < 500 and answer.status != 429:
                raise CommandError(_refused(problem, self.client))
        raise CommandError(
            f"認証認可サーバに接続できません（{problem}）。トークンのURL {self.client.token_url} とネットワークを"
            "確認し、時間をおいて再度実行してください。"
        )


class _Federated(CredentialProvider):
    """The only way to credentials: none of this machine's own is ever used instead."""

    METHOD = CANONICAL_NAME = "kyotsu-federation"

    def __init__(self, session: Session, token: Callable[[], str], role_arn: str, sts_url: str | None) -> None:
        super().__init__(session)

        def sts(service: str, **options: Any) -> Any:
            return session.create_client(service, endpoint_url=sts_url, **options)

        names = {"RoleSessionName": "kyotsu-file-linkage"}
        self._fetcher = AssumeRoleWithWebIdentityCredentialFetcher(sts, token, role_arn, names)

    def load(self) -> DeferredRefreshableCredentials:
        """Return credentials that are first fetched, and renewed, when they are needed (steps 3 and 4)."""
        return DeferredRefreshableCredentials(self._exchanged, self.METHOD)

    def _exchanged(self) -> dict[str, Any]:
        try:
            return dict(self._fetcher.fetch_credentials())
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise CommandError(
                f"STSが一時的な認証情報を発行しませんでした（{code}）。ロールのARN、STSのURLとリージョンを確認し、"
                "このシステムの連携が有効かどうかを運用者に確認してください。"
            ) from error


def federated_session(token: Callable[[], str], role_arn: str, region: str, sts_url: str | None) -> boto3.Session:
    """Return a session whose clients act as the role that tokens are exchanged for; nothing is asked for yet."""
    session = Session()
    session.set_config_variable("region", region)
    resolver = CredentialResolver([_Federated(session, token, role_arn, sts_url)])
    session.register_component("credential_provider", resolver)
    return boto3.Session(botocore_session=session)


def _token(body: bytes) -> str:
    try:
        return str(json.loads(body)["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError("トークンのURLの応答がトークンではありません。URLを確認してください。") from error


def _error(body: bytes) -> str:
    """Return the `error` of RFC 6749 and nothing else of the body, whoever answered."""
    try:
        return str(json.loads(body)["error"])[:_LONGEST_ERROR]
    except (ValueError, KeyError, TypeError):
        return ""


def _refused(problem: str, client: Client) -> str:
    if "invalid_client" in problem:
        way = "" if client.basic else "、時計のずれ、トークンのURL（aud と一致すること）"
        return (
            f"認証認可サーバがクライアントを認めませんでした（{problem}）。クライアントID、クライアントシークレットの"
            f"期限{way}を確認してください。停止されていないかは運用者に確認してください。"
        )
    if "invalid_scope" in problem:
        return f"スコープ {client.scope} が許可されていません（{problem}）。運用者に確認してください。"
    return f"認証認可サーバがトークンの要求を拒否しました（{problem}）。トークンのURLを確認してください。"
