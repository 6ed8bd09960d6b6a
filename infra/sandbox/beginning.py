"""What a new deployment needs before others can use it: its keys are published, and each system has a client."""

import os
from concurrent.futures import ThreadPoolExecutor

from infra.sandbox.cloud import OPERATOR, Cloud
from infra.sandbox.running.schedules import scheduled_event
from infra.systems import catalogue

Clients = dict[str, dict[str, str]]


class BeginningError(RuntimeError):
    """What must be done once could not be done; the text says what."""


def begin(cloud: Cloud, municipality: str, outputs: dict[str, str]) -> Clients:
    """Publish the keys and register a client for each system; return the clients by 業務ID.

    A cloud without these parts has no clients. Changes the environment of this process, which must be the sandbox's
    own: the product's code finds AWS by it. Raises BeginningError.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:  # the function's start takes as long as the clients do
        published = beside.submit(_publish_keys, cloud, outputs.get("PublishKeysFunction"))
        clients = _register_all(cloud, municipality, outputs) if "ClientSecretPrefix" in outputs else {}
        published.result()
    return clients


def _publish_keys(cloud: Cloud, function: str | None) -> None:
    if function is None:
        return
    # Its clock fires after one period, and in AWS soon after the deployment: nobody is ready before.
    rule = f"arn:aws:events:{cloud.region}:{cloud.account}:rule/beginning"
    error = cloud.functions.invoke(function, scheduled_event(rule)).error
    if error is not None:
        raise BeginningError(f"{function}: {error.get('errorType')}")


def _register_all(cloud: Cloud, municipality: str, outputs: dict[str, str]) -> Clients:
    os.environ.update(
        AWS_ENDPOINT_URL=cloud.endpoint,
        AWS_REGION=cloud.region,
        AWS_DEFAULT_REGION=cloud.region,
        AWS_ACCESS_KEY_ID=OPERATOR[0],
        AWS_SECRET_ACCESS_KEY=OPERATOR[1],
    )
    from kyotsu.wiring.access import client_registry  # here: only a token server pays for it

    loaded = catalogue()
    registry = client_registry(outputs, municipality, loaded)
    issued = map(registry.register, loaded.systems)
    return {one.system: {"client_id": one.client_id, "client_secret": one.client_secret} for one in issued}
