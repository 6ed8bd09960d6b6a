"""The condition keys whose values the sandbox knows, or of which it knows that a request here never has them.

Source: Service Authorization Reference. A policy with any other key stops the sandbox: an absent value would make a
condition hold or fail by accident.
"""

import re

_GIVEN = {
    # of every request
    "aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice",
    "aws:principaltype", "aws:requestedregion", "aws:resourceaccount", "aws:securetransport", "aws:sourceip",
    "aws:userid", "aws:viaawsservice", "aws:useragent",
    # of sessions
    "aws:tokenissuetime", "aws:federatedprovider",
    # of services that act for a resource of ours
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:principalservicename", "aws:calledvia",
    # of one service
    "s3:authtype", "s3:delimiter", "s3:if-match", "s3:if-none-match", "s3:max-keys", "s3:object-lock-legal-hold",
    "s3:object-lock-mode", "s3:object-lock-retain-until-date", "s3:objectcreationoperation", "s3:prefix",
    "s3:resourceaccount", "s3:signatureversion", "s3:versionid", "s3:x-amz-acl", "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source", "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm", "s3:x-amz-storage-class",
    "dynamodb:leadingkeys", "dynamodb:enclosingoperation", "dynamodb:fulltablescan", "dynamodb:attributes",
    "dynamodb:select",
    "kms:calleraccount", "kms:encryptioncontextkeys", "kms:messagetype", "kms:requestalias", "kms:signingalgorithm",
    "kms:viaservice",
    "secretsmanager:name", "secretsmanager:secretid", "secretsmanager:versionstage",
    "sns:endpoint", "sns:protocol",
    "events:source", "events:detail-type", "lambda:functionarn",
    "sts:rolesessionname", "sts:externalid",
}  # fmt: skip
_NEVER_HERE = {
    # no organisation, no virtual private network, no sign-in with a second factor, no tags
    "aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:sourceorgid", "aws:sourcevpc",
    "aws:sourcevpce", "aws:vpcsourceip", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:username",
    "aws:referer",
    # no access points
    "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "s3:accesspointnetworkorigin",
    "kms:grantisforawsresource",
}  # fmt: skip
_FAMILIES = re.compile(
    r"kms:encryptioncontext:.+"
    r"|(?!aws:|kms:|s3:|sts:|dynamodb:|events:|sqs:|sns:)[^*]+:(aud|sub|azp|iss)"  # {issuer}:aud of a web identity
)


def is_known(key: str) -> bool:
    """Tell whether `key` (in lower case) may stand in a policy."""
    return key in _GIVEN or key in _NEVER_HERE or _FAMILIES.fullmatch(key) is not None
