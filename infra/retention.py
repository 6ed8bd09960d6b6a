"""How long files, answers and deliveries stay in a system's bucket: lifecycle rules made of the catalogue."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from infra.parameters.types import ParameterError
from kyotsu.linkage.keys import spellings

ROOT = Path(__file__).resolve().parent.parent
MAX_RULES = 1000
"""S3's limit for one bucket."""
INBOX_DAYS = 30
"""Days that a document of マイナポータル stays if it can't be received: more than a message waits to be redriven."""
NONCURRENT_DAYS = 30
"""Days that a replaced or expired version can still be read; a message waits at most 14 days to be redriven."""


@dataclass(frozen=True)
class Kept:
    """An interface's files: who sends them (None: any system), and how many days they stay."""

    interface: str
    providers: tuple[str, ...] | None
    days: int
    recipients: tuple[tuple[str, bool], ...] = ()
    """Who gets them, and whether in a bucket of its own; ids in lower case."""


@functools.cache
def kept_files(folder: Path = ROOT / "catalogue" / "interfaces") -> tuple[Kept, ...]:
    """Return what the catalogue says of each interface."""
    found = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))
    return tuple(
        Kept(
            entry["id"],
            None if entry["providers"] == "any" else tuple(entry["providers"]),
            entry["retention_days"],
            tuple((each["id"].lower(), each.get("place") == "recipient") for each in entry["recipients"]),
        )
        for entry in found
    )


def lifecycle_rules(system: str, kept: tuple[Kept, ...]) -> tuple[s3.LifecycleRule, ...]:
    """Return the rules of a system's bucket; raises ParameterError if S3 would not take so many."""
    own = [k for k in kept if k.providers is None or system.lower() in {name.lower() for name in k.providers}]
    rules = [_rule(f"{folder}-{spelt}", prefix, k.days) for k in own for folder, spelt, prefix in _prefixes(k)]
    rules += [
        _rule(f"deliveries-{recipient}-{k.interface}", f"deliveries/{recipient}/{k.interface}/", k.days)
        for k in kept
        for recipient, in_own in k.recipients
        if (recipient == system.lower() if in_own else k in own)
    ]
    # Of overlapping rules the shorter one counts in S3, so this one meets only what belongs to no interface.
    longest = max(k.days for k in kept)
    folders = ("outbox", "answers", "deliveries", "notices", "status")
    rules += [_rule(f"{folder}-other", f"{folder}/", longest) for folder in folders]
    # Documents of the portal are removed once they are received; this is what nobody could read.
    rules.append(_rule("inbox", "inbox/", INBOX_DAYS))
    rules.append(s3.LifecycleRule(id="delete-markers", expired_object_delete_marker=True))
    if len(rules) >= MAX_RULES:
        raise ParameterError(f"the bucket of {system} would need {len(rules)} lifecycle rules; S3 takes {MAX_RULES}")
    return tuple(rules)


def _prefixes(kept: Kept) -> Iterator[tuple[str, str, str]]:
    """Yield folder, spelling and key prefix: `001o006` is also accepted as `001o06`."""
    for spelt in spellings(kept.interface):
        yield "outbox", spelt, f"outbox/{spelt}-"
        yield "answers", spelt, f"answers/{spelt}_"


def _rule(name: str, prefix: str, days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=name,
        prefix=prefix,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(NONCURRENT_DAYS),
    )
