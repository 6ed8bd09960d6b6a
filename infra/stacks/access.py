"""認証認可: the token server, and the documents by which others check its tokens."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.federation import Federation
from infra.constructs.outputs import publish
from infra.constructs.public_documents import PublicDocuments
from infra.constructs.publish_keys import PublishKeys
from infra.constructs.token_server import TokenServer
from infra.parameters.types import Parameters
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack
from infra.systems import catalogue


class AccessStack(Stack):
    """Who may call and who may come: tokens for APIs and for STS."""

    def __init__(
        self, scope: Construct, *, parameters: Parameters, stateful: StatefulStack, functions: Path, layers: Layers
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Access",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: clients and tokens",
        )
        self._audience = parameters.tokens.web_identity_audience
        platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        self.documents = PublicDocuments(self, "Documents", access_logs=stateful.access_logs, parameters=parameters)
        self.issuer = self.documents.issuer
        self.server = TokenServer(self, "Tokens", platform=platform, stateful=stateful, issuer=self.issuer)
        self.publish_keys = PublishKeys(
            self, "PublishKeys", platform=platform, stateful=stateful, server=self.server, documents=self.documents
        )
        self.federation = Federation(
            self,
            "Federation",
            parameters=parameters,
            issuer=self.issuer,
            key=stateful.keys.exchange,
            catalogue=catalogue(),
        )
        self._publish_outputs()

    def _publish_outputs(self) -> None:
        server = self.server
        publish(
            self,
            {
                "ApiUrl": server.api.url,
                "IntrospectionUrl": f"{server.api.url}/oauth2/introspect",
                "Issuer": self.issuer,
                "IssueTokenFunction": server.issue.function.function_name,
                "PublicBucket": self.documents.bucket.bucket_name,
                "PublishKeysFunction": self.publish_keys.function.function.function_name,
                "PublishKeysUnstarted": self.publish_keys.clock.unstarted.queue.queue_url,
                "RevocationUrl": f"{server.api.url}/oauth2/revoke",
                "TokenUrl": server.token_url,
                "WebIdentityAudience": self._audience,
                **self.federation.outputs(),
            },
        )
