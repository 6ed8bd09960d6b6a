"""The index of candidates: changes of residents and of the registry reach `functions/addressees/index_candidates`, and
by the clock `functions/addressees/sweep_candidates` compares all of it."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import DeadLetters
from infra.constructs.registry_access import NO_NUMBER
from infra.constructs.schedule import Schedule
from infra.constructs.table import FAILURES, TABLE_KEY, only_partitions
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.doubles_noted import PARTITION as NOTED
from kyotsu.addressees.frequencies_table import PARTITION as FREQUENCIES
from kyotsu.addressees.index_table import STANDING
from kyotsu.addressees.walk_table import PARTITION as WALK

INDEX, SWEEP = "addressees/index_candidates", "addressees/sweep_candidates"
TIMEOUT = Duration.minutes(1)
# Events of the bus, not the tables' streams: a stream serves two readers, and the events tell all that is needed.
RECORDED = {"source": ["kyotsu"], "detail-type": ["AddresseeRecorded", "ResidentRecorded"]}
POSTINGS = tuple(f"{scope}#*" for scope in Scope)
STANDINGS = f"{STANDING}#*"
NOTED_PEOPLE = f"{NOTED}#*"
"""Who is to be compared by the sweep for doubles: `kyotsu.addressees.doubles_noted`."""


class IndexCandidates(Construct):
    """The rule, its queue and the function that follows people; the function that sweeps, and its clock."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = work_queue(self, "Changes", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        announce(
            self,
            "Recorded",
            description="A resident or a record of the registry was written",
            pattern=RECORDED,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=stateful.bus.event_bus_name,
        )
        self.function = self._function("Index", INDEX, TIMEOUT, 512, self.queue.retry_environment())
        self._let_it_write(self.function, [])
        failures = only_partitions(platform.parameters, FAILURES)
        self.function.allow(["dynamodb:PutItem"], [stateful.linkage.table.table_arn], **failures)
        says = "変更を候補者検索の索引に反映できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=10, says=says, batch_size=10)
        self.sweep = self._sweep()
        minutes = platform.parameters.numbering.index_sweep_every
        self.clock = Schedule(self, "Clock", platform=platform, stateful=stateful, function=self.sweep, minutes=minutes)
        self._alarm()

    def _function(
        self, name: str, source: str, timeout: Duration, memory_mib: int, more: Mapping[str, str]
    ) -> PythonFunction:
        platform, stateful = self._platform, self._stateful
        return PythonFunction(
            self,
            name,
            platform=platform,
            source=source,
            timeout=timeout,
            memory_mib=memory_mib,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
                "CANDIDATES_TABLE": stateful.candidates.table.table_name,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                "FINGERPRINT_SECRET": stateful.personal.secret_arn,
                **more,
            },
        )

    def _sweep(self) -> PythonFunction:
        numbering, stateful = self._platform.parameters.numbering, self._stateful
        settings = {"GRACE_MINUTES": str(numbering.index_grace), "WALK_HOURS": str(numbering.index_walk_hours)}
        sweep = self._function("Sweep", SWEEP, Duration.minutes(15), 1769, settings)
        self._let_it_write(sweep, ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"])
        candidates = [stateful.candidates.table.table_arn]
        noting = only_partitions(self._platform.parameters, WALK, FREQUENCIES)
        sweep.allow(["dynamodb:GetItem", "dynamodb:PutItem"], candidates, **noting)
        # A scan has no partition that it could be held to.
        tables = [stateful.addressees.table.table_arn, stateful.residents.table.table_arn]
        sweep.allow(["dynamodb:Scan"], [*candidates, *tables])
        return sweep

    def _let_it_write(self, function: PythonFunction, more: list[str]) -> None:
        """Let a function read people and write what stands of them."""
        stateful, parameters = self._stateful, self._platform.parameters
        numbers = only_partitions(parameters, "*", but=NO_NUMBER)
        function.allow(["dynamodb:Query"], [stateful.addressees.table.table_arn], **numbers)
        own = only_partitions(parameters, "*")
        function.allow(["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **own)
        index = only_partitions(parameters, STANDINGS, *POSTINGS)
        writing = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", *more]
        function.allow(writing, [stateful.candidates.table.table_arn], **index)
        noted = only_partitions(parameters, NOTED_PEOPLE)
        function.allow(["dynamodb:PutItem"], [stateful.candidates.table.table_arn], **noted)
        function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)
        stateful.personal.let_compare(function)

    def _alarm(self) -> None:
        self._platform.alarms.raise_when(
            self,
            "CandidatesRepaired",
            each_minute("Kyotsu", "CandidatesRepaired", "Sum", service=SWEEP),
            at_least=1,
            says="候補者検索の索引が台帳・住民と違っていたため、直しました。",
        )
