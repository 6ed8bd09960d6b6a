"""The numbering APIs: who reaches them, what their functions may do, and that all their answers are JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import pytest

from infra.access.api_policies import API_POLICY_LIMIT
from infra.access.policies import size
from infra.app import ROOT, compose, new_app
from infra.bundling import build_layers
from infra.constructs.numbering_access import NumberingAccess
from infra.constructs.search_access import SearchAccess
from infra.parameters import development
from infra.parameters.errors import ParameterError
from infra.parameters.linking import LinkedSystem
from infra.systems import catalogue, provider_systems
from kyotsu.access.callers import system_of
from kyotsu.runtime import clients
from tests.infra import test_app
from tests.infra.conftest import CITY, ENCLOSED, Synthesis
from tests.infra.templates import Template, as_list, granted
from tests.infra.test_partitions import asked

CALLS = {
    "addressees/issue_number": "jutogaishaatenabangofuban",
    "addressees/edit_record": "jutogaishaatenakihonjohokoshin",
    "addressees/show_history": "jutogaishaatenarirekishokai",
    "addressees/search_candidates": "jutogaishaatenakihonjohosyokai",
    "addressees/issue_resident_number": "juminatenabangofuban",
    "integrated/issue_number": "dantainaitogoatenabangofuban",
    "integrated/show_person": "dantainaitogoatenakihonjohosyokai",
    "moving/show_certificate": "tenshutsushomeishojohoshokai",
}
ISSUE, EDIT, SHOW, RESIDENT = "IssueNumberRole", "EditRecordRole", "ShowHistoryRole", "IssueResidentNumberRole"
SEARCH = "SearchCandidatesRole"
DOORS = ("Bearer", "Iam")


@pytest.fixture
def numbering(synthesis: Synthesis, deployment: str) -> Template:
    """The numbering stack of each deployment."""
    return synthesis.template(deployment, "Numbering")


def allowed(template: Template, role: str) -> set[tuple[str, str]]:
    """Return actions and resources of a role, without those every function has."""
    found = granted(template.permissions(role))
    return {(action, short(resource)) for action, resource in found if not action.startswith(("ec2:", "logs:"))}


def short(resource: str) -> str:
    """Return what an ARN names."""
    known = (
        *(
            "AddresseesT",
            "ResidentsT",
            "ProtectionT",
            "LinkageT",
            "IntegratedT",
            "AccessT",
            "AuditIndex",
            "AuditRecords",
            "CandidatesT",
        ),
        *("KeysRecords", "KeysPersonal", "KeysFingerprints", "KeysAccess", "KeysAudit", "FingerprintKey", "SigningA"),
    )
    (found,) = [name for name in known if name in resource]
    return found.removesuffix("T") + resource.partition(">")[2]


def functions(numbering: Template) -> dict[str, Any]:
    """Return the functions behind the APIs, by logical id."""
    found = {
        name: function
        for name, function in numbering.properties("Lambda::Function").items()
        if function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] in CALLS
    }
    assert len(found) == len(CALLS)
    return found


def on(resource: str, service: str, *actions: str) -> set[tuple[str, str]]:
    return {(f"{service}:{action}", resource) for action in actions}


KEY = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
TOKENS = (
    on("Access", "dynamodb", "GetItem")
    | on("KeysAccess", "kms", "Decrypt", "DescribeKey")
    | on("SigningA", "kms", "GetPublicKey")
)
READ = (
    TOKENS
    | on("Addressees", "dynamodb", "BatchGetItem")
    | on("Residents", "dynamodb", "BatchGetItem")
    | on("KeysRecords", "kms", "Decrypt", "DescribeKey")
)
LOOK = READ | on("KeysRecords", "kms", *KEY)
COMPARE = on("FingerprintKey", "secretsmanager", "GetSecretValue") | on("KeysFingerprints", "kms", "Decrypt")
CHANGE = (
    LOOK
    | COMPARE
    | on("Addressees", "dynamodb", "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem")
    | on("KeysPersonal", "kms", "GenerateDataKey")
)


def test_each_function_may_do_this_and_nothing_else(numbering: Template) -> None:
    assert allowed(numbering, ISSUE) == CHANGE
    assert allowed(numbering, EDIT) == CHANGE | on("Addressees", "dynamodb", "Query")
    assert allowed(numbering, RESIDENT) == LOOK | COMPARE | on("Addressees", "dynamodb", "PutItem", "UpdateItem")
    shown = allowed(numbering, SHOW)
    audit = {(action, resource) for action, resource in shown if "Audit" in resource}
    assert shown - audit == (
        READ
        | on("Addressees", "dynamodb", "Query")
        | on("KeysPersonal", "kms", "Decrypt")
        | on("Protection", "dynamodb", "BatchGetItem")
        | on("Linkage", "dynamodb", "GetItem")
    )
    assert audit == (
        on("AuditRecords/records/addressees-show_history/*", "s3", "PutObject")
        | on("AuditIndex", "dynamodb", "GetItem", "PutItem")
        | on("KeysAudit", "kms", *KEY)
    )


def test_a_search_reads_the_index_and_who_was_found_and_opens_nothing(numbering: Template) -> None:
    found = allowed(numbering, SEARCH)
    audit = {(action, resource) for action, resource in found if "Audit" in resource}
    assert found - audit == (
        READ
        | COMPARE
        | on("Addressees", "dynamodb", "Query")
        | on("Candidates", "dynamodb", "GetItem", "Query")
        | on("Protection", "dynamodb", "BatchGetItem")
        | on("Linkage", "dynamodb", "GetItem")
    ), "it writes nothing but the trail, and no key opens a 個人番号"
    assert audit == (
        on("AuditRecords/records/addressees-search_candidates/*", "s3", "PutObject")
        | on("AuditIndex", "dynamodb", "GetItem", "PutItem")
        | on("KeysAudit", "kms", *KEY)
    )


def test_certificates_are_read_and_nothing_is_changed(numbering: Template) -> None:
    """Requirement: who shows 転出証明書情報 reads cases and papers, and nobody's record beside them."""
    found = {
        (action, resource)
        for action, resource in granted(numbering.permissions("ShowCertificateRole"))
        if action.startswith(("dynamodb:", "s3:"))
    }
    changing = {action for action, _ in found if action.rpartition(":")[2].startswith(("Put", "Update", "Delete"))}
    assert changing == {"dynamodb:PutItem", "s3:PutObject"}
    for action, resource in found:
        if action in changing:
            assert "Audit" in resource, (action, resource)
        known = ("Audit", "Moving", "Paper", "AccessTable")
        assert any(name in resource for name in known), (action, resource)


@pytest.mark.parametrize("asks", [False, True])
def test_where_an_issue_names_a_search_notes_are_put_by_one_and_read_by_the_other(asks: bool) -> None:
    numbering = replace(development(CITY).numbering, search_before_issue=asks)
    parameters = replace(development(CITY), numbering=numbering)
    stateful, found = MagicMock(), dict[str, list[Any]]()
    for name in ("search", "issue"):
        function = MagicMock()
        if name == "search":
            SearchAccess(parameters, stateful).let_search(function)
        else:
            NumberingAccess(parameters, stateful, "").let_issue_both(function)
        index = [call for call in function.allow.call_args_list if stateful.candidates.table.table_arn in call.args[1]]
        found[name] = [(call.args[0], call.kwargs["ForAllValues:StringLike"].popitem()[1]) for call in index]
    lists = [(["dynamodb:Query"], [f"{CITY}#1#*", f"{CITY}#2#*"]), (["dynamodb:GetItem"], [f"{CITY}#F"])]
    notes = [f"{CITY}#Q#*"]
    assert found["search"] == [*lists, *([(["dynamodb:PutItem"], notes)] if asks else [])]
    assert found["issue"] == ([(["dynamodb:GetItem"], notes)] if asks else [])


def test_functions_touch_the_partitions_of_their_municipality_alone(numbering: Template, deployment: str) -> None:
    municipality = numbering.stack.split("-")[2]
    for role in (ISSUE, EDIT, SHOW, SEARCH, RESIDENT):
        for statement in numbering.permissions(role):
            actions = as_list(statement["Action"])
            if not actions[0].startswith("dynamodb:") or "AuditIndex" in str(statement["Resource"]):
                continue
            leading = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert all(pattern.startswith(f"{municipality}#") for pattern in as_list(leading))
            assert statement["Condition"]["Null"]["dynamodb:LeadingKeys"] == "false"
            if "Access" in str(statement["Resource"]):
                assert leading == [f"{municipality}#CLIENT#*", f"{municipality}#TOKEN#*"]


NUMBER, CLERKS, DONE, POSTING, COUNTER = "800000000000009", "C", "O#request/010/00", "P#00", "N#non-resident"
WRITE = ("PutItem", "DeleteItem", "ConditionCheckItem")
MAY = {
    (ISSUE, ("BatchGetItem",)): {NUMBER, DONE},
    (ISSUE, WRITE): {NUMBER, DONE, POSTING},
    (ISSUE, ("UpdateItem",)): {NUMBER, COUNTER},
    (EDIT, ("BatchGetItem",)): {NUMBER, DONE},
    (EDIT, WRITE): {NUMBER, DONE, POSTING},
    (EDIT, ("UpdateItem", "Query")): {NUMBER},
    (RESIDENT, ("BatchGetItem",)): {NUMBER, DONE},
    (RESIDENT, ("PutItem",)): {DONE},
    (RESIDENT, ("UpdateItem",)): {NUMBER, COUNTER},
    (SHOW, ("BatchGetItem", "Query")): {NUMBER},
    (SEARCH, ("BatchGetItem",)): {NUMBER},
}


@pytest.mark.parametrize(("role", "actions"), MAY)
def test_each_function_touches_the_partitions_of_the_registry_it_needs(
    numbering: Template, role: str, actions: tuple[str, ...]
) -> None:
    """Requirement: whatever a caller names, no API touches the clerk's list, nor a counter but to count."""
    lets, own = asked(numbering, role, table="AddresseesTable"), numbering.stack.split("-")[2]
    for action in actions:
        partitions = (NUMBER, CLERKS, DONE, POSTING, COUNTER)
        assert {one for one in partitions if lets(action, f"{own}#{one}")} == MAY[role, actions]
        assert not lets(action, f"{own}#{NUMBER}", f"{own}#{CLERKS}"), "one among others"
        assert not lets(action, f"999999#{NUMBER}"), "another municipality's"
        assert not lets(action)


def test_data_keys_are_opened_and_made_for_personal_data_of_this_municipality_alone(numbering: Template) -> None:
    statements = [
        statement
        for role in (ISSUE, EDIT, SHOW)
        for statement in numbering.permissions(role)
        if "KeysPersonal" in str(statement["Resource"])
    ]
    assert statements
    for statement in statements:
        assert (
            statement["Condition"]["StringEquals"]
            == {
                "kms:EncryptionContext:municipality": numbering.stack.split("-")[2],
                "kms:EncryptionContext:purpose": "personal-data",
            }
            | statement["Condition"]["StringEquals"]
        )


def test_both_doors_have_each_call_once_and_the_same_function_behind_it(numbering: Template) -> None:
    resources, methods = numbering.properties("ApiGateway::Resource"), numbering.properties("ApiGateway::Method")
    found: dict[str, dict[str, str]] = {door: {} for door in DOORS}
    for name, method in methods.items():
        part = resources[method["ResourceId"].strip("<>")]["PathPart"]
        door = next(door for door in DOORS if name.startswith(door))
        found[door][part] = method["Integration"]["Uri"]
        assert method["HttpMethod"] == "POST"
        assert method["AuthorizationType"] == {"Bearer": "NONE", "Iam": "AWS_IAM"}[door]
        assert method["Integration"]["Type"] == "AWS_PROXY"
    assert found["Bearer"] == found["Iam"]
    assert set(found["Bearer"]) == set(CALLS.values())
    for name, function in functions(numbering).items():
        source = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        assert f"<{name}.Arn>" in found["Bearer"][CALLS[source]]


def test_every_call_of_the_catalogue_is_there_in_its_versions(numbering: Template) -> None:
    resources = numbering.properties("ApiGateway::Resource")

    def path(name: str) -> str:
        resource = resources[name]
        above = resource["ParentId"].strip("<>")
        return f"{path(above) if above in resources else ''}/{resource['PathPart']}"

    found = {
        path(method["ResourceId"].strip("<>"))
        for name, method in numbering.properties("ApiGateway::Method").items()
        if name.startswith("Bearer")
    }
    assert found == {
        f"/{api.call}" for api in catalogue().apis.values() if api.call.rpartition("/")[2] in CALLS.values()
    }


def test_the_stage_says_who_calls_and_the_caller_can_not(numbering: Template, deployment: str) -> None:
    assert numbering.only("ApiGateway::Stage", "Bearer")["Variables"] == {"authentication": "bearer"}
    variables = numbering.only("ApiGateway::Stage", "Iam")["Variables"]
    assert variables.pop("authentication") == "iam"
    linked = provider_systems() if deployment == "development" else ()
    assert set(variables) == {f"roles_{system}" for system in linked}
    for system in linked:
        session = f"arn:aws:sts::210987654321:assumed-role/linked-system-{system}/s"
        assert system_of(session, variables) == system


def invoking(numbering: Template) -> Iterator[Mapping[str, Any]]:
    policy = numbering.only("ApiGateway::RestApi", "Iam").get("Policy", {"Statement": []})
    yield from policy["Statement"]


def test_roles_may_make_the_calls_that_the_catalogue_grants_their_systems(synthesis: Synthesis) -> None:
    numbering, apis = synthesis.template("development", "Numbering"), catalogue().apis.values()
    found = {
        (role.rpartition("-")[2], resource.rpartition("/")[2])
        for statement in invoking(numbering)
        for role in as_list(statement["Principal"]["AWS"])
        for resource in as_list(statement["Resource"])
    }
    assert found == {
        (system, api.call.rpartition("/")[2])
        for system in provider_systems()
        for api in apis
        if api.call.rpartition("/")[2] in CALLS.values() and api.allows(system)
    }
    for statement in invoking(numbering):
        assert statement["Effect"] == "Allow"
        assert statement["Action"] == "execute-api:Invoke"
        assert not [resource for resource in as_list(statement["Resource"]) if "*" in resource]
    assert size(list(map(dict, invoking(numbering)))) <= API_POLICY_LIMIT


def test_where_nobody_is_linked_nobody_is_let_in(synthesis: Synthesis) -> None:
    assert not list(invoking(synthesis.template("production", "Numbering")))


def test_in_a_network_tokens_are_taken_from_inside_and_signatures_refused_from_outside(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    template, inside = synthesis.template("enclosed", "Numbering"), {"aws:SourceVpc": ENCLOSED.network.vpc_id}
    for door in DOORS:
        assert template.only("ApiGateway::RestApi", door)["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    (allow,) = template.only("ApiGateway::RestApi", "Bearer")["Policy"]["Statement"]
    assert (allow["Effect"], allow["Condition"]) == ("Allow", {"StringEquals": inside})
    # An allowance here would let in whatever role of whatever account is inside.
    (deny,) = invoking(template)
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"StringNotEquals": inside})
    assert (deny["Principal"], deny["Resource"]) == ({"AWS": "*"}, "execute-api:/*")


def answers(numbering: Template, door: str) -> dict[str, tuple[str | None, Any]]:
    """Return status and body of an API's own answers, by kind."""
    found = numbering.properties("ApiGateway::GatewayResponse")
    return {
        answer["ResponseType"]: (answer.get("StatusCode"), json.loads(answer["ResponseTemplates"]["application/json"]))
        for name, answer in found.items()
        if name.startswith(door)
    }


def test_what_api_gateway_answers_itself_has_the_published_form(numbering: Template) -> None:
    for door in DOORS:
        found = answers(numbering, door)
        for status, body in found.values():
            assert set(body) - {"errors"} == {"title", "detail", "_links"}
            assert status in (None, "400", "401", "404", "503")
        assert found["DEFAULT_5XX"][0] == found["THROTTLED"][0] == "503"
        assert found["DEFAULT_5XX"][1]["detail"] == "想定外のエラーが発生しました。"
        assert found["REQUEST_TOO_LARGE"][1]["errors"][0]["code"] == "E1541"
    assert answers(numbering, "Bearer")["MISSING_AUTHENTICATION_TOKEN"][0] == "404"
    signed = answers(numbering, "Iam")
    for kind in ("MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "EXPIRED_TOKEN", "ACCESS_DENIED"):
        assert (signed[kind][0], signed[kind][1]["detail"]) == ("401", "アクセストークンが無効です。")


def test_no_answer_repeats_what_a_caller_sent(numbering: Template) -> None:
    for door in DOORS:
        for _, body in answers(numbering, door).values():
            variables = json.dumps(body).replace("$context.resourcePath", "")
            assert "$" not in variables


def test_a_function_ends_before_api_gateway_stops_waiting(numbering: Template) -> None:
    for function in functions(numbering).values():
        assert 20 <= function["Timeout"] < 29


@pytest.mark.parametrize("stack", ["Numbering", "Access"])
def test_a_call_that_hangs_ends_before_the_function_does(synthesis: Synthesis, deployment: str, stack: str) -> None:
    template = synthesis.template(deployment, stack)
    called = {method["Integration"]["Uri"] for method in template.properties("ApiGateway::Method").values()}
    behind = {
        name: function
        for name, function in template.properties("Lambda::Function").items()
        if any(f"<{name}.Arn>" in uri for uri in called)
    }
    assert behind
    for function in behind.values():
        variables = function["Environment"]["Variables"]
        longest = clients.longest(float(variables[clients.SECONDS]), int(variables[clients.ATTEMPTS]))
        assert longest < function["Timeout"] < 29


def test_bodies_arrive_as_they_were_sent_and_the_log_does_not_have_them(numbering: Template) -> None:
    for door in DOORS:
        assert numbering.only("ApiGateway::RestApi", door)["BinaryMediaTypes"] == ["*/*"]
        stage = numbering.only("ApiGateway::Stage", door)
        (settings,) = stage["MethodSettings"]
        assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)
        assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (100, 200)


def test_the_firewall_of_production_lets_whole_requests_through(synthesis: Synthesis) -> None:
    for deployment in ("production", "enclosed"):
        template = synthesis.template(deployment, "Numbering")
        assert len(template.resources("WAFv2::WebACLAssociation")) == len(DOORS)
        for acl in template.properties("WAFv2::WebACL").values():
            rules = {rule["Name"]: rule for rule in acl["Rules"]}
            common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
            counted = {rule["Name"] for rule in common["RuleActionOverrides"]}
            assert counted == {"NoUserAgent_HEADER", "SizeRestrictions_BODY"}
            assert rules["Rate"]["Statement"]["RateBasedStatement"]["Limit"] == 30_000


def test_functions_have_all_their_settings_within_the_limit_of_lambda(numbering: Template) -> None:
    for function in functions(numbering).values():
        variables = function["Environment"]["Variables"]
        assert variables["RESIDENT_NUMBERS"] == variables["INTEGRATED_WITH_ISSUE"] == "false"
        assert variables["SEARCH_BEFORE_ISSUE"] == "false"
        assert json.loads(variables["NUMBER_RANGES"])["non_resident"]["first"] == 80_000_000_000_000
        assert numbering.size(function["Environment"]["Variables"]) < 4096


def test_what_holds_for_every_template_holds_for_this_one(numbering: Template) -> None:
    test_app.test_nothing_has_a_physical_name_but_where_one_is_needed([numbering])
    test_app.test_no_template_brings_a_custom_resource_or_a_function_that_is_not_ours([numbering])
    test_app.test_stacks_stay_below_the_limit_of_cloudformation([numbering])
    test_app.test_templates_need_no_parameter_and_no_bootstrap_rule([numbering])
    for group in numbering.properties("Logs::LogGroup").values():
        assert "KeysLogs" in group["KmsKeyId"]


def test_outputs_have_the_names_that_commands_and_systems_rely_on(numbering: Template) -> None:
    assert numbering.body["Outputs"].keys() >= {"NumberingApiUrl", "NumberingIamApiUrl"}


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (["role/a+b"], "no \\+ and @"),
        ([f"role/{'a' * 60}{number}" for number in range(9)], "512"),
        ([f"role/{'p' * 400}{number}/r{number}" for number in range(20)], "8192"),
    ],
)
def test_roles_that_aws_would_not_take_are_refused_before_it_does(tmp_path: Any, roles: list[str], says: str) -> None:
    linked = {"010": LinkedSystem(role_arns=tuple(f"arn:aws:iam::111122223333:{role}" for role in roles))}
    parameters = replace(development(CITY), linked=linked)
    with pytest.raises(ParameterError, match=says):
        compose(
            new_app(str(tmp_path)),
            parameters,
            systems=provider_systems(),
            functions=ROOT / "functions",
            layers=build_layers(),
        )
