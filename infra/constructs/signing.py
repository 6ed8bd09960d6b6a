"""The keys that tokens are signed with. They never leave KMS."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.function import PythonFunction
from infra.constructs.nag import acknowledge
from infra.parameters.types import Parameters


class SigningKeys(Construct):
    """RSA keys, one for each name in the parameters; the first one signs. Retired ones stay and are used by nobody."""

    def __init__(self, scope: Construct, construct_id: str, *, parameters: Parameters) -> None:
        super().__init__(scope, construct_id)
        self._parameters = parameters
        self.keys: Sequence[kms.Key] = [self._key(name) for name in parameters.tokens.signing_keys]
        for name in parameters.tokens.retired_keys:
            # Deployed before the stacks that asked for it: it can't drop what they still import.
            Stack.of(self).export_value(self._key(name).key_arn)

    @property
    def arns(self) -> list[str]:
        """ARNs of all keys, the signing one first."""
        return [key.key_arn for key in self.keys]

    def let_sign(self, function: PythonFunction) -> None:
        """Let a function sign with the first key, by the one algorithm of our tokens."""
        algorithm = {"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
        function.allow(["kms:Sign"], self.arns[:1], StringEquals=algorithm)

    def let_check(self, function: PythonFunction) -> None:
        """Let a function read the public halves."""
        function.allow(["kms:GetPublicKey"], self.arns)

    def _key(self, name: str) -> kms.Key:
        key = kms.Key(
            self,
            name,
            description=f"{self._parameters.name}: signs tokens",
            key_spec=kms.KeySpec.RSA_2048,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            pending_window=Duration.days(30 if self._parameters.protected else 7),
            removal_policy=self._parameters.removal_policy,
        )
        acknowledge(key, "KMS5", "KMS rotates no asymmetric key; docs/decisions/0100-tokens.md says how we do.")
        return key
