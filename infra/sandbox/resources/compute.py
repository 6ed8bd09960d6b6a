"""Functions, their layers, and the mappings that feed them."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

from infra.sandbox import clock
from infra.sandbox.deployment import Kind, Place, UnknownTemplateError, only
from infra.sandbox.intrinsics import Created
from infra.sandbox.layers import local_layer
from infra.sandbox.running.mapping import Mapping
from infra.sandbox.running.worker import Function
from infra.simulated import CS_URL

BYTECODE = Path(__file__).resolve().parents[3] / ".build" / "bytecode"
"""Shared by all sandboxes of a checkout: compiling the layers takes a function's first event several seconds."""
# moto wants a zip file; the workers run the asset's folder itself.
_EMPTY_ZIP_NOTE = "the sandbox runs the asset folder"
_FUNCTION_PARTS = {
    "Environment": {"Variables"},
    "LoggingConfig": {"LogGroup", "LogFormat", "ApplicationLogLevel", "SystemLogLevel"},
}
_MAPPING_PARTS = {"ScalingConfig": {"MaximumConcurrency"}, "DestinationConfig": {"OnFailure"}}
_LAYER_ARN = "arn:aws:lambda:{region}:{account}:layer:{name}:1"


def layer(place: Place, properties: dict[str, Any]) -> Created:
    """Make a layer known by its ARN; its content stays the asset's folder, built for this machine where needed."""
    name = properties.get("LayerName", place.physical_name())
    arn = _LAYER_ARN.format(region=place.cloud.region, account=place.cloud.account, name=name)
    place.cloud.layers[arn] = local_layer(_asset(place, properties["Content"]))
    return Created(arn, {"LayerVersionArn": arn})


def function(place: Place, properties: dict[str, Any]) -> Created:
    """Make a function that runs in a worker process."""
    name = properties.get("FunctionName", place.physical_name())
    for part, known in _FUNCTION_PARTS.items():
        only(properties.get(part, {}), known, f"{place.path} {part}")
    arn = place.cloud.client("lambda").create_function(
        FunctionName=name,
        Role=properties["Role"],
        Runtime=properties["Runtime"],
        Handler=properties["Handler"],
        Code={"ZipFile": _placeholder_zip()},
        Timeout=properties.get("Timeout", 3),
        MemorySize=properties.get("MemorySize", 128),
        Environment=properties.get("Environment", {"Variables": {}}),
    )["FunctionArn"]
    code = _asset(place, properties["Code"])
    layers = [place.cloud.layers[layer_arn] for layer_arn in properties.get("Layers", [])]
    place.cloud.functions.add(
        Function(
            name=name,
            arn=arn,
            handler=properties["Handler"],
            paths=(code, *(path / "python" for path in reversed(layers))),
            environment=_environment(place, name, code, properties),
            timeout_seconds=float(properties.get("Timeout", 3)),
            log=place.cloud.state_dir / "logs" / f"{name}.log",
            bytecode=BYTECODE,
        )
    )
    return Created(name, {"Arn": arn})


def permission(place: Place, properties: dict[str, Any]) -> Created:
    """Keep a permission to invoke."""
    place.cloud.access.stored.may_be_invoked(properties)
    return Created(place.logical_id)


def event_source_mapping(place: Place, properties: dict[str, Any]) -> Created:
    """Start feeding a function from a queue or a stream once the cloud is ready."""
    name = properties["FunctionName"].rsplit(":", 1)[-1]
    for part, known in _MAPPING_PARTS.items():
        only(properties.get(part, {}), known, f"{place.path} {part}")
    if properties.get("Enabled", True):
        place.cloud.mappings.append(Mapping.from_properties(place.path, name, properties))
    return Created(place.physical_name())


def _asset(place: Place, code: dict[str, Any]) -> Path:
    only(code, {"S3Bucket", "S3Key"}, f"{place.path} Code")
    path = place.stack.assets.get(code["S3Key"])
    if path is None or not path.is_dir():
        raise UnknownTemplateError(f"{place.path}: no asset folder for {code['S3Key']}")
    return path


def _environment(place: Place, name: str, code: Path, properties: dict[str, Any]) -> dict[str, str]:
    region = place.cloud.region
    credentials = place.cloud.access.for_function(properties["Role"], name)
    lambda_own = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": str(credentials.session_token),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": place.cloud.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{properties['Runtime']}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}"),
        "AWS_LAMBDA_LOG_STREAM_NAME": "sandbox",
        "LAMBDA_TASK_ROOT": str(code),
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "TZ": "UTC",
        "_HANDLER": properties["Handler"],
    }
    variables = properties.get("Environment", {}).get("Variables", {})
    simulated = {CS_URL: place.cloud.juki_net}
    own = lambda_own | {key: simulated.get(str(value), str(value)) for key, value in variables.items()}
    # Last: what a template says of it counts nothing.
    return own | {clock.VARIABLE: str(place.cloud.clock)}


def _placeholder_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("NOTE", _EMPTY_ZIP_NOTE)
    return buffer.getvalue()


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::Lambda::LayerVersion": Kind(
        layer,
        frozenset({"LayerName", "Content"}),
        {
            "CompatibleArchitectures": "this machine's is used",
            "CompatibleRuntimes": "this machine's Python is used",
            "Description": "documentation",
            "LicenseInfo": "documentation",
        },
    ),
    "AWS::Lambda::Function": Kind(
        function,
        frozenset(
            {"FunctionName", "Role", "Runtime", "Handler", "Code", "Timeout", "MemorySize", "Environment", "Layers"}
            | {"LoggingConfig"}
        ),
        _TAGS
        | {
            "Architectures": "this machine's is used",
            "Description": "documentation",
            "TracingConfig": "there is no X-Ray here",
            "DeadLetterConfig": "nothing invokes functions asynchronously but rules, which have their own",
            "ReservedConcurrentExecutions": "a function has as many workers as the sandbox has cores",
            "KmsKeyArn": "the environment is not stored",
            "VpcConfig": "there is no network but loopback",
            "EphemeralStorage": "this machine's disk is used",
            "RuntimeManagementConfig": "this machine's Python is used",
            "RecursiveLoop": "loops are not detected",
        },
    ),
    "AWS::Lambda::Permission": Kind(
        permission,
        frozenset({"Action", "FunctionName", "Principal", "SourceArn", "SourceAccount"}),
    ),
    "AWS::Lambda::EventSourceMapping": Kind(event_source_mapping, Mapping.HANDLED, Mapping.IGNORED),
}
