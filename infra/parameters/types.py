"""What may differ between two deployments of the same code. Values live in one module per stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import Aws, Environment, RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from infra.parameters.access import TokenServer
from infra.parameters.auditing import Auditing
from infra.parameters.cs import CommunicationServer
from infra.parameters.errors import ParameterError
from infra.parameters.linking import LinkedSystem, check_linked
from infra.parameters.moving import Moving
from infra.parameters.numbering import Numbering
from infra.parameters.watching import Watching

__all__ = ["LogLevel", "Network", "ParameterError", "Parameters", "Retries", "Stage"]

_LONGEST_DELAY = 900
Stage = Literal["development", "production"]
LogLevel = Literal["DEBUG", "INFO"]
"""Not above INFO: lines of that level carry our own metrics."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """An existing private network. Kyotsu makes no VPC: on Government Cloud the municipality's operator owns it."""

    vpc_id: str
    availability_zones: tuple[str, ...]
    subnet_ids: tuple[str, ...]
    """Private subnets, one for each availability zone, in the same order."""
    endpoint_ids: tuple[str, ...] = ()
    """VPC endpoints of S3, DynamoDB, EventBridge, KMS, Secrets Manager, SQS, SNS, Step Functions and STS. If given,
    what functions may do holds only through them."""
    api_endpoint_ids: tuple[str, ...] = ()
    """VPC endpoints of API Gateway (`execute-api`) through which our APIs are reached; none: any of this VPC."""

    def __post_init__(self) -> None:
        if not self.subnet_ids or len(self.subnet_ids) != len(self.availability_zones):
            raise ParameterError("a network needs one private subnet for each of its availability zones")


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often a message of a queue is tried, and how long it waits in between: first × factor ^ n seconds, of which
    each wait takes half to all, by chance."""

    attempts: int
    first_seconds: float
    factor: float

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_seconds <= 0 or self.factor < 1:
            raise ParameterError("a message is tried at least once, and its waits don't shrink")

    @property
    def shortest_seconds(self) -> float:
        """The shortest time from a message's first attempt to its last."""
        return sum(self.first_seconds * self.factor**wait / 2 for wait in range(self.attempts - 1))


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """One deployment: one municipality (団体コード, 6 digits) and one stage, in its own account."""

    stage: Stage
    municipality: str
    accepted_municipalities: tuple[str, ...]
    """市区町村コード whose people this deployment keeps: its own and, in a designated city, the wards'."""
    protected: bool
    """Whether stateful resources outlive their stack and refuse deletion."""
    log_level: LogLevel
    log_retention: RetentionDays
    access_log_days: int
    retries: Retries
    """Of every queue. In production an outage of ten minutes must not end in dead letters."""
    receive_concurrency: int
    """How many files are received at once (2 to 1,000)."""
    group_concurrency: int
    """How many groups of one large file are applied at once."""
    small_chunks: int = 8
    """Chunks of 2 to 3 MiB that a file may have to be applied by one function; a larger one is handed over."""
    settling_seconds: int = 30
    """How long after a file's answer its deliveries are planned (0 to 900): files that protect people, sent at about
    the same time, have arrived by then, and are waited for."""
    reserved_concurrency: int | None = None
    """Concurrency set aside for each function; None shares the account's, which a new account has too little of."""
    oldest_message_seconds: int = 900
    """Age of the oldest file not yet received, or change not yet published, at which operators are alarmed."""
    watching: Watching = field(default_factory=Watching)
    auditing: Auditing = field(default_factory=Auditing)
    tokens: TokenServer = field(default_factory=TokenServer)
    numbering: Numbering = field(default_factory=Numbering)
    moving: Moving = field(default_factory=Moving)
    cs: CommunicationServer = field(default_factory=CommunicationServer)
    linked: Mapping[str, LinkedSystem] = field(default_factory=dict)
    """How systems of the catalogue prove who they are, by id; who is not here has no access to any file."""
    account: str | None = None
    """The only account this may be deployed to; None takes that of the deployer's credentials."""
    region: str = "ap-northeast-1"
    standby_region: str = "ap-northeast-3"
    """Where replicas and backups go; no resource of part 1 stands there yet."""
    network: Network | None = None
    """None runs the functions outside any VPC."""
    permissions_boundary: str | None = None
    """ARN of the managed policy that bounds every role, where the organisation demands one."""

    def __post_init__(self) -> None:
        for code in (self.municipality, *self.accepted_municipalities):
            if not re.fullmatch("[0-9]{6}", code):
                raise ParameterError(f"{code!r} is not a municipality code of 6 digits")
        if self.municipality not in self.accepted_municipalities:
            raise ParameterError(f"{self.municipality} must accept its own code")
        if not 2 <= self.receive_concurrency <= 1000:
            raise ParameterError("SQS lets a function receive between 2 and 1,000 messages at once")
        if self.group_concurrency < 1 or self.small_chunks < 1:
            raise ParameterError("a large file needs a worker, and a small one a chunk")
        if not 0 <= self.settling_seconds <= _LONGEST_DELAY:
            raise ParameterError("SQS keeps a message back for 900 seconds at most")
        if self.region == self.standby_region:
            raise ParameterError("the standby region must be another region")
        check_linked(self.linked, self.account)

    @property
    def name(self) -> str:
        """What the names of this deployment's stacks begin with."""
        return f"Kyotsu-{self.stage}-{self.municipality}"

    @property
    def bucket_prefix(self) -> str:
        """What names of provider buckets, and of no other bucket, begin with (may hold the CDK's account token)."""
        return f"kyotsu-{self.stage}-{self.municipality}-{self.account or Aws.ACCOUNT_ID}-"

    @property
    def client_secret_prefix(self) -> str:
        """What names of the secrets of clients, and of no other secret, begin with."""
        return f"{self.name}/clients/"

    @property
    def environment(self) -> Environment:
        """The account and region of every stack."""
        return Environment(account=self.account, region=self.region)

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What happens to a stateful resource that leaves its stack."""
        return RemovalPolicy.RETAIN if self.protected else RemovalPolicy.DESTROY
