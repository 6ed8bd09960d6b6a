"""The watch over file linkage: what runs when, what it may do, and what operators are told."""

from __future__ import annotations

import pytest

from infra.systems import provider_systems
from tests.infra import test_app
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import Template, as_list, granted
from tests.infra.test_permissions import INLINE_LIMIT, NETWORK_INTERFACES, OUTSIDE_THE_NETWORK

ROLES = ("SweepFunctionRole", "ContinuityNoteRole", "ContinuityWatchRole", "ListMissingFunctionRole",
         "DigestsFunctionRole", "StatementsFunctionRole")  # fmt: skip
RECORDS = {"Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"}


def _allowed(watch: Template, role: str) -> set[tuple[str, str]]:
    """Return actions and resources of a role, without those every function has."""
    everybody = ("ec2:", "kms:", "logs:")
    return {
        (action, _short(resource))
        for action, resource in granted(watch.permissions(role))
        if not action.startswith(everybody)
    }


def _short(resource: str) -> str:
    """Return the name that an ARN ends in, or holds."""
    if resource.startswith("arn:aws:s3:::"):
        return resource.rpartition("-")[2]
    tables, queues = ("LinkageTable", "ResidentsTable"), ("ContinuityAnswersQueue", "ListMissingFullSetsQueue")
    names = (*tables, *queues, "DomainEventsBus", "ReceiveFileQueue")
    (name,) = [name for name in names if name in resource]
    return name


def test_the_sweep_may_list_outboxes_note_what_it_found_and_notify_reception(watch: Template) -> None:
    noting = ("BatchGetItem", "BatchWriteItem", "GetItem", "PutItem")
    assert _allowed(watch, "SweepFunctionRole") == {
        *(("s3:ListBucketVersions", system) for system in provider_systems()),
        *((f"dynamodb:{action}", "LinkageTable") for action in noting),
        ("sqs:SendMessage", "ReceiveFileQueue"),
    }
    (listing,) = [s for s in watch.permissions("SweepFunctionRole") if s["Action"] == "s3:ListBucketVersions"]
    assert listing["Condition"]["StringEquals"]["s3:prefix"] == "outbox/"


def test_numbers_are_noted_by_a_function_that_may_do_nothing_else(watch: Template) -> None:
    reading = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    assert _allowed(watch, "ContinuityNoteRole") == {
        ("dynamodb:GetItem", "LinkageTable"),
        ("dynamodb:PutItem", "LinkageTable"),
        *((f"sqs:{action}", "ContinuityAnswersQueue") for action in reading),
    }


def test_gaps_are_told_by_a_function_that_may_do_nothing_else(watch: Template) -> None:
    assert _allowed(watch, "ContinuityWatchRole") == {
        ("dynamodb:PutItem", "LinkageTable"),
        ("dynamodb:Query", "LinkageTable"),
        ("events:PutEvents", "DomainEventsBus"),
    }


def test_people_missing_are_listed_by_a_function_that_may_do_nothing_else(watch: Template) -> None:
    found = {pair for pair in granted(watch.permissions("ListMissingFunctionRole")) if pair[0].startswith("s3:")}
    assert {action for action, resource in found if "/" not in resource} == {"s3:ListBucket"}
    folders = {(action, "/".join(resource.split("/")[1:])) for action, resource in found if "/" in resource}
    assert folders == {
        *((f"s3:{action}", "outbox/*") for action in ("GetObject", "GetObjectVersion")),
        *((f"s3:{action}", "missing/*") for action in ("GetObject", "PutObject")),
        ("s3:GetObject", "answers/*"),
        ("s3:PutObject", "answers/*.missing.csv"),
    }
    reading = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    rest = [s for s in watch.permissions("ListMissingFunctionRole") if not as_list(s["Action"])[0].startswith("s3:")]
    others = ("ec2:", "kms:", "logs:")
    assert {(a, _short(r)) for a, r in granted(rest) if not a.startswith(others)} == {
        ("dynamodb:Scan", "ResidentsTable"),
        *((f"dynamodb:{action}", "LinkageTable") for action in ("GetItem", "PutItem")),
        ("events:PutEvents", "DomainEventsBus"),
        *((f"sqs:{action}", "ListMissingFullSetsQueue") for action in (*reading, "SendMessage")),
    }


def _below(watch: Template, role: str) -> set[tuple[str, str]]:
    """Return actions on objects and buckets, with what follows the bucket's name; `own` is the audit trail's."""
    return {
        (
            action,
            ("own" if "AuditRecords" in resource else resource.partition("/")[0][-3:]) + resource[_cut(resource) :],
        )
        for action, resource in granted(watch.permissions(role))
        if action.startswith("s3:")
    }


def _cut(resource: str) -> int:
    return resource.index("/") if "/" in resource else len(resource)


def test_digests_are_made_by_a_function_that_may_do_nothing_else(watch: Template) -> None:
    assert _below(watch, "DigestsFunctionRole") == {
        ("s3:GetObject", "own/records/*"),
        ("s3:GetObject", "own/digests/*"),
        ("s3:ListBucket", "own"),
        ("s3:PutObject", "own/digests/*"),
    }
    others = {pair for pair in granted(watch.permissions("DigestsFunctionRole")) if pair[0].startswith("dynamodb:")}
    assert {action for action, _ in others} == {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert all("AuditIndex" in resource for _, resource in others)


def test_statements_are_made_by_a_function_that_may_do_nothing_else(watch: Template) -> None:
    assert _below(watch, "StatementsFunctionRole") == {
        ("s3:GetObject", "own/completeness/*"),
        ("s3:ListBucket", "own"),
        ("s3:PutObject", "own/completeness/*"),
        *(("s3:PutObject", f"{system}/answers/completeness/*") for system in provider_systems()),
    }
    others = {pair for pair in granted(watch.permissions("StatementsFunctionRole")) if pair[0].startswith("dynamodb:")}
    assert {action for action, _ in others} == {"dynamodb:GetItem", "dynamodb:Query"}
    assert all("LinkageTable" in resource for _, resource in others)


def test_answers_to_full_files_that_came_in_reach_the_queue_of_their_comparison(watch: Template) -> None:
    rule = watch.only("Events::Rule", "ListMissing")
    came_in = {"mode": ["F"], "status": ["ACCEPTED", "PARTIALLY_ACCEPTED"]}
    assert rule["EventPattern"] == {"source": ["kyotsu"], "detail-type": ["FileAnswered"], "detail": came_in}
    assert "DomainEventsBus" in rule["EventBusName"]
    (target,) = rule["Targets"]
    assert target["Arn"].startswith("<ListMissingFullSetsQueue")
    assert target["DeadLetterConfig"]["Arn"].startswith("<ListMissingUndelivered")
    source = watch.only("Lambda::EventSourceMapping", "ListMissing")
    assert source["EventSourceArn"].startswith("<ListMissingFullSetsQueue")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_a_wildcard_and_keys_are_used_by_way_of_services_alone(watch: Template, role: str) -> None:
    for statement in watch.permissions(role):
        actions = as_list(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if any(action.startswith("kms:") for action in actions):
            services = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert all(service.endswith(".ap-northeast-1.amazonaws.com") for service in services)
        if "*" in as_list(statement["Resource"]):
            assert set(actions) == NETWORK_INTERFACES


def test_roles_are_for_lambda_alone_and_their_policies_below_the_limit(watch: Template) -> None:
    roles = watch.properties("IAM::Role")
    assert len(roles) == len(ROLES)
    for role in roles.values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert "ManagedPolicyArns" not in role
    for policy in watch.resources("IAM::Policy").values():
        assert watch.size(policy["Properties"]["PolicyDocument"]) < INLINE_LIMIT


def test_in_a_private_network_data_is_reached_through_its_endpoints_alone(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    through = list(ENCLOSED.network.endpoint_ids)
    template = synthesis.template("enclosed", "Watch")
    own = tuple(prefix for prefix in OUTSIDE_THE_NETWORK if prefix != "sqs:")
    for role in ROLES:
        for statement in template.permissions(role):
            actions = as_list(statement["Action"])
            if not all(action.startswith(own) or action in LAMBDA_ITSELF for action in actions):
                assert statement["Condition"]["StringEquals"]["aws:SourceVpce"] == through, actions
    for resource in template.properties("IAM::Role").values():
        assert resource["PermissionsBoundary"] == ENCLOSED.permissions_boundary


LAMBDA_ITSELF = {f"sqs:{a}" for a in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes",
                                      "ReceiveMessage")}  # fmt: skip


def test_functions_run_by_the_clock_and_what_could_not_be_started_is_kept(watch: Template) -> None:
    by_clock = {}
    for name, rule in watch.properties("Events::Rule").items():
        if "ScheduleExpression" in rule:
            assert "EventBusName" not in rule, "only the default bus has a clock"
            (target,) = rule["Targets"]
            by_clock[rule["ScheduleExpression"]] = target["Arn"]
            assert "Unstarted" in target["DeadLetterConfig"]["Arn"]
            permitted = [p for p in watch.properties("Lambda::Permission").values() if name in p["SourceArn"]]
            assert [p["FunctionName"] for p in permitted] == [target["Arn"]]
            assert {p["Principal"] for p in permitted} == {"events.amazonaws.com"}
    assert by_clock["rate(15 minutes)"].startswith("<SweepFunction")
    assert by_clock["rate(5 minutes)"].startswith("<ContinuityWatch")


def test_answers_reach_the_queue_of_the_function_that_notes_numbers(watch: Template) -> None:
    rule = watch.only("Events::Rule", "ContinuityFileAnswered")
    assert rule["EventPattern"] == {"source": ["kyotsu"], "detail-type": ["FileAnswered"]}
    assert "DomainEventsBus" in rule["EventBusName"]
    (target,) = rule["Targets"]
    assert target["Arn"].startswith("<ContinuityAnswersQueue")
    assert target["DeadLetterConfig"]["Arn"].startswith("<ContinuityUndelivered")
    source = watch.only("Lambda::EventSourceMapping", "Continuity")
    assert source["EventSourceArn"].startswith("<ContinuityAnswersQueue")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_rule_may_send_to_its_own_queues_alone(watch: Template) -> None:
    sending: dict[str, set[str]] = {}
    for policy in watch.properties("SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                rule = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
                sending.setdefault(rule, set()).update(policy["Queues"])
    for name, rule in watch.properties("Events::Rule").items():
        (target,) = rule["Targets"]
        used = {arn.replace(".Arn", "") for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"]) if "Queue" in arn}
        assert sending[f"<{name}.Arn>"] == used


def test_operators_are_told_of_lost_and_stuck_files_and_of_missing_numbers(watch: Template) -> None:
    own = [a for a in watch.properties("CloudWatch::Alarm").values() if a["Namespace"] == "Kyotsu"]
    sources = {
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for function in watch.properties("Lambda::Function").values()
    }
    assert {alarm["MetricName"] for alarm in own} == {
        *("LostFiles", "StuckFiles", "SequenceNumbersMissing", "PeopleMissing"),
        *("AuditDigestsMade", "AuditProblems", "StatementsMade", "StatementsOpen"),
    }
    for alarm in own:
        (dimension,) = alarm["Dimensions"]
        assert dimension["Name"] == "service"
        assert dimension["Value"] in sources
        silence = alarm["MetricName"] in ("AuditDigestsMade", "StatementsMade")
        assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 3600 if silence else 60, 1)
        assert alarm["TreatMissingData"] == ("breaching" if silence else "notBreaching")
        assert "AlarmsTopic" in alarm["AlarmActions"][0]


def test_what_holds_for_every_template_holds_for_this_one(watch: Template) -> None:
    test_app.test_nothing_has_a_physical_name_but_where_one_is_needed([watch])
    test_app.test_no_template_brings_a_custom_resource_or_a_function_that_is_not_ours([watch])
    test_app.test_stacks_stay_below_the_limit_of_cloudformation([watch])
    test_app.test_templates_need_no_parameter_and_no_bootstrap_rule([watch])


def test_queues_and_logs_are_encrypted_with_our_keys(watch: Template) -> None:
    for queue in watch.properties("SQS::Queue").values():
        assert "KeysMessages" in queue["KmsMasterKeyId"]
    for group in watch.properties("Logs::LogGroup").values():
        assert "KeysLogs" in group["KmsKeyId"]
    for policy in watch.properties("SQS::QueuePolicy").values():
        refused = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in refused] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_outputs_have_the_names_that_the_command_resolves(watch: Template) -> None:
    outputs = {n for n in watch.body["Outputs"] if not n.startswith("ExportsOutput")}
    assert outputs >= {
        *("NoteSequenceDeadLetters", "NoteSequenceFunction", "SweepOutboxFunction", "WatchSequencesFunction"),
        *("ListMissingDeadLetters", "ListMissingFunction", "ListMissingQueue", "UndeliveredFullSets"),
        *("NoteSequenceQueue", "SweepOutboxUnstarted", "UndeliveredAnswers", "WatchSequencesUnstarted"),
    }
