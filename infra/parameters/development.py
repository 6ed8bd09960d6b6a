"""A stage to try things in: everything can be removed again."""

from aws_cdk.aws_logs import RetentionDays

from infra.parameters.access import TokenServer
from infra.parameters.cs import CommunicationServer
from infra.parameters.linking import EXAMPLE_ACCOUNT, everybody
from infra.parameters.moving import Moving
from infra.parameters.municipalities import accepted_by
from infra.parameters.types import Parameters, Retries
from infra.simulated import CS_URL
from infra.systems import provider_systems
from kyotsu.moving.rules import Rules


def development(municipality: str, linked_account: str | None = EXAMPLE_ACCOUNT) -> Parameters:
    """Return the parameters of a municipality's development stage.

    `linked_account` is where each linked system has its role `linked-system-{id}`; None: they have none on AWS.
    """
    return Parameters(
        stage="development",
        municipality=municipality,
        accepted_municipalities=accepted_by(municipality),
        protected=False,
        log_level="DEBUG",
        log_retention=RetentionDays.ONE_MONTH,
        access_log_days=30,
        # Short, so that whoever tries things sees the end of a failure within seconds.
        retries=Retries(attempts=3, first_seconds=1, factor=2),
        receive_concurrency=5,
        group_concurrency=5,
        # Low, so that a file of a few MB goes the way of a large one.
        small_chunks=2,
        # Whoever tries things sends one file after the other.
        settling_seconds=0,
        tokens=TokenServer(allow_basic=True),
        cs=CommunicationServer(url=CS_URL, sweep_every=1),
        moving=Moving(rules=Rules(approval="automatic"), watch_every=1),
        linked=everybody(provider_systems(), linked_account),
    )
