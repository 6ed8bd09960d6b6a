"""The way of a file from its bucket to its function, and of a change to the event bus."""

from __future__ import annotations

import msgspec
import pytest

from infra.parameters import STAGES
from kyotsu.addressees.numbers import Ranges
from tests.infra.conftest import CITY, TOWN, Synthesis
from tests.infra.templates import ACCOUNT, Template

SIX_TIMES_THE_FUNCTIONS_TIMEOUT = 5400


def test_the_rule_sends_what_arrives_in_an_outbox_to_the_queue(linkage: Template, deployment: str) -> None:
    (rule,) = linkage.properties("Events::Rule").values()
    stage = "development" if deployment == "development" else "production"
    municipality = TOWN if deployment == "enclosed" else CITY
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [{"prefix": f"kyotsu-{stage}-{municipality}-{ACCOUNT}-"}]},
            "object": {"key": [{"prefix": "outbox/"}]},
        },
    }
    assert "EventBusName" not in rule, "S3 tells the default bus"
    (target,) = rule["Targets"]
    assert target["Arn"].startswith("<ReceiveFileQueue")
    assert target["DeadLetterConfig"]["Arn"].startswith("<ReceiveFileUndelivered")


def test_eventbridge_may_send_to_the_rules_two_queues_for_that_rule_alone(linkage: Template) -> None:
    (rule,) = linkage.resources("Events::Rule")
    open_to_events = set()
    for policy in linkage.properties("SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert statement["Action"] == "sqs:SendMessage"
                assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": f"<{rule}.Arn>"}}
                open_to_events.update(policy["Queues"])
    (target,) = linkage.only("Events::Rule", rule)["Targets"]
    arns = (target["Arn"], target["DeadLetterConfig"]["Arn"])
    assert open_to_events == {arn.replace(".Arn", "") for arn in arns}


def test_every_queue_is_encrypted_with_our_key_and_refuses_unencrypted_transport(linkage: Template) -> None:
    queues = linkage.properties("SQS::Queue")
    refusing = set()
    for policy in linkage.properties("SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                refusing.update(policy["Queues"])
    assert refusing == {f"<{name}>" for name in queues}
    for name, queue in queues.items():
        assert "KeysMessages" in queue["KmsMasterKeyId"], name
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name


def test_a_message_is_not_handed_out_twice_while_its_function_works_and_is_given_up_in_the_end(
    linkage: Template, deployment: str
) -> None:
    queue = linkage.only("SQS::Queue", "ReceiveFileQueue")
    assert queue["VisibilityTimeout"] == SIX_TIMES_THE_FUNCTIONS_TIMEOUT
    assert queue["VisibilityTimeout"] == 6 * linkage.only("Lambda::Function", "ReceiveFile")["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"].startswith("<ReceiveFileDeadLetters")
    assert queue["RedrivePolicy"]["maxReceiveCount"] == (3 if deployment == "development" else 8)


def test_an_outage_of_ten_minutes_does_not_end_in_dead_letters_in_production() -> None:
    assert STAGES["production"](CITY).retries.shortest_seconds >= 600
    assert STAGES["development"](CITY).retries.shortest_seconds < 10


def test_a_function_fed_by_a_queue_knows_its_queue_and_when_to_try_again(linkage: Template, deployment: str) -> None:
    variables = linkage.only("Lambda::Function", "ReceiveFile")["Environment"]["Variables"]
    attempts, first, factor = ("3", "1", "2") if deployment == "development" else ("8", "15", "2")
    assert variables["SOURCE_QUEUE"].startswith("<ReceiveFileQueue")
    assert (variables["RETRY_ATTEMPTS"], variables["RETRY_FIRST_SECONDS"]) == (attempts, first)
    assert variables["RETRY_FACTOR"] == factor
    assert variables["RETRY_ATTEMPTS"] == str(
        linkage.only("SQS::Queue", "ReceiveFileQueue")["RedrivePolicy"]["maxReceiveCount"]
    )


def test_files_are_received_one_by_one_and_so_many_at_once(linkage: Template, deployment: str) -> None:
    source = linkage.only("Lambda::EventSourceMapping", "ReceiveFile")
    assert source["EventSourceArn"].startswith("<ReceiveFileQueue")
    assert source["BatchSize"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": 5 if deployment == "development" else 50}


@pytest.mark.parametrize(
    ("construct", "table"), [("PublishChanges", "ResidentsTable"), ("PublishAddressees", "AddresseesTable")]
)
def test_changes_are_published_from_the_stream_until_they_are_given_up(
    linkage: Template, construct: str, table: str
) -> None:
    source = linkage.only("Lambda::EventSourceMapping", construct)
    assert table in source["EventSourceArn"]
    assert "StreamArn" in source["EventSourceArn"]
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["BisectBatchOnFunctionError"] is True
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["MaximumRetryAttempts"] == 10
    assert source["DestinationConfig"]["OnFailure"]["Destination"].startswith(f"<{construct}DeadLetters")


def test_functions_run_on_arm_with_both_layers_and_a_role_of_their_own(linkage: Template) -> None:
    functions = linkage.properties("Lambda::Function")
    assert len(functions) == 6
    for function in functions.values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
        assert function["Handler"] == "handler.handler"
        assert function["Layers"] == ["<KyotsuLayer>", "<DependenciesLayer>"]
    assert len({function["Role"] for function in functions.values()}) == len(functions)
    for layer in linkage.properties("Lambda::LayerVersion").values():
        assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.13"], ["arm64"])


@pytest.mark.parametrize(
    ("construct", "source"),
    [
        ("ReceiveFile", "linkage/receive_file"),
        ("LargeFileApplyGroup", "linkage/apply_group"),
        ("LargeFileAnswerFile", "linkage/answer_file"),
    ],
)
def test_functions_are_told_where_they_are_and_what_they_work_on(
    linkage: Template, deployment: str, construct: str, source: str
) -> None:
    level = "DEBUG" if deployment == "development" else "INFO"
    variables = linkage.only("Lambda::Function", construct)["Environment"]["Variables"]
    for name in ("SOURCE_QUEUE", "RETRY_ATTEMPTS", "RETRY_FIRST_SECONDS", "RETRY_FACTOR"):
        variables.pop(name, None)
    machine = variables.pop("LARGE_FILE_MACHINE", None)
    assert (machine is None) == (construct != "ReceiveFile"), "the machine's own functions don't start it"
    assert machine in (None, *(f"<{name}>" for name in linkage.resources("StepFunctions::StateMachine")))
    assert variables.pop("SMALL_CHUNKS") == ("2" if deployment == "development" else "8")
    municipality = TOWN if deployment == "enclosed" else CITY
    accepted = variables.pop("ACCEPTED_MUNICIPALITIES").split(",")
    assert accepted[0] == municipality
    assert len(accepted) == (1 if deployment == "enclosed" else 19), "a designated city accepts its 18 wards too"
    for name, resource in {
        "LINKAGE_TABLE": "LinkageTable",
        "RESIDENTS_TABLE": "ResidentsTable",
        "PROTECTION_TABLE": "ProtectionTable",
        "ADDRESSEES_TABLE": "AddresseesTable",
        "INTEGRATED_TABLE": "IntegratedTable",
        "WORK_BUCKET": "WorkBucket",
        "EVENT_BUS": "DomainEventsBus",
    }.items():
        assert f"ExportsOutputRef{resource}" in variables.pop(name)
    assert "ExportsOutputRefPersonalFingerprintKey" in variables.pop("FINGERPRINT_SECRET")
    assert "ExportsOutputFnGetAttKeysPersonal" in variables.pop("PERSONAL_KEY")
    assert msgspec.json.decode(variables.pop("NUMBER_RANGES"), type=Ranges) == Ranges()
    assert variables.pop("RESIDENTS_KEEP_NUMBERS") == "true"
    rule = linkage.properties("Events::Rule").popitem()[1]
    assert variables == {
        "MUNICIPALITY": municipality,
        "BUCKET_PREFIX": rule["EventPattern"]["detail"]["bucket"]["name"][0]["prefix"],
        "POWERTOOLS_SERVICE_NAME": source,
        "POWERTOOLS_LOG_LEVEL": level,
    }


def test_the_publisher_is_told_where_it_is_and_whom_to_tell(linkage: Template, deployment: str) -> None:
    publisher = linkage.only("Lambda::Function", "PublishChanges")["Environment"]["Variables"]
    assert "DomainEventsBus" in publisher.pop("EVENT_BUS")
    assert "AddresseesTable" in publisher.pop("ADDRESSEES_TABLE")
    assert publisher == {
        "MUNICIPALITY": TOWN if deployment == "enclosed" else CITY,
        "POWERTOOLS_SERVICE_NAME": "residents/publish_changes",
        "POWERTOOLS_LOG_LEVEL": "DEBUG" if deployment == "development" else "INFO",
    }


def test_logs_are_kept_for_their_time_and_encrypted_with_our_key(linkage: Template, deployment: str) -> None:
    groups = linkage.resources("Logs::LogGroup")
    days, policy = (30, "Delete") if deployment == "development" else (365, "Retain")
    for name, group in linkage.properties("Logs::LogGroup").items():
        assert group["RetentionInDays"] == days
        assert "KeysLogs" in group["KmsKeyId"]
        assert groups[name]["DeletionPolicy"] == policy
    used = {function["LoggingConfig"]["LogGroup"] for function in linkage.properties("Lambda::Function").values()}
    (machine,) = linkage.properties("StepFunctions::StateMachine").values()
    (destination,) = machine["LoggingConfiguration"]["Destinations"]
    used.add(destination["CloudWatchLogsLogGroup"]["LogGroupArn"].replace(".Arn", ""))
    assert used == {f"<{name}>" for name in groups}


def test_functions_stand_in_the_network_that_the_parameters_give_and_in_no_other(synthesis: Synthesis) -> None:
    for deployment in ("development", "production"):
        template = synthesis.template(deployment, "Linkage")
        assert all("VpcConfig" not in f for f in template.properties("Lambda::Function").values())
        assert all("ReservedConcurrentExecutions" not in f for f in template.properties("Lambda::Function").values())
    enclosed = synthesis.template("enclosed", "Linkage")
    for function in enclosed.properties("Lambda::Function").values():
        assert function["VpcConfig"]["SubnetIds"] == ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
        assert function["ReservedConcurrentExecutions"] == 50
    (group,) = enclosed.properties("EC2::SecurityGroup").values()
    assert "SecurityGroupIngress" not in group
    (egress,) = group["SecurityGroupEgress"]
    assert (egress["IpProtocol"], egress["FromPort"], egress["ToPort"]) == ("tcp", 443, 443)
