"""Deliveries: what wakes what, what each function may do, and what operators and recipients are told."""

from __future__ import annotations

import pytest

from infra.systems import catalogue, provider_systems
from tests.infra import test_app
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import Template, as_list, granted
from tests.infra.test_permissions import INLINE_LIMIT, MANAGED_LIMIT, NETWORK_INTERFACES, OUTSIDE_THE_NETWORK

ROLES = ("PlanFunctionRole", "DeliverFunctionRole", "NoteFunctionRole", "WatchFunctionRole")
RECEIVING = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
LAMBDA_ITSELF = {f"sqs:{action}" for action in RECEIVING}
NAMES = ("LinkageTable", "AddresseesTable", "ProtectionTable", "PlanFilesQueue", "NoteAcknowledgementsQueue",
         "LanesQueue", "DomainEventsBus", "WorkBucket", "AuditRecords", "Audit")  # fmt: skip
RECIPIENTS = {r.id.lower() for interface in catalogue().interfaces.values() for r in interface.recipients}


def _allowed(delivery: Template, role: str) -> set[tuple[str, str]]:
    """Return actions and resources of a role, without those every function has."""
    everybody = ("ec2:", "kms:", "logs:")
    return {
        (action, _short(resource))
        for action, resource in granted(delivery.permissions(role))
        if not action.startswith(everybody)
    }


def _short(resource: str) -> str:
    """Return the name that an ARN ends in or holds; of objects in the systems' buckets the pattern of their keys."""
    if resource.startswith("arn:aws:s3:::kyotsu-"):
        bucket, _, pattern = resource.partition("/")
        assert bucket.rpartition("-")[2] in provider_systems()
        return f"*/{pattern}" if pattern else "*"
    name = next(name for name in NAMES if name in resource)
    _, _, rest = resource.partition(">")
    return f"{name}{rest}"


def test_planning_may_note_deliveries_wake_lanes_and_tell_what_was_taken_back(delivery: Template) -> None:
    assert _allowed(delivery, "PlanFunctionRole") == {
        *((f"dynamodb:{action}", "LinkageTable") for action in ("GetItem", "PutItem", "Query")),
        ("dynamodb:Query", "LinkageTable/index/by_provider"),
        ("events:PutEvents", "DomainEventsBus"),
        ("s3:PutObject", "*/deliveries/*.undone.json"),
        ("sqs:SendMessage", "LanesQueue"),
        *((f"sqs:{action}", "PlanFilesQueue") for action in RECEIVING),
    }


def test_delivering_reads_files_and_decisions_and_writes_deliveries_alone(delivery: Template) -> None:
    assert _allowed(delivery, "DeliverFunctionRole") == {
        *((f"dynamodb:{action}", "LinkageTable") for action in ("DeleteItem", "GetItem", "PutItem", "Query")),
        ("dynamodb:UpdateItem", "LinkageTable"),
        *((f"dynamodb:{action}", "AddresseesTable") for action in ("BatchGetItem", "Query")),
        ("dynamodb:BatchGetItem", "ProtectionTable"),
        *((f"dynamodb:{action}", "Audit") for action in ("GetItem", "PutItem")),
        ("events:PutEvents", "DomainEventsBus"),
        *((f"s3:{action}", "*/outbox/*") for action in ("GetObject", "GetObjectVersion")),
        *((f"s3:{action}", "*/deliveries/*") for action in ("GetObject", "PutObject")),
        ("s3:GetObject", "WorkBucket/errors/*"),
        ("s3:PutObject", "AuditRecords/records/linkage-deliver_files/*"),
        ("s3:ListBucket", "*"),
        ("s3:ListBucket", "WorkBucket"),
        ("sqs:SendMessage", "LanesQueue"),
        *((f"sqs:{action}", "LanesQueue") for action in RECEIVING),
    }


def test_acknowledgements_are_read_and_nothing_else_of_a_delivery(delivery: Template) -> None:
    assert _allowed(delivery, "NoteFunctionRole") == {
        *((f"dynamodb:{action}", "LinkageTable") for action in ("GetItem", "PutItem", "Query")),
        ("events:PutEvents", "DomainEventsBus"),
        ("s3:GetObjectVersion", "*/deliveries/*.ack.json"),
        ("s3:PutObject", "*/deliveries/*.ack-error.json"),
        ("s3:ListBucket", "*"),
        *((f"sqs:{action}", "NoteAcknowledgementsQueue") for action in RECEIVING),
    }
    listing = [s for s in delivery.permissions("NoteFunctionRole") if "s3:ListBucket" in as_list(s["Action"])]
    assert {s["Condition"]["StringLike"]["s3:prefix"] for s in listing} == {"deliveries/*"}


def test_the_watch_sees_no_file(delivery: Template) -> None:
    assert _allowed(delivery, "WatchFunctionRole") == {
        *((f"dynamodb:{action}", "LinkageTable") for action in ("GetItem", "PutItem", "Query")),
        ("dynamodb:Query", "LinkageTable/index/by_provider"),
        ("events:PutEvents", "DomainEventsBus"),
        ("s3:PutObject", "*/answers/*.undelivered.json"),
        ("sqs:SendMessage", "LanesQueue"),
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_a_wildcard_and_keys_are_used_by_way_of_services_alone(delivery: Template, role: str) -> None:
    for statement in delivery.permissions(role):
        actions = as_list(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if any(action.startswith("kms:") for action in actions):
            services = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert all(service.endswith(".ap-northeast-1.amazonaws.com") for service in as_list(services))
        if "*" in as_list(statement["Resource"]):
            assert set(actions) == NETWORK_INTERFACES


def test_roles_are_for_lambda_alone_and_their_policies_below_the_limits(delivery: Template) -> None:
    roles = delivery.properties("IAM::Role")
    assert len(roles) == len(ROLES)
    for role in roles.values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    for policy in delivery.resources("IAM::Policy").values():
        assert delivery.size(policy["Properties"]["PolicyDocument"]) < INLINE_LIMIT
    for resource in delivery.body["Resources"].values():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            assert delivery.size(resource["Properties"]["PolicyDocument"]) < MANAGED_LIMIT


def test_in_a_private_network_data_is_reached_through_its_endpoints_alone(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    through, template = list(ENCLOSED.network.endpoint_ids), synthesis.template("enclosed", "Delivery")
    own = tuple(prefix for prefix in OUTSIDE_THE_NETWORK if prefix != "sqs:")
    for role in ROLES:
        for statement in template.permissions(role):
            actions = as_list(statement["Action"])
            if not all(action.startswith(own) or action in LAMBDA_ITSELF for action in actions):
                assert statement["Condition"]["StringEquals"]["aws:SourceVpce"] == through, actions
    for resource in template.properties("IAM::Role").values():
        assert resource["PermissionsBoundary"] == ENCLOSED.permissions_boundary


def test_lanes_are_groups_of_a_queue_that_keeps_their_order(delivery: Template) -> None:
    queue = delivery.only("SQS::Queue", "LanesQueue")
    dead = delivery.only("SQS::Queue", "LanesDeadLetters")
    assert queue["FifoQueue"] is True
    assert dead["FifoQueue"] is True
    assert queue["RedrivePolicy"]["deadLetterTargetArn"].startswith("<LanesDeadLetters")
    source = delivery.only("Lambda::EventSourceMapping", "Deliver")
    assert source["EventSourceArn"].startswith("<LanesQueue")
    assert source["BatchSize"] == 1, "one failing lane must not fail the messages of another"
    function = delivery.only("Lambda::Function", "DeliverFunction")
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]


def test_files_and_acknowledgements_reach_their_queues(delivery: Template) -> None:
    expected = {
        "PlanFileCameIn": ("FileAnswered", "PlanFilesQueue", "PlanUndelivered"),
        "PlanProtectingFileEnded": ("FileAnswered", "PlanFilesQueue", "PlanUndelivered"),
        "PlanFileUndone": ("FileUndone", "PlanFilesQueue", "PlanUndelivered"),
        "NoteAcknowledged": ("Object Created", "NoteAcknowledgementsQueue", "NoteUndelivered"),
    }
    for name, (kind, queue, dead) in expected.items():
        rule = delivery.only("Events::Rule", name)
        (target,) = rule["Targets"]
        assert rule["EventPattern"]["detail-type"] == [kind]
        assert target["Arn"].startswith(f"<{queue}")
        assert target["DeadLetterConfig"]["Arn"].startswith(f"<{dead}")
    came_in = delivery.only("Events::Rule", "PlanFileCameIn")["EventPattern"]["detail"]
    assert came_in == {"status": ["ACCEPTED", "PARTIALLY_ACCEPTED"]}
    ended = delivery.only("Events::Rule", "PlanProtectingFileEnded")["EventPattern"]["detail"]
    spelt = [{"wildcard": "*001o009*"}, {"wildcard": "*001o09*"}]
    assert ended == {"status": ["REJECTED", "DUPLICATE"], "object_key": spelt}
    acknowledged = delivery.only("Events::Rule", "NoteAcknowledged")
    assert acknowledged["EventPattern"]["detail"]["object"] == {"key": [{"wildcard": "deliveries/*.ack.json"}]}
    assert "EventBusName" not in acknowledged, "S3 tells the default bus alone"
    clock = delivery.only("Events::Rule", "WatchClock")
    assert clock["ScheduleExpression"] == "rate(5 minutes)"


def test_files_settle_before_they_are_planned_in_production(delivery: Template, deployment: str) -> None:
    """A file that protects people, sent at about the same time, must have its receipt by then."""
    delays = {name: queue.get("DelaySeconds", 0) for name, queue in delivery.properties("SQS::Queue").items()}
    late = {name: delay for name, delay in delays.items() if delay}
    assert list(late.values()) == ([] if deployment == "development" else [30])
    assert all(name.startswith("PlanFilesQueue") for name in late)


def test_each_recipient_has_a_topic_that_tells_of_its_own_deliveries_alone(delivery: Template, deployment: str) -> None:
    topics = delivery.properties("SNS::Topic")
    assert len(topics) == len(RECIPIENTS)
    told = {}
    for name, rule in delivery.properties("Events::Rule").items():
        if not name.startswith("NotifyOffered"):
            continue
        (target,) = rule["Targets"]
        assert rule["EventPattern"]["detail-type"] == ["DeliveryOffered", "DeliveryWithdrawn", "NoticeOffered"]
        told[tuple(rule["EventPattern"]["detail"]["recipient"])] = target["Arn"]
        (policy,) = [p for p in delivery.properties("SNS::TopicPolicy").values() if p["Topics"] == [target["Arn"]]]
        allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
        publish = [s for s in allowed if s["Action"] == "sns:Publish"]
        assert [s["Condition"] for s in publish] == [{"ArnEquals": {"aws:SourceArn": f"<{name}.Arn>"}}]
        subscribe = [s for s in allowed if s["Action"] == "sns:Subscribe"]
        (recipient,) = rule["EventPattern"]["detail"]["recipient"]
        if deployment == "development":
            assert [s["Principal"]["AWS"].rpartition("-")[2] for s in subscribe] == [recipient]
        else:
            assert subscribe == [], "nobody is linked yet"
    assert {recipient for (recipient,) in told} == RECIPIENTS
    assert len(set(told.values())) == len(RECIPIENTS)


def test_every_rule_may_send_to_its_own_queues_alone(delivery: Template) -> None:
    rules = {f"<{name}.Arn>" for name in delivery.properties("Events::Rule")}
    for policy in delivery.properties("SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert statement["Condition"]["ArnEquals"]["aws:SourceArn"] in rules


def test_operators_are_told_of_what_is_old_refused_or_undelivered(delivery: Template) -> None:
    own = {a["MetricName"]: a for a in delivery.properties("CloudWatch::Alarm").values() if a["Namespace"] == "Kyotsu"}
    assert own.keys() == {
        *("OldestUnofferedDelivery", "OldestUnacknowledgedDelivery", "FilesUndelivered", "DeliveriesRefused"),
        "ProtectionNotApplied",
    }
    sources = {
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for function in delivery.properties("Lambda::Function").values()
    }
    for alarm in own.values():
        (dimension,) = alarm["Dimensions"]
        assert dimension["Value"] in sources
        assert "AlarmsTopic" in alarm["AlarmActions"][0]
    for name, seconds in (("OldestUnofferedDelivery", 3600), ("OldestUnacknowledgedDelivery", 86_400)):
        assert (own[name]["Statistic"], own[name]["Period"], own[name]["Threshold"]) == ("Maximum", 600, seconds)


def test_what_holds_for_every_template_holds_for_this_one(delivery: Template) -> None:
    test_app.test_nothing_has_a_physical_name_but_where_one_is_needed([delivery])
    test_app.test_no_template_brings_a_custom_resource_or_a_function_that_is_not_ours([delivery])
    test_app.test_stacks_stay_below_the_limit_of_cloudformation([delivery])
    test_app.test_templates_need_no_parameter_and_no_bootstrap_rule([delivery])


def test_queues_topics_and_logs_are_encrypted_with_our_keys(delivery: Template) -> None:
    for kind in ("SQS::Queue", "SNS::Topic"):
        for resource in delivery.properties(kind).values():
            assert "KeysMessages" in resource.get("KmsMasterKeyId", "")
    for group in delivery.properties("Logs::LogGroup").values():
        assert "KeysLogs" in group["KmsKeyId"]
