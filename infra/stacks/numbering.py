"""住登外者宛名番号管理 and 団体内統合宛名: the APIs that issue and show numbers, and the functions behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.api import PATIENCE
from infra.constructs.certificate_access import SHOW_CERTIFICATE, CertificateAccess
from infra.constructs.follow_residents import FollowResidents
from infra.constructs.function import PythonFunction
from infra.constructs.index_candidates import IndexCandidates
from infra.constructs.integrated_access import ISSUE as ISSUE_INTEGRATED
from infra.constructs.integrated_access import SHOW as SHOW_INTEGRATED
from infra.constructs.integrated_access import IntegratedAccess
from infra.constructs.list_doubles import ListDoubles
from infra.constructs.moving_access import MovingAccess
from infra.constructs.numbering_access import ISSUE, SHOW, NumberingAccess
from infra.constructs.numbering_api import NumberingApi, watch_refusals
from infra.constructs.outputs import publish
from infra.constructs.publish_integrated import PublishIntegrated
from infra.constructs.search_access import SEARCH, SearchAccess
from infra.parameters.types import Parameters
from infra.stacks.access import AccessStack
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack
from infra.systems import catalogue
from kyotsu.catalogue.apis import in_parallel
from kyotsu.catalogue.model import Api

TIMEOUT = Duration.seconds(28)
"""API Gateway waits for 29."""


class NumberingStack(Stack):
    """One function for each call, two APIs in front of all of them."""

    def __init__(
        self,
        scope: Construct,
        *,
        parameters: Parameters,
        stateful: StatefulStack,
        access: AccessStack,
        functions: Path,
        layers: Layers,
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Numbering",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: numbers of addressees",
        )
        # Also for the setting that lets API Gateway write access logs, which the stack of the tokens makes.
        self.add_stack_dependency(access)
        self._platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        self._access = let = NumberingAccess(parameters, stateful, access.issuer)
        self._apis = catalogue().apis.values()
        self._serving: dict[PythonFunction, Sequence[Api]] = {}
        self._call("IssueNumber", ISSUE, "jutogaishaatenabangofuban", let.let_issue_both)
        self._call("EditRecord", "addressees/edit_record", "jutogaishaatenakihonjohokoshin", let.let_edit)
        self._call("ShowHistory", SHOW, "jutogaishaatenarirekishokai", let.let_show)
        search = SearchAccess(parameters, stateful)
        self._call("SearchCandidates", SEARCH, "jutogaishaatenakihonjohosyokai", search.let_search)
        resident = "addressees/issue_resident_number"
        self._call("IssueResidentNumber", resident, "juminatenabangofuban", let.let_obtain)
        integrated = IntegratedAccess(parameters, stateful)
        self._call("IssueIntegrated", ISSUE_INTEGRATED, "dantainaitogoatenabangofuban", integrated.let_issue)
        self._call("ShowIntegrated", SHOW_INTEGRATED, "dantainaitogoatenakihonjohosyokai", integrated.let_show)
        moving = CertificateAccess(MovingAccess(self._platform, stateful))
        own = moving.environment()
        self._call("ShowCertificate", SHOW_CERTIFICATE, "tenshutsushomeishojohoshokai", moving.let_show, own)
        self.bearer = NumberingApi(self, "Bearer", platform=self._platform, serving=self._serving, signed=False)
        self.signed = NumberingApi(self, "Iam", platform=self._platform, serving=self._serving, signed=True)
        self.follow_residents = FollowResidents(self, "FollowResidents", platform=self._platform, stateful=stateful)
        self.publish_integrated = PublishIntegrated(
            self, "PublishIntegrated", platform=self._platform, stateful=stateful
        )
        self.index_candidates = IndexCandidates(self, "IndexCandidates", platform=self._platform, stateful=stateful)
        self.list_doubles = ListDoubles(self, "ListDoubles", platform=self._platform, stateful=stateful)
        self._publish_outputs()

    def _publish_outputs(self) -> None:
        follow, integrated, index = self.follow_residents, self.publish_integrated, self.index_candidates
        publish(
            self,
            {
                "NumberingApiUrl": self.bearer.url,
                "NumberingIamApiUrl": self.signed.url,
                "FollowResidentsDeadLetters": follow.queue.dead_letters.queue.queue_url,
                "FollowResidentsFunction": follow.function.function.function_name,
                "FollowResidentsQueue": follow.queue.queue.queue_url,
                "IndexCandidatesDeadLetters": index.queue.dead_letters.queue.queue_url,
                "IndexCandidatesFunction": index.function.function.function_name,
                "IndexCandidatesQueue": index.queue.queue.queue_url,
                "ListDoublesFunction": self.list_doubles.function.function.function_name,
                "ListDoublesUnstarted": self.list_doubles.clock.unstarted.queue.queue_url,
                "PublishIntegratedDeadLetters": integrated.dead_letters.queue.queue_url,
                "PublishIntegratedFunction": integrated.function.function.function_name,
                "SweepCandidatesFunction": index.sweep.function.function_name,
                "SweepCandidatesUnstarted": index.clock.unstarted.queue.queue_url,
                "UndeliveredCandidates": index.undelivered.queue.queue_url,
                "UndeliveredResidents": follow.undelivered.queue.queue_url,
            },
        )

    def _call(
        self,
        name: str,
        source: str,
        call: str,
        let: Callable[[PythonFunction], None],
        own: Mapping[str, str] | None = None,
    ) -> None:
        """Add the function of a call, in all versions that are in use, with settings of its own."""
        function = PythonFunction(
            self,
            name,
            platform=self._platform,
            source=source,
            timeout=TIMEOUT,
            memory_mib=1024,
            environment={**self._access.environment(), **PATIENCE, **(own or {})},
        )
        self._access.let_check_tokens(function)
        let(function)
        watch_refusals(function, self._platform, source)
        self._serving[function] = in_parallel(self._apis, call)
