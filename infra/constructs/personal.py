"""個人番号 and 住民票コード: the key that wraps their data keys, and the secret that rows are told apart with."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.function import PythonFunction
from infra.constructs.keys import Keys
from infra.constructs.nag import acknowledge
from infra.parameters.types import Parameters

PURPOSE = "personal-data"
PAPERS = "moving-papers"
"""What data keys of papers of moving cases are for."""
_CRYPTOGRAPHY = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


class PersonalData(Construct):
    """What functions need to seal items and to compare them; without `let_seal` none of them can."""

    def __init__(self, scope: Construct, construct_id: str, *, keys: Keys, parameters: Parameters) -> None:
        super().__init__(scope, construct_id)
        self._keys = keys
        self._context = {"municipality": parameters.municipality, "purpose": PURPOSE}
        self._refuse_other_contexts()
        self._bind_papers(parameters.municipality)
        self._secret = secretsmanager.Secret(
            self,
            "FingerprintKey",
            description=f"{parameters.name}: key of fingerprints; changing it makes every stored row look new",
            encryption_key=keys.fingerprints,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=parameters.removal_policy,
        )
        reason = "Stored rows are known by fingerprints made with it: rotation needs all rows read again (ADR 0040)."
        acknowledge(self._secret, "SMG4", reason)

    @property
    def secret_arn(self) -> str:
        """The ARN of the secret."""
        return self._secret.secret_arn

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.functions.sealing`."""
        return {"PERSONAL_KEY": self._keys.personal.key_arn, "FINGERPRINT_SECRET": self.secret_arn}

    def let_seal(self, function: PythonFunction) -> None:
        """Let a function make data keys and fingerprints. It may open no data key: what it sealed stays sealed."""
        self.let_compare(function)
        function.allow(["kms:GenerateDataKey"], [self._keys.personal.key_arn], StringEquals=self._in_context)

    def let_compare(self, function: PythonFunction) -> None:
        """Let a function make fingerprints."""
        function.allow(["secretsmanager:GetSecretValue"], [self.secret_arn])
        function.allow_key(self._keys.fingerprints, ["secretsmanager"], ["Decrypt"])

    def let_open(self, function: PythonFunction) -> None:
        """Let a function open what was sealed: whoever shows a 個人番号 to the business that sent it."""
        function.allow(["kms:Decrypt"], [self._keys.personal.key_arn], StringEquals=self._in_context)

    @property
    def _in_context(self) -> dict[str, str]:
        return {f"kms:EncryptionContext:{name}": value for name, value in self._context.items()}

    def _bind_papers(self, municipality: str) -> None:
        """Bind data keys of papers, too; the table and the bucket use the key by way of their services."""
        context = {"municipality": municipality, "purpose": PAPERS}
        for name, value in context.items():
            self._keys.papers.add_to_resource_policy(
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    principals=[iam.AnyPrincipal()],
                    actions=_CRYPTOGRAPHY,
                    resources=["*"],  # in a key's own policy: this key
                    conditions={
                        "StringNotEquals": {f"kms:EncryptionContext:{name}": value},
                        "Null": {"kms:ViaService": "true"},
                    },
                )
            )

    def _refuse_other_contexts(self) -> None:
        """Bind the key itself, so that no policy of a role can widen what it is used for."""
        for name, value in self._context.items():
            self._keys.personal.add_to_resource_policy(
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    principals=[iam.AnyPrincipal()],
                    actions=_CRYPTOGRAPHY,
                    resources=["*"],  # in a key's own policy: this key
                    # Also true, and so refused, where a call has no such context at all.
                    conditions={"StringNotEquals": {f"kms:EncryptionContext:{name}": value}},
                )
            )
