"""認証認可サーバ: issues tokens, tells providers about them, and takes them back."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.api import PATIENCE, Api, ApiLogs
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.table import only_partitions
from infra.stacks.stateful import StatefulStack

ISSUE = "access/issue_token"
CLIENTS, ASSERTIONS, TOKENS = "CLIENT#*", "ASSERTION#*", "TOKEN#*"
"""Partitions of the `Access` table (`kyotsu.access.table`)."""
REFUSALS = 30
"""Refused requests in a minute that no mistake of a single client explains."""


class TokenServer(Construct):
    """The API, and a function for each of its three endpoints."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack, issuer: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful, self._issuer = platform, stateful, issuer
        self.api = Api(self, "Api", platform=platform, name="tokens", traffic=platform.parameters.tokens)
        ApiLogs(self, "ApiLogs").before(self.api)
        self.issue = self._function("Issue", ISSUE, "/oauth2/token", [CLIENTS], [ASSERTIONS])
        stateful.signing.let_sign(self.issue)
        reads = [CLIENTS, TOKENS]
        self.introspect = self._function(
            "Introspect", "access/introspect_token", "/oauth2/introspect", reads, [ASSERTIONS]
        )
        self.revoke = self._function("Revoke", "access/revoke_token", "/oauth2/revoke", reads, [ASSERTIONS, TOKENS])
        for function in (self.introspect, self.revoke):
            stateful.signing.let_check(function)
        self._watch()

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"{self.api.url}/oauth2/token"

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.access`."""
        parameters, stateful = self._platform.parameters, self._stateful
        tokens = parameters.tokens
        return {
            "MUNICIPALITY": parameters.municipality,
            "ACCESS_TABLE": stateful.access.table.table_name,
            "CLIENT_SECRET_PREFIX": parameters.client_secret_prefix,
            "SIGNING_KEYS": ",".join(stateful.signing.arns),
            "ISSUER": self._issuer,
            "API_URL": self.api.url,
            "TOKEN_SECONDS": str(tokens.token_seconds),
            "LEEWAY_SECONDS": str(tokens.leeway_seconds),
            "ASSERTION_SECONDS": str(tokens.assertion_seconds),
            "ALLOW_BASIC": str(tokens.allow_basic).lower(),
            "WEB_IDENTITY_AUDIENCE": tokens.web_identity_audience,
        }

    def _function(
        self, name: str, source: str, path: str, reads: Sequence[str], writes: Sequence[str]
    ) -> PythonFunction:
        """Add an endpoint's function; `reads` and `writes`: partitions of the table."""
        stateful, stack, parameters = self._stateful, Stack.of(self), self._platform.parameters
        function = PythonFunction(
            self,
            name,
            platform=self._platform,
            source=source,
            timeout=Duration.seconds(20),
            memory_mib=1024,
            environment={**self.environment(), **PATIENCE},
        )
        table = [stateful.access.table.table_arn]
        function.allow(["dynamodb:GetItem"], table, **only_partitions(parameters, *reads))
        function.allow(["dynamodb:PutItem"], table, **only_partitions(parameters, *writes))
        prefix = parameters.client_secret_prefix
        secrets = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{prefix}*"
        function.allow(["secretsmanager:GetSecretValue"], [secrets])
        acknowledge_wildcard(function.role, secrets, "Secrets are named after clients, which come and go.")
        function.allow_key(
            stateful.keys.access,
            ["dynamodb", "secretsmanager"],
            ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"],
        )
        self.api.post(path, function)
        return function

    def _watch(self) -> None:
        refused = each_minute("Kyotsu", "RequestsRefused", "Sum", service=ISSUE)
        self._platform.alarms.raise_when(
            self, "TokensRefused", refused, at_least=REFUSALS, says="トークンの要求の拒否が続いています。"
        )
        ending = each_minute("Kyotsu", "SecretsEnding", "Sum", service=ISSUE)
        self._platform.alarms.raise_when(
            self,
            "SecretEnding",
            ending,
            at_least=1,
            says="まもなく期限の切れるクライアントシークレットが使われています。",
        )
