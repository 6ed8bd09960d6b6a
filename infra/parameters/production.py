"""The stage that holds residents' records: nothing stateful can be deleted, by mistake or with its stack."""

from aws_cdk.aws_logs import RetentionDays

from infra.parameters.access import TokenServer
from infra.parameters.auditing import Auditing
from infra.parameters.municipalities import accepted_by
from infra.parameters.types import Parameters, Retries


def production(municipality: str) -> Parameters:
    """Return the parameters of a municipality's production stage.

    Nobody is linked yet: infra/parameters/linking.py shows how a municipality adds `linked=`.
    """
    return Parameters(
        stage="production",
        municipality=municipality,
        accepted_municipalities=accepted_by(municipality),
        protected=True,
        log_level="INFO",
        log_retention=RetentionDays.ONE_YEAR,
        access_log_days=365,
        # 16 to 32 minutes from the first attempt to the last.
        retries=Retries(attempts=8, first_seconds=15, factor=2),
        receive_concurrency=50,
        group_concurrency=20,
        tokens=TokenServer(firewall=True),
        auditing=Auditing(kept_days=7 * 365, locked_days=5 * 365),
    )
