"""The roles that systems in other clouds and on premises become by their tokens, and how one is closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

DENIAL = "KyotsuClientDisabled"
"""Name of the inline policy of a closed role. No stack knows it, so no deployment takes it away."""
_DENIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "ClientDisabled", "Effect": "Deny", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True, slots=True)
class FederatedRoles:
    """Roles by system, in small letters (ARNs). Needs iam:PutRolePolicy and iam:DeleteRolePolicy on them."""

    client: IAMClient
    roles: Mapping[str, str]

    def close(self, system: str) -> None:
        """Deny everything to a system's role: to sessions that there are, and to those made of tokens it still has.

        A system without a role has nothing to close. May be repeated.
        """
        if name := self._name(system):
            self.client.put_role_policy(RoleName=name, PolicyName=DENIAL, PolicyDocument=json.dumps(_DENIAL))

    def reopen(self, system: str) -> None:
        """Take the denial away. May be repeated."""
        if name := self._name(system):
            try:
                self.client.delete_role_policy(RoleName=name, PolicyName=DENIAL)
            except self.client.exceptions.NoSuchEntityException:
                return  # it was never closed, or is open again

    def _name(self, system: str) -> str:
        return self.roles.get(system, "").rpartition("/")[2]
