"""How long files and answers stay, as the catalogue says of each interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.parameters import ParameterError
from infra.retention import MAX_RULES, Kept, kept_files, lifecycle_rules
from kyotsu.catalogue.loading import load_catalogue
from tests.infra.templates import Properties, Template

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "catalogue")


def rules(stateful: Template, system: str) -> dict[str, Properties]:
    bucket = stateful.only("S3::Bucket", f"Provider{system}")
    return {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}


def test_files_and_answers_of_each_interface_go_after_its_days(stateful: Template) -> None:
    found = rules(stateful, "001")
    for interface in CATALOGUE.interfaces.values():
        if not interface.accepts_provider("001"):
            continue
        short = interface.id[:4] + interface.id[5:]
        for spelt in (interface.id, short):
            for folder, mark in (("outbox", "-"), ("answers", "_")):
                rule = found[f"{folder}-{spelt}"]
                assert rule["Prefix"] == f"{folder}/{spelt}{mark}"
                assert rule["ExpirationInDays"] == interface.retention_days
                assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
                assert rule["Status"] == "Enabled"


def test_deliveries_go_with_the_files_of_their_interface(stateful: Template) -> None:
    found = rules(stateful, "001")
    interface = CATALOGUE.interfaces["001o006"]
    for recipient in interface.recipients:
        rule = found[f"deliveries-{recipient.id}-001o006"]
        assert rule["Prefix"] == f"deliveries/{recipient.id}/001o006/"
        assert rule["ExpirationInDays"] == interface.retention_days
    assert not [name for name in rules(stateful, "010") if name.startswith("deliveries-0")]


def test_deliveries_in_a_recipients_own_bucket_go_there() -> None:
    kept = (Kept("001o006", ("001",), 40, (("010", True), ("002", False))), Kept("001o009", ("001",), 90))
    for system, names in (("001", {"deliveries-002-001o006"}), ("010", {"deliveries-010-001o006"}), ("002", set())):
        assert {rule.id for rule in lifecycle_rules(system, kept) if str(rule.id).startswith("deliveries-0")} == names


def test_what_was_refused_is_known_for_as_long_as_a_file_can_be_offered_anew(stateful: Template) -> None:
    work = stateful.only("S3::Bucket", "Work")["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in work if "Prefix" in rule}
    assert days == {"errors/": max(kept.days for kept in kept_files()), "missing/": 7}


def test_a_bucket_has_rules_for_what_its_system_sends_alone(stateful: Template) -> None:
    assert "outbox-001o006" not in rules(stateful, "010")
    assert "outbox-031i001" in rules(stateful, "010")


def test_whatever_else_is_put_there_goes_last_and_nothing_remains(stateful: Template) -> None:
    longest = max(interface.retention_days for interface in CATALOGUE.interfaces.values())
    for name, bucket in stateful.properties("S3::Bucket").items():
        if name.startswith("Provider"):
            found = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
            for folder in ("outbox", "answers", "deliveries"):
                other = found[f"{folder}-other"]
                assert (other["Prefix"], other["ExpirationInDays"]) == (f"{folder}/", longest)
            assert found["delete-markers"]["ExpiredObjectDeleteMarker"] is True
            assert found["unfinished-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
            assert len(found) <= MAX_RULES
            assert "ObjectLockEnabled" not in bucket


def test_the_longest_wait_of_a_message_is_shorter_than_any_retention(stateful: Template) -> None:
    waits = 14
    for kept in kept_files():
        assert kept.days > waits
    for rule in rules(stateful, "001").values():
        assert rule.get("NoncurrentVersionExpiration", {"NoncurrentDays": 30})["NoncurrentDays"] > waits


def test_documents_of_the_portal_do_not_stay(stateful: Template) -> None:
    """Requirement: an application that nobody could read is forgotten, after every message about it."""
    rule = rules(stateful, "029")["inbox"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("inbox/", 30)
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}


def test_more_rules_than_s3_takes_are_refused() -> None:
    many = tuple(Kept(f"{number:03d}o{index:03d}", None, 90) for number in range(9) for index in range(30))
    with pytest.raises(ParameterError, match="1000"):
        lifecycle_rules("001", many)
