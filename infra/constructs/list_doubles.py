"""Probable doubles for clerks: `functions/addressees/list_doubles` compares who changed, by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.index_candidates import NOTED_PEOPLE, POSTINGS, STANDINGS
from infra.constructs.registry_access import CLERKS, let_read_standings
from infra.constructs.schedule import Schedule
from infra.constructs.table import TABLE_KEY, only_partitions
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.frequencies_table import PARTITION as FREQUENCIES

SOURCE = "addressees/list_doubles"


class ListDoubles(Construct):
    """The function, its clock, and the alarm about people who could not be compared."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.function = self._function()
        self._let_it_compare()
        minutes = platform.parameters.numbering.doubles_every
        self.clock = Schedule(
            self, "Clock", platform=platform, stateful=stateful, function=self.function, minutes=minutes
        )
        failed = each_minute("Kyotsu", "DoublesFailed", "Sum", service=SOURCE)
        says = "二重登録の疑いを調べられない人がいます。次の回にもう一度調べます。"
        platform.alarms.raise_when(self, "DoublesFailed", failed, at_least=1, says=says)

    def _function(self) -> PythonFunction:
        parameters, stateful = self._platform.parameters, self._stateful
        return PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source=SOURCE,
            timeout=Duration.minutes(15),
            memory_mib=1769,  # a whole core: comparing is what takes the time
            environment={
                "MUNICIPALITY": parameters.municipality,
                "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
                "CANDIDATES_TABLE": stateful.candidates.table.table_name,
                "FINGERPRINT_SECRET": stateful.personal.secret_arn,
                "DOUBLES_EXPECTED": str(parameters.numbering.doubles_expected),
                "DOUBLES_LEAST": str(parameters.numbering.doubles_least),
            },
        )

    def _let_it_compare(self) -> None:
        stateful, function, parameters = self._stateful, self.function, self._platform.parameters
        candidates, registry = [stateful.candidates.table.table_arn], [stateful.addressees.table.table_arn]
        function.allow(["dynamodb:Query"], candidates, **only_partitions(parameters, *POSTINGS))
        function.allow(["dynamodb:BatchGetItem"], candidates, **only_partitions(parameters, STANDINGS))
        function.allow(["dynamodb:GetItem"], candidates, **only_partitions(parameters, FREQUENCIES))
        noted = only_partitions(parameters, NOTED_PEOPLE)
        function.allow(["dynamodb:DeleteItem", "dynamodb:Query"], candidates, **noted)
        let_read_standings(function, stateful, parameters)
        listing = ["ConditionCheckItem", "DeleteItem", "PutItem", "Query"]
        own = only_partitions(parameters, CLERKS)
        function.allow([f"dynamodb:{action}" for action in listing], registry, **own)
        function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)
        stateful.personal.let_compare(function)
