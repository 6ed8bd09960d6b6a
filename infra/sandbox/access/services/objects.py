"""Amazon S3. A parameter that isn't known here makes the operation unknown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped] # comes with moto

from infra.sandbox.access.enforcement import Need, encryption_context
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

# Parameters that change nothing of what is needed; version and list parameters are looked at apart.
_HARMLESS = {
    "x-id", "versionId", "partNumber", "list-type", "prefix", "delimiter", "max-keys", "marker", "start-after",
    "continuation-token", "fetch-owner", "encoding-type", "key-marker", "version-id-marker", "max-parts",
    "part-number-marker", "max-uploads", "upload-id-marker", "response-content-type", "response-content-disposition",
    "response-cache-control", "response-content-encoding", "response-content-language", "response-expires",
    "allow-unordered", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
    "X-Amz-Signature", "X-Amz-Security-Token", "x-amz-checksum-mode",
}  # fmt: skip
_OF_OBJECT: Mapping[tuple[str, str], str] = {
    ("GET", ""): "GetObject",
    ("HEAD", ""): "GetObject",
    ("PUT", ""): "PutObject",
    ("DELETE", ""): "DeleteObject",
    ("PUT", "uploadId"): "PutObject",
    ("POST", "uploads"): "PutObject",
    ("POST", "uploadId"): "PutObject",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
    ("GET", "acl"): "GetObjectAcl",
    ("PUT", "acl"): "PutObjectAcl",
    ("GET", "attributes"): "GetObjectAttributes",
    ("GET", "retention"): "GetObjectRetention",
    ("PUT", "retention"): "PutObjectRetention",
    ("GET", "legal-hold"): "GetObjectLegalHold",
    ("PUT", "legal-hold"): "PutObjectLegalHold",
}
_OF_BUCKET: Mapping[tuple[str, str], str] = {
    ("GET", ""): "ListBucket",
    ("HEAD", ""): "ListBucket",
    ("GET", "versions"): "ListBucketVersions",
    ("GET", "uploads"): "ListBucketMultipartUploads",
    ("GET", "location"): "GetBucketLocation",
    ("GET", "versioning"): "GetBucketVersioning",
    ("GET", "encryption"): "GetEncryptionConfiguration",
    ("GET", "policy"): "GetBucketPolicy",
    ("GET", "tagging"): "GetBucketTagging",
    ("GET", "acl"): "GetBucketAcl",
    ("GET", "object-lock"): "GetBucketObjectLockConfiguration",
    ("GET", "notification"): "GetBucketNotification",
    ("GET", "lifecycle"): "GetLifecycleConfiguration",
    ("PUT", "policy"): "PutBucketPolicy",
    ("DELETE", "policy"): "DeleteBucketPolicy",
    ("DELETE", ""): "DeleteBucket",
}
_VERSIONED = {
    "GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "GetObjectAcl",
    "GetObjectAttributes",
}  # fmt: skip
_HEADERS = {
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-acl": "PutObjectAcl",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}


def needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to S3 needs. Raises UnmappedError."""
    bucket, key = asked.segments
    if asked.path.startswith("//") or "/" in bucket or "/../" in f"/{key}/" or "/./" in f"/{key}/":
        raise UnmappedError("s3: a path that may be read in two ways")
    special = sorted(set(asked.parameters) - _HARMLESS)
    if len(special) > 1:
        raise UnmappedError(f"s3:{asked.method}?{'&'.join(special)}")
    which = (asked.method, special[0] if special else "")
    if not bucket:
        yield Need("s3:ListAllMyBuckets", "*") if which == ("GET", "") else _unmapped(which)
    elif key:
        yield from _of_object(asked, stored, which, bucket, key)
    elif which == ("POST", "delete"):
        yield from _deletions(asked, bucket)
    else:
        action = _OF_BUCKET.get(which) or _unmapped(which)
        names = {f"s3:{name}": (asked.parameters[name],) for name in ("prefix", "delimiter", "max-keys")
                 if name in asked.parameters}  # fmt: skip
        yield Need(f"s3:{action}", f"arn:aws:s3:::{bucket}", names)


def _of_object(asked: Asked, stored: Stored, which: tuple[str, str], bucket: str, key: str) -> Iterator[Need]:
    action = _OF_OBJECT.get(which) or _unmapped(which)
    arn = f"arn:aws:s3:::{bucket}/{key}"
    version = asked.parameters.get("versionId")
    context = {f"s3:{name}": (value,) for name, value in asked.headers.items() if name in _SHOWN_HEADERS}
    context |= {"s3:versionid": (version,)} if version else {}
    if action == "PutObject":
        context["s3:objectcreationoperation"] = (str(which in _CREATING).lower(),)
        context |= {f"s3:{name}": (asked.headers[name],) for name in _PRECONDITIONS if name in asked.headers}
    yield Need(f"s3:{_versioned(action, version)}", arn, context)
    if action == "PutObject":
        for header, further in _HEADERS.items():
            if header in asked.headers:
                yield Need(f"s3:{further}", arn, context)
        yield from _encrypting(asked, stored, which, bucket, arn)
    elif action == "GetObject" and (asked.method == "GET" or "x-amz-checksum-mode" in asked.headers):
        yield from _decrypting(stored, bucket, key, version)
    if "x-amz-bypass-governance-retention" in asked.headers:
        yield Need("s3:BypassGovernanceRetention", arn)


_CREATING = {("PUT", ""), ("POST", "uploadId")}
_PRECONDITIONS = ("if-match", "if-none-match")
_SHOWN_HEADERS = {
    "x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
}  # fmt: skip


def _encrypting(asked: Asked, stored: Stored, which: tuple[str, str], bucket: str, arn: str) -> Iterator[Need]:
    source = asked.headers.get("x-amz-copy-source")
    if source is not None:
        yield from _source(stored, source)
    named = asked.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    key, with_bucket_key = stored.bucket_key(bucket)
    if named is not None:
        key = stored.key_arn(named)
    if key is None:
        return
    context = encryption_context({"aws:s3:arn": arn.split("/", 1)[0] if with_bucket_key else arn})
    if which != ("POST", "uploadId"):
        yield Need("kms:GenerateDataKey", key, context, via="s3")
    if which[1]:  # the parts of an upload are put together from what is encrypted already
        yield Need("kms:Decrypt", key, context, via="s3")


def _source(stored: Stored, source: str) -> Iterator[Need]:
    path, _, query = source.removeprefix("/").partition("?")
    bucket, _, key = unquote(path).partition("/")
    version = parse_qs(query).get("versionId", [None])[0]
    yield Need(f"s3:{_versioned('GetObject', version)}", f"arn:aws:s3:::{bucket}/{key}")
    yield from _decrypting(stored, bucket, key, version)


def _decrypting(stored: Stored, bucket: str, key: str, version: str | None) -> Iterator[Need]:
    found = stored.bucket(bucket)
    default, with_bucket_key = stored.bucket_key(bucket)
    stored_object: Any = None
    if found is not None:
        versions = found.keys.getlist(key, [])
        stored_object = next((each for each in versions if version in (None, each.version_id)), None)
    own = getattr(stored_object, "kms_key_id", None)
    used = stored.key_arn(own) if own else default
    if stored_object is not None and used is not None:
        arn = f"arn:aws:s3:::{bucket}" + ("" if with_bucket_key else f"/{key}")
        yield Need("kms:Decrypt", used, encryption_context({"aws:s3:arn": arn}), via="s3")


def _deletions(asked: Asked, bucket: str) -> Iterator[Need]:
    try:
        document = xmltodict.parse(asked.read(), force_list=("Object",))
        items = [(item["Key"], item.get("VersionId")) for item in document["Delete"]["Object"]]
    except (ExpatError, KeyError, TypeError) as error:
        raise UnmappedError("s3:DeleteObjects that can't be read") from error
    for key, version in items:
        yield Need(f"s3:{_versioned('DeleteObject', version)}", f"arn:aws:s3:::{bucket}/{key}")


def _versioned(action: str, version: str | None) -> str:
    if version is None or action not in _VERSIONED:
        return action
    return re.sub("^(Get|Put|Delete)Object", r"\1ObjectVersion", action)


def _unmapped(which: tuple[str, str]) -> Any:
    raise UnmappedError(f"s3:{which[0]}{'?' if which[1] else ''}{which[1]}")
