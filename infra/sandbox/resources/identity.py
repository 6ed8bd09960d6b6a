"""Keys, secrets, roles, policies and identity providers. moto keeps them; `infra.sandbox.access` enforces them."""

from typing import Any

from infra.sandbox.access.documents import checked
from infra.sandbox.deployment import Kind, Place, only
from infra.sandbox.intrinsics import Created

_AWS_MANAGED = ":iam::aws:policy/"


def key(place: Place, properties: dict[str, Any]) -> Created:
    """Make a customer-managed key."""
    kms = place.cloud.client("kms")
    metadata = kms.create_key(
        Policy=checked(properties["KeyPolicy"], place.path),
        Description=properties.get("Description", place.path),
        KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
        KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
    )["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        kms.enable_key_rotation(KeyId=metadata["KeyId"])
    return Created(metadata["KeyId"], {"Arn": metadata["Arn"], "KeyId": metadata["KeyId"]})


def alias(place: Place, properties: dict[str, Any]) -> Created:
    """Make a key's alias."""
    place.cloud.client("kms").create_alias(AliasName=properties["AliasName"], TargetKeyId=properties["TargetKeyId"])
    return Created(properties["AliasName"])


def oidc_provider(place: Place, properties: dict[str, Any]) -> Created:
    """Make an OpenID provider that STS believes."""
    arn = place.cloud.client("iam").create_open_id_connect_provider(
        Url=properties["Url"],
        ClientIDList=properties["ClientIdList"],
        ThumbprintList=properties.get("ThumbprintList", []),
    )["OpenIDConnectProviderArn"]
    return Created(arn, {"Arn": arn})


def role(place: Place, properties: dict[str, Any]) -> Created:
    """Make a role with its inline and attached policies."""
    iam = place.cloud.client("iam")
    name = properties.get("RoleName", place.physical_name())
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=checked(properties["AssumeRolePolicyDocument"], place.path),
        MaxSessionDuration=properties.get("MaxSessionDuration", 3600),
        Description=properties.get("Description", ""),
    )["Role"]
    for inline in properties.get("Policies", []):
        iam.put_role_policy(
            RoleName=name,
            PolicyName=inline["PolicyName"],
            PolicyDocument=checked(inline["PolicyDocument"], place.path),
        )
    for arn in properties.get("ManagedPolicyArns", []):
        if _AWS_MANAGED not in arn:  # moto doesn't carry AWS's own policies
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return Created(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]})


def policy(place: Place, properties: dict[str, Any]) -> Created:
    """Put an inline policy on each of its roles."""
    document = checked(properties["PolicyDocument"], place.path)
    for name in properties.get("Roles", []):
        place.cloud.client("iam").put_role_policy(
            RoleName=name, PolicyName=properties["PolicyName"], PolicyDocument=document
        )
    return Created(properties["PolicyName"])


def managed_policy(place: Place, properties: dict[str, Any]) -> Created:
    """Make a customer-managed policy and attach it to its roles."""
    iam = place.cloud.client("iam")
    name = properties.get("ManagedPolicyName", place.physical_name(128))
    made = iam.create_policy(PolicyName=name, PolicyDocument=checked(properties["PolicyDocument"], place.path))
    arn = made["Policy"]["Arn"]
    for role_name in properties.get("Roles", []):
        iam.attach_role_policy(RoleName=role_name, PolicyArn=arn)
    return Created(arn, {"PolicyArn": arn})


def secret(place: Place, properties: dict[str, Any]) -> Created:
    """Make a secret with a random value of the asked length and alphabet."""
    secrets = place.cloud.client("secretsmanager")
    wanted = properties["GenerateSecretString"]
    only(wanted, {"PasswordLength", "ExcludePunctuation"}, f"{place.path} GenerateSecretString")
    value = secrets.get_random_password(**wanted)["RandomPassword"]
    name = properties.get("Name", place.physical_name())
    made = secrets.create_secret(
        Name=name,
        Description=properties.get("Description", ""),
        KmsKeyId=properties["KmsKeyId"],
        SecretString=value,
    )
    return Created(made["ARN"], {"Id": made["ARN"]})


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::KMS::Key": Kind(
        key,
        frozenset({"KeyPolicy", "Description", "EnableKeyRotation", "KeySpec", "KeyUsage"}),
        _TAGS | {"PendingWindowInDays": "the sandbox deletes no keys", "Enabled": "keys start enabled"},
    ),
    "AWS::KMS::Alias": Kind(alias, frozenset({"AliasName", "TargetKeyId"})),
    "AWS::SecretsManager::Secret": Kind(
        secret, frozenset({"Name", "Description", "KmsKeyId", "GenerateSecretString"}), _TAGS
    ),
    "AWS::IAM::OIDCProvider": Kind(oidc_provider, frozenset({"Url", "ClientIdList", "ThumbprintList"}), _TAGS),
    "AWS::IAM::Role": Kind(
        role,
        frozenset(
            {"RoleName", "AssumeRolePolicyDocument", "Description", "Policies", "ManagedPolicyArns"}
            | {"MaxSessionDuration"}
        ),
        _TAGS
        | {
            "PermissionsBoundary": "an organisation's; decision 0104 names it among what is not checked",
            "Path": "only groups names in the console",
        },
    ),
    "AWS::IAM::Policy": Kind(policy, frozenset({"PolicyName", "PolicyDocument", "Roles"})),
    "AWS::IAM::ManagedPolicy": Kind(
        managed_policy,
        frozenset({"ManagedPolicyName", "PolicyDocument", "Roles"}),
        {"Description": "documentation", "Path": "only groups names in the console"},
    ),
}
