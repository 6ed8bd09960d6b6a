"""Linked systems in their own account: what our policies give them is all that is asked; their account gives them all.

The account and the names are those of the development stage (`infra/parameters/linking.py`).
"""

from infra.sandbox.access.enforcement import Access
from infra.sandbox.access.principals import of_role

ACCOUNT = "210987654321"


def role_arn(system: str) -> str:
    """Return the role of a linked system (業務ID, or a local system's id)."""
    return f"arn:aws:iam::{ACCOUNT}:role/linked-system-{system}"


def of_linked_system(access: Access, system: str) -> dict[str, str]:
    """Return new credentials of a linked system's role, without a token: they hold as long as the sandbox."""
    credentials = access.principals.key_pair(of_role(role_arn(system), f"system-{system}"))
    return {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "role_arn": role_arn(system),
    }
