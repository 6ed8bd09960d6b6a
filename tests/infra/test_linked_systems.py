"""What linked systems may do: over all pairs of systems, in both ways in, exactly what the catalogue grants."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import msgspec
import pytest
from aws_cdk import Aws, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template as Synthesized

from infra.access.grants import Grants, all_grants
from infra.access.policies import (
    BUCKET_POLICY_LIMIT,
    KEY_POLICY_LIMIT,
    Names,
    fitting_bucket_statements,
    fitting_key_statements,
    role_statements,
    size,
)
from infra.app import new_app
from infra.constructs.federation import Federation
from infra.constructs.linked_access import check_portal
from infra.parameters import development
from infra.parameters.types import ParameterError
from infra.systems import catalogue
from kyotsu.catalogue.model import Catalogue, Interface, Recipient
from tests.infra.conftest import CITY, Synthesis
from tests.infra.linked_world import KEY, WAYS, Way, World, policy, with_key
from tests.infra.templates import ACCOUNT, Template

SYSTEMS = sorted(catalogue().systems)
INTERFACES = sorted(catalogue().interfaces)
PORTAL = "029"
"""It brings applications; 引越しOSS makes the files of its interfaces."""
SENDERS = [system for system in SYSTEMS if system != PORTAL]


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The federated roles of the development stage, in a stack of their own."""
    parameters = development(CITY)
    stack = Stack(new_app(str(tmp_path_factory.mktemp("federation"))), "Alone", env=parameters.environment)
    key = kms.Key.from_key_arn(stack, "Key", KEY)
    Federation(
        stack,
        "Federation",
        parameters=parameters,
        issuer=f"https://{Aws.STACK_NAME}",
        key=key,
        catalogue=catalogue(),
    )
    return Template("Alone", dict(Synthesized.from_stack(stack).to_json()))


@pytest.fixture(scope="module")
def world(synthesis: Synthesis, federation: Template) -> World:
    stateful = synthesis.template("development", "Stateful")
    policies = stateful.statements("S3::BucketPolicy")
    buckets = {
        system: policy(with_key(statements))
        for name, statements in policies.items()
        for system in SYSTEMS
        if name.startswith(f"Provider{system}Bucket")
    }
    assert sorted(buckets) == SYSTEMS
    return World(
        prefix=f"kyotsu-development-{CITY}-{ACCOUNT}-",
        buckets=buckets,
        key=policy(stateful.only("KMS::Key", "KeysExchange")["KeyPolicy"]["Statement"]),
        roles={system: policy(federation.permissions(f"FederationRole{system}")) for system in SYSTEMS},
    )


def _receives(system: str, bucket: str, interface: str) -> bool:
    """Say from the catalogue alone whether deliveries of an interface to a system stand in a bucket."""
    entry = catalogue().interfaces[interface]
    recipient = entry.recipient(system)
    if recipient is None:
        return False
    return system == bucket if recipient.place == "recipient" else entry.accepts_provider(bucket)


@pytest.mark.parametrize("way", WAYS)
def test_files_are_put_into_the_own_outbox_and_answers_read_from_the_own_bucket_alone(world: World, way: Way) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        own = system == bucket and system in SENDERS
        outbox, answer = "outbox/001o006-00/a.csv", "answers/a.json"
        for action in ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"):
            assert world.may(way, system, action, bucket, outbox) is own, (system, bucket, action)
            assert not world.may(way, system, action, bucket, answer)
            assert not world.may(way, system, action, bucket, "elsewhere/a.csv")
        for action in ("GetObject", "GetObjectVersion"):
            assert world.may(way, system, action, bucket, answer) is own, (system, bucket, action)
            assert not world.may(way, system, action, bucket, outbox), "nobody reads an outbox, not even its owner"


@pytest.mark.parametrize("way", WAYS)
def test_deliveries_are_read_and_acknowledged_by_the_recipient_the_catalogue_names(world: World, way: Way) -> None:
    for system, recipient, interface in product(SYSTEMS, SYSTEMS, INTERFACES):
        key = f"deliveries/{recipient}/{interface}/{interface}_00_D_v1_20260401093000_000001"
        granted = system == recipient and _receives(system, "001", interface)
        for file in (f"{key}.csv", f"{key}.json"):
            assert world.may(way, system, "GetObject", "001", file) is granted, (system, key)
            assert not world.may(way, system, "PutObject", "001", file), "nobody changes what was delivered"
        assert world.may(way, system, "PutObject", "001", f"{key}.ack.json") is granted, (system, key)


@pytest.mark.parametrize("way", WAYS)
def test_documents_of_the_portal_are_brought_by_its_system_alone_and_read_by_nobody(world: World, way: Way) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        brings = system == bucket == PORTAL
        for key in ("inbox/A1.json", "inbox/kojinbango/r1"):
            assert world.may(way, system, "PutObject", bucket, key) is brings, (system, bucket, key)
            for action in ("GetObject", "GetObjectVersion", "DeleteObject", "DeleteObjectVersion"):
                assert not world.may(way, system, action, bucket, key), (system, bucket, key)
        for key in ("status/A1.json", "answers/inbox/A1.json"):
            told = brings or (system == bucket and key.startswith("answers/"))
            assert world.may(way, system, "GetObject", bucket, key) is told, (system, bucket, key)
            assert not world.may(way, system, "PutObject", bucket, key)
        for prefix in ("status/", "answers/inbox/"):
            listed = brings or (system == bucket and prefix.startswith("answers/"))
            assert world.may(way, system, "ListBucket", bucket, s3_prefix=prefix) is listed, (system, bucket, prefix)
        assert not world.may(way, system, "ListBucket", bucket, s3_prefix="inbox/")


@pytest.mark.parametrize("named", ["001", "999"])
def test_documents_come_from_a_system_that_the_catalogue_lets_bring_them(named: str) -> None:
    parameters = development(CITY)
    with pytest.raises(ParameterError, match="applications"):
        check_portal(replace(parameters, moving=replace(parameters.moving, portal_system=named)), catalogue())
    check_portal(parameters, catalogue())


@pytest.mark.parametrize("way", WAYS)
def test_whoever_brings_applications_makes_no_reservation_and_no_notice(world: World, way: Way) -> None:
    """A forged 転入通知 would be handed to 住民記録: nobody but 引越しOSS writes files of its interfaces."""
    for system, interface in product(SYSTEMS, ("029o001", "029o002")):
        assert interface in INTERFACES
        assert not world.may(way, system, "PutObject", PORTAL, f"outbox/{interface}_00_D_v1_20260401093000_000001.csv")


@pytest.mark.parametrize("way", WAYS)
def test_no_deliveries_are_reached_in_buckets_that_hold_none(world: World, way: Way) -> None:
    for system, bucket, interface in product(SYSTEMS, SYSTEMS, INTERFACES):
        if not _receives(system, bucket, interface):
            key = f"deliveries/{system}/{interface}/a"
            assert not world.may(way, system, "GetObject", bucket, f"{key}.csv")
            assert not world.may(way, system, "PutObject", bucket, f"{key}.ack.json")


@pytest.mark.parametrize("way", WAYS)
def test_nobody_lists_anothers_prefix_nor_a_whole_bucket(world: World, way: Way) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        receives = any(_receives(system, bucket, interface) for interface in INTERFACES)
        for prefix in ("outbox/", "answers/", "outbox/001o006-00/"):
            own = system == bucket and system in SENDERS
            assert world.may(way, system, "ListBucket", bucket, s3_prefix=prefix) is own, (system, bucket)
        for prefix in (f"deliveries/{system}/", f"deliveries/{system}/001o006/"):
            assert world.may(way, system, "ListBucket", bucket, s3_prefix=prefix) is receives, (system, bucket)
        for wide in (None, "", "deliveries/", f"deliveries/{system}", "o", "deliveries/../"):
            assert not world.may(way, system, "ListBucket", bucket, s3_prefix=wide), (system, bucket, wide)
        assert not world.may(way, system, "ListBucketVersions", bucket, s3_prefix="answers/")
    for system, other in product(SYSTEMS, SYSTEMS):
        listed = world.may(way, system, "ListBucket", "001", s3_prefix=f"deliveries/{other}/")
        assert listed is (system == other and any(_receives(system, "001", each) for each in INTERFACES))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "action",
    ["DeleteObject", "DeleteObjectVersion", "PutObjectAcl", "GetObjectAcl", "PutObjectTagging", "PutObjectRetention"],
)
def test_nobody_deletes_and_nobody_changes_rights(world: World, way: Way, action: str) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        for key in ("outbox/a.csv", "answers/a.json", f"deliveries/{system}/001o006/a.csv"):
            assert not world.may(way, system, action, bucket, key)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "action", ["PutBucketPolicy", "DeleteBucketPolicy", "GetBucketPolicy", "PutBucketAcl", "DeleteBucket",
               "ListBucketMultipartUploads", "PutLifecycleConfiguration", "PutBucketVersioning"],
)  # fmt: skip
def test_nobody_touches_a_bucket_itself(world: World, way: Way, action: str) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        assert not world.may(way, system, action, bucket, s3_prefix="outbox/")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "key",
    [
        "deliveries/010/../012/001o006/a.csv",
        "deliveries/012%2f001o006/a.csv",
        "deliveries//012/001o006/a.csv",
        "Deliveries/010/001o006/a.csv",
        "deliveries/010/001o006",
        "deliveries/0100/001o006/a.csv",
        "deliveries/*/001o006/a.csv",
    ],
)
def test_odd_keys_open_no_other_prefix(world: World, way: Way, key: str) -> None:
    """Requirement: keys with `..` or encoded slashes. S3 takes a key literally; so do the policies."""
    assert not world.may(way, "010", "GetObject", "001", key)
    assert not world.may(way, "010", "PutObject", "001", key.replace(".csv", ".ack.json"))


@pytest.mark.parametrize("way", WAYS)
def test_files_are_under_our_key_or_not_taken(world: World, way: Way) -> None:
    sse = "s3_x-amz-server-side-encryption"

    def put(**headers: str) -> bool:
        return world.may(way, "001", "PutObject", "001", "outbox/001o006-00/a.csv", **headers)

    assert put()
    assert put(**{sse: "aws:kms"})
    assert put(**{sse: "aws:kms", f"{sse}-aws-kms-key-id": KEY})
    assert not put(**{sse: "aws:kms", f"{sse}-aws-kms-key-id": KEY.replace(ACCOUNT, "210987654321")})
    assert not put(**{sse: "AES256"})
    assert not put(**{f"{sse}-customer-algorithm": "AES256"})


@pytest.mark.parametrize("way", WAYS)
def test_the_key_is_used_by_way_of_s3_and_for_the_buckets_of_the_own_files_alone(world: World, way: Way) -> None:
    for system, bucket in product(SYSTEMS, SYSTEMS):
        uses = system == bucket or any(_receives(system, bucket, interface) for interface in INTERFACES)
        for action in ("Decrypt", "GenerateDataKey"):
            assert world.may_use_key(way, system, action, bucket) is uses, (system, bucket)
            assert not world.may_use_key(way, system, action, bucket, via="sqs.ap-northeast-1.amazonaws.com")
        for action in ("Encrypt", "ReEncryptFrom", "CreateGrant", "PutKeyPolicy", "ScheduleKeyDeletion"):
            assert not world.may_use_key(way, system, action, bucket)


def test_in_production_nobody_is_linked_until_somebody_says_so(synthesis: Synthesis) -> None:
    for deployment in ("production", "enclosed"):
        stateful = synthesis.template(deployment, "Stateful")
        assert "210987654321" not in str(stateful.body)
        for name, statements in stateful.statements("S3::BucketPolicy").items():
            if name.startswith("Provider"):
                assert {statement["Effect"] for statement in statements} == {"Deny"}


def test_policies_fit_as_they_are(synthesis: Synthesis) -> None:
    stateful = synthesis.template("development", "Stateful")
    for resource in stateful.resources("S3::BucketPolicy").values():
        assert stateful.size(resource["Properties"]["PolicyDocument"]) < BUCKET_POLICY_LIMIT
    (key,) = [key for name, key in stateful.resources("KMS::Key").items() if name.startswith("KeysExchange")]
    assert stateful.size(key["Properties"]["KeyPolicy"]) < KEY_POLICY_LIMIT


LONG = "x" * 46
"""With it, a role's name has the 64 characters that IAM allows."""
NAMES = Names(
    partition="aws",
    account=ACCOUNT,
    region="ap-northeast-1",
    bucket_prefix=f"kyotsu-development-{CITY}-{ACCOUNT}-",
    key_arn=f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/{'0' * 36}",
)


def _crowded(providers: tuple[str, ...], count: int) -> tuple[Grants, ...]:
    """Return the grants of a catalogue in which everybody receives everything."""
    entry = catalogue().interfaces["001o006"]
    recipients = tuple(Recipient(id=system, columns=("keys",)) for system in SYSTEMS)
    interfaces: dict[str, Interface] = {
        name: msgspec.structs.replace(entry, id=name, providers=providers, recipients=recipients)
        for name in (f"001o{number:03}" for number in range(count))
    }
    crowded: Catalogue = msgspec.structs.replace(catalogue(), interfaces=interfaces)
    return all_grants(crowded)


def _roles(every: tuple[Grants, ...]) -> dict[str, tuple[str, ...]]:
    return {each.system: (f"arn:aws:iam::210987654321:role/linked-system-{each.system}-{LONG}",) for each in every}


@pytest.mark.parametrize("interfaces", [1, 2, 12])
def test_a_bucket_from_which_all_systems_receive_takes_its_policy_and_stays_exact(interfaces: int) -> None:
    every = _crowded(("001",), interfaces)
    statements = fitting_bucket_statements(NAMES, NAMES, "001", every, _roles(every))
    assert size(statements) < BUCKET_POLICY_LIMIT - 300, "TLS only comes with it"
    crowded = World(NAMES.bucket_prefix, {"001": policy(statements)}, (), {})
    for system, other in product(SYSTEMS, SYSTEMS):
        role = f"{system}-{LONG}"
        for interface in ("001o000", f"001o{interfaces - 1:03}"):
            key = f"deliveries/{other}/{interface}/a"
            assert crowded.may("linked", role, "GetObject", "001", f"{key}.csv") is (system == other)
            assert crowded.may("linked", role, "PutObject", "001", f"{key}.ack.json") is (system == other)
            assert not crowded.may("linked", role, "PutObject", "001", f"{key}.csv")
        prefix = f"deliveries/{other}/"
        assert crowded.may("linked", role, "ListBucket", "001", s3_prefix=prefix) is (system == other)
        assert not crowded.may("linked", role, "ListBucket", "001")


def test_the_key_takes_its_policy_if_everybody_receives_from_everybody() -> None:
    every = _crowded(tuple(SYSTEMS), 3)
    statements = fitting_key_statements(NAMES, NAMES, every, _roles(every))
    assert size(statements) < KEY_POLICY_LIMIT - 300
    crowded = World(NAMES.bucket_prefix, {}, policy(statements), {})
    assert crowded.may_use_key("linked", f"010-{LONG}", "Decrypt", "001")
    assert not crowded.may_use_key("linked", f"010-{LONG}", "Decrypt", "001", via="sqs.ap-northeast-1.amazonaws.com")
    assert not crowded.may_use_key("linked", f"010-{LONG}", "Decrypt", "work")


def test_a_role_that_receives_everything_from_one_provider_fits_into_one_policy() -> None:
    grants = next(each for each in _crowded(("001",), 12) if each.system == "010")
    assert size(list(role_statements(NAMES, grants))) < 6_144
