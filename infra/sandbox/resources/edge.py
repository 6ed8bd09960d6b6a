"""What stands before our origins and APIs: distributions, and the firewall that the sandbox does without."""

from typing import Any

from infra.sandbox.access.callers import KnownCallers
from infra.sandbox.api.origins import Distribution
from infra.sandbox.deployment import Kind, Place, UnknownTemplateError, only
from infra.sandbox.intrinsics import Created

_CONFIG = {"DefaultCacheBehavior", "Origins", "Enabled"}
_CONFIG_IGNORED = {
    "Comment": "documentation",
    "HttpVersion": "loopback speaks HTTP/1.1",
    "IPV6Enabled": "loopback is enough",
    "PriceClass": "only a matter of price",
    "ViewerCertificate": "there is no TLS on loopback",
    "Logging": "the sandbox writes no access logs",
}
_BEHAVIOR = {"TargetOriginId"}
_BEHAVIOR_IGNORED = {
    "AllowedMethods": "nothing but GET and HEAD is answered",
    "CachedMethods": "nothing is cached",
    "CachePolicyId": "nothing is cached",
    "Compress": "nothing is compressed",
    "ResponseHeadersPolicyId": "headers are the object's own",
    "ViewerProtocolPolicy": "there is no TLS on loopback",
}
_ORIGIN = {"DomainName", "Id", "OriginAccessControlId", "S3OriginConfig"}


def origin_access_control(place: Place, properties: dict[str, Any]) -> Created:
    """Accept an origin access control that always signs."""
    config = properties["OriginAccessControlConfig"]
    only(
        config,
        {"Name", "Description", "OriginAccessControlOriginType", "SigningBehavior", "SigningProtocol"},
        f"{place.path} OriginAccessControlConfig",
    )
    if (config["OriginAccessControlOriginType"], config["SigningBehavior"]) != ("s3", "always"):
        raise UnknownTemplateError(f"{place.path}: only access to S3 that always signs is known to the sandbox")
    identifier = _id(place)
    return Created(identifier, {"Id": identifier})


def distribution(place: Place, properties: dict[str, Any]) -> Created:
    """Serve a bucket on a port of its own; its DomainName is where."""
    config = properties["DistributionConfig"]
    where = f"{place.path} DistributionConfig"
    only(config, _CONFIG | set(_CONFIG_IGNORED), where)
    behavior = config["DefaultCacheBehavior"]
    only(behavior, _BEHAVIOR | set(_BEHAVIOR_IGNORED), f"{where} DefaultCacheBehavior")
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    origin = origins[behavior["TargetOriginId"]]
    only(origin, _ORIGIN, f"{where} Origins")
    bucket, found, _ = origin["DomainName"].partition(f".s3.{place.cloud.region}.amazonaws.com")
    if not found or not origin.get("OriginAccessControlId"):
        raise UnknownTemplateError(f"{where}: only a bucket with an origin access control is known to the sandbox")
    identifier = _id(place)
    arn = f"arn:aws:cloudfront::{place.cloud.account}:distribution/{identifier}"
    callers = KnownCallers(place.cloud.access)
    served = place.cloud.origins.serve(Distribution(arn, bucket, place.cloud.client, callers))
    return Created(identifier, {"Id": identifier, "DomainName": served})


def firewall(place: Place, _properties: dict[str, Any]) -> Created:
    """Accept a part of the firewall."""
    arn = f"arn:aws:wafv2:{place.cloud.region}:{place.cloud.account}:regional/webacl/{place.physical_name()}"
    return Created(place.physical_name(), {"Arn": arn, "Id": place.physical_name()})


def _id(place: Place) -> str:
    return "E" + place.physical_name()[-12:]


_TAGS = {"Tags": "nothing in the sandbox reads tags"}
_NO_FIREWALL = "there is no firewall on loopback"

KINDS = {
    "AWS::CloudFront::OriginAccessControl": Kind(origin_access_control, frozenset({"OriginAccessControlConfig"})),
    "AWS::CloudFront::Distribution": Kind(distribution, frozenset({"DistributionConfig"}), _TAGS),
    "AWS::WAFv2::WebACL": Kind(
        firewall,
        frozenset(),
        _TAGS
        | dict.fromkeys(("DefaultAction", "Description", "Name", "Rules", "Scope", "VisibilityConfig"), _NO_FIREWALL),
    ),
    "AWS::WAFv2::WebACLAssociation": Kind(
        firewall, frozenset(), dict.fromkeys(("ResourceArn", "WebACLArn"), _NO_FIREWALL)
    ),
}
