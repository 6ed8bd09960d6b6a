"""The policies that hold now, as moto keeps them, and what moto doesn't keep: who encrypts, who may invoke.

Nothing is copied: a policy that a client changes counts from its next request on.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.sandbox.access.documents import Policy, parsed
from infra.sandbox.access.matching_principals import Principal


class Stored:
    """The policies of one account and region."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self._keys: dict[str, str] = {}
        self._permissions: dict[str, list[dict[str, Any]]] = {}
        self._api_policies: dict[str, str] = {}

    # What the makers of resources tell.

    def encrypted(self, resource: str, key: str | None) -> None:
        """Note that data of `resource` (an ARN) is encrypted with `key` (an id or ARN); None: not with one of ours."""
        if key is not None:
            self._keys[resource] = self.key_arn(key)

    def may_be_invoked(self, properties: Mapping[str, Any]) -> None:
        """Note an AWS::Lambda::Permission, which is a statement of the function's own policy."""
        name = properties["FunctionName"].rsplit(":", 1)[-1]
        conditions: dict[str, Any] = {}
        if "SourceArn" in properties:
            conditions["ArnLike"] = {"aws:SourceArn": properties["SourceArn"]}
        if "SourceAccount" in properties:
            conditions["StringEquals"] = {"aws:SourceAccount": properties["SourceAccount"]}
        principal = properties["Principal"]
        self._permissions.setdefault(name, []).append(
            {
                "Effect": "Allow",
                "Principal": {"Service" if principal.endswith(".amazonaws.com") else "AWS": principal},
                "Action": properties.get("Action", "lambda:InvokeFunction"),
                "Resource": self.arn("lambda", f"function:{name}"),
                "Condition": conditions,
            }
        )

    def api_policy(self, api_id: str, document: Mapping[str, Any]) -> None:
        """Note the policy of a REST API; `execute-api:/` in it begins the ARNs of that API."""
        text = json.dumps(document)
        self._api_policies[api_id] = text.replace('"execute-api:/', f'"{self.arn("execute-api", api_id)}/')

    # What is asked.

    def arn(self, service: str, name: str) -> str:
        """Return the ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{name}"

    def key_of(self, resource: str) -> str | None:
        """Return the ARN of the key that `resource`'s data is encrypted with."""
        return self._keys.get(resource)

    def waiting_machine(self, token: str) -> str | None:
        """Return the ARN of the state machine one of whose executions gave a task token away."""
        backend = stepfunctions_parser_backends[self.account][self.region]
        for machine in backend.state_machines:
            for execution in machine.executions:
                worker = getattr(execution, "exec_worker", None)
                if worker is not None and worker.env.callback_pool_manager.get(token) is not None:
                    return str(machine.arn)
        return None

    def identity(self, who: Principal) -> Sequence[Policy] | None:
        """Return the policies of `who`; None where their account lets them do everything, or isn't ours to know."""
        if who.kind == "operator" or (who.kind == "role" and who.account != self.account):
            return None
        role = self.role(who.role) if who.role else None
        if role is None:
            return ()
        attached = map(_in_force, role.managed_policies.values())
        return [parsed(text) for text in (*role.policies.values(), *attached)]

    def role(self, arn: str) -> Role | None:
        """Return a role of this account."""
        return next((role for role in list(self.iam.roles.values()) if role.arn == arn), None)

    def trust(self, role: Role) -> Policy:
        """Return who may assume a role."""
        return parsed(role.assume_role_policy_document)

    @property
    def iam(self) -> IAMBackend:
        """moto's IAM of this account."""
        return iam_backends[self.account]["aws"]

    def bucket(self, name: str) -> FakeBucket | None:
        """Return a bucket."""
        return s3_backends[self.account]["aws"].buckets.get(name)

    def bucket_key(self, name: str) -> tuple[str | None, bool]:
        """Return the ARN of a bucket's default key, and whether it uses a bucket key."""
        bucket = self.bucket(name)
        rule = (bucket.encryption or {}).get("Rule", {}) if bucket else {}
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        if default.get("SSEAlgorithm") != "aws:kms" or not default.get("KMSMasterKeyID"):
            return None, False
        return self.key_arn(default["KMSMasterKeyID"]), str(rule.get("BucketKeyEnabled")).lower() == "true"

    def key_arn(self, key: str) -> str:
        """Return a key's ARN from its id, ARN, or alias."""
        backend = kms_backends[self.account][self.region]
        return self.arn("kms", f"key/{backend.any_id_to_key_id(key)}")

    def secret(self, name: str) -> Any:
        """Return a secret by its name or ARN, or None."""
        return secretsmanager_backends[self.account][self.region].secrets.get(name)

    def policy_of(self, arn: str) -> Policy | None:
        """Return the policy of the resource that `arn` is, or is a part of."""
        text = self._text_of(arn)
        return parsed(text) if text else None

    def _text_of(self, arn: str) -> str | None:
        _, _, service, _, _, name = [*arn.split(":", 5), *[""] * 5][:6]
        match service:
            case "s3":
                bucket = self.bucket(name.split("/", 1)[0])
                return bucket.policy.decode() if bucket and bucket.policy else None
            case "kms":
                key = kms_backends[self.account][self.region].keys.get(name.removeprefix("key/"))
                return key.policy if key else None
            case "sqs":
                queue = sqs_backends[self.account][self.region].queues.get(name)
                return _as_text(queue.policy) if queue else None
            case "sns":
                topic = sns_backends[self.account][self.region].topics.get(arn)
                return topic.policy if topic else None
            case "secretsmanager":
                secret = self.secret(arn)
                return getattr(secret, "policy", None)
            case "execute-api":
                return self._api_policies.get(name.partition("/")[0])
            case "lambda":
                statements = self._permissions.get(name.removeprefix("function:"))
                return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
        return None


def _in_force(policy: ManagedPolicy) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default_version)


def _as_text(policy: Any) -> str | None:
    return policy if isinstance(policy, str) or policy is None else json.dumps(policy)
