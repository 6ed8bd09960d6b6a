"""引越しOSS: what a municipality chooses. Official figures are not public; each default says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from infra.parameters.errors import ParameterError
from kyotsu.moving.rules import Rules

LONGEST_EXECUTION = 360
"""Days, below the year that Step Functions lets an execution take."""
_LEAST_JUKI_DAYS = 14
"""A message waits as long in its queue and dead letters; what it tells of must still be there."""


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Cases of 引越しOSS and their papers."""

    rules: Rules = field(default_factory=Rules)
    """Windows, 決裁, periods of 特例転入, and when papers are destroyed: `kyotsu.moving.rules`."""
    portal_system: str = "029"
    """System of the catalogue into whose bucket documents of マイナポータル come (申請管理)."""
    restraint_of_protected: Literal["alert", "error"] = "error"
    """異動抑止 of people under 支援措置: an error waits until a clerk released it, an alert asks for an approval."""
    case_days: int = 300
    """The bound of last resort: how long a machine waits at all. A case ends by its deadlines, long before."""
    papers_days: int = 450
    """When S3 removes a paper that erasure forgot. Before that every case has ended and was erased."""
    juki_days: int = 60
    """When S3 removes what the CS brought; each object is deleted once its case has it."""
    erase_every: int = 60
    """Minutes between two looks at what is to be erased; each erases what is due by its day."""
    watch_every: int = 5
    """Minutes between two looks at deadlines, and at cases that stand still."""
    most_generations: int = 20
    """Executions of one case; after so many failures only an operator starts another one."""
    intake_concurrency: int = 5
    """How many documents are received at once."""

    def __post_init__(self) -> None:
        if not 0 < self.case_days <= LONGEST_EXECUTION:
            raise ParameterError(f"a case may take {LONGEST_EXECUTION} days at most")
        # A case may be planned after its opening, by as much as the window allows.
        if self.papers_days < self.case_days + self.rules.window_before + self.rules.erase_days:
            raise ParameterError("papers may not expire before their case can have ended and been erased")
        if self.juki_days < _LEAST_JUKI_DAYS:
            raise ParameterError(f"what the CS brought must stay for {_LEAST_JUKI_DAYS} days")
        if min(self.watch_every, self.most_generations) < 1:
            raise ParameterError("watches and executions count from 1")
