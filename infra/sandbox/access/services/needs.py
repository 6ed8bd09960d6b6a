"""The table of the services: by the name that signatures carry."""

from collections.abc import Callable, Iterator, Mapping

from infra.sandbox.access.enforcement import Need
from infra.sandbox.access.services import keys, messages, objects, others, tables
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

_SERVICES: Mapping[str, Callable[[Asked, Stored], Iterator[Need]]] = {
    "s3": objects.needs,
    "dynamodb": tables.needs,
    "sqs": messages.queue_needs,
    "sns": messages.topic_needs,
    "events": messages.event_needs,
    "kms": keys.key_needs,
    "secretsmanager": keys.secret_needs,
    "states": others.machine_needs,
    "lambda": others.function_needs,
    "iam": others.identity_needs,
    "cloudformation": others.stack_needs,
}


def needs_of(asked: Asked, stored: Stored) -> list[Need]:
    """Return what a request needs, at least one permission. Raises UnmappedError, which names the operation."""
    mapped = _SERVICES.get(asked.service)
    if mapped is None:
        raise UnmappedError(f"{asked.service}:{asked.operation or asked.method}")
    try:
        found = list(mapped(asked, stored))
    except UnmappedError:
        raise
    except Exception as error:  # whatever can't be read must not pass
        raise UnmappedError(f"{asked.service}:{asked.operation or asked.method}: {type(error).__name__}") from error
    if not found:
        raise UnmappedError(f"{asked.service}:{asked.operation or asked.method} without a resource")
    return found
