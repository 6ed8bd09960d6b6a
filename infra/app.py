"""The CDK app of Kyotsu: the stacks of each municipality and stage.

    make synth                                    both stages of the default municipality into cdk.out/
    python infra/app.py                           the same
    npx cdk deploy --all -c stage=production -c municipality=141003

What to compose is told by the CDK context `stage` and `municipality`, or by the environment variables
`KYOTSU_STAGE` and `KYOTSU_MUNICIPALITY`; without a stage, both are synthesized into one assembly. Several
municipalities are separated by commas. `linked_account` is the account in which the linked systems of a development
stage have their roles, or `none`; by default it is one that exists in sandboxes only. All that differs between stages
stands in `infra/parameters/`.
The sandbox reads the assembly this writes and never imports the CDK.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    # Started as a script, Python would take our `infra/constructs` for the library `constructs`.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from aws_cdk import App, DefaultStackSynthesizer, Tags
from aws_cdk.aws_iam import ManagedPolicy, PermissionsBoundary
from constructs import Construct

from infra.bundling import Layers, build_layers
from infra.parameters import STAGES, ParameterError, Parameters
from infra.parameters.linking import everybody
from infra.stacks.access import AccessStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.linkage import LinkageStack
from infra.stacks.moving import MovingStack
from infra.stacks.numbering import NumberingStack
from infra.stacks.stateful import StatefulStack
from infra.stacks.watch import WatchStack
from infra.systems import provider_systems

ROOT = Path(__file__).resolve().parent.parent
FEATURES = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    # The stateful stack can't drop what the linkage stack still uses.
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
}
"""Feature flags stand here and not in cdk.json, so that the CLI and plain Python write the same templates."""


def new_app(outdir: str) -> App:
    """Return an empty app whose assembly is written to a folder."""
    return App(
        outdir=outdir,
        analytics_reporting=False,
        context=FEATURES,
        default_stack_synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )


def compose(
    scope: Construct, parameters: Parameters, *, systems: Sequence[str], functions: Path, layers: Layers
) -> None:
    """Add the stacks of one deployment to an app."""
    stateful = StatefulStack(scope, parameters=parameters, systems=systems)
    access = AccessStack(scope, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
    numbering = NumberingStack(
        scope, parameters=parameters, stateful=stateful, access=access, functions=functions, layers=layers
    )
    linkage = LinkageStack(scope, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
    delivery = DeliveryStack(scope, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
    moving = MovingStack(scope, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
    watch = WatchStack(
        scope, parameters=parameters, stateful=stateful, linkage=linkage, functions=functions, layers=layers
    )
    for stack in (stateful, access, numbering, linkage, delivery, moving, watch):
        Tags.of(stack).add("kyotsu:stage", parameters.stage)
        Tags.of(stack).add("kyotsu:municipality", parameters.municipality)
        if parameters.permissions_boundary:
            boundary = ManagedPolicy.from_managed_policy_arn(stack, "Boundary", parameters.permissions_boundary)
            PermissionsBoundary.of(stack).apply(boundary)


def chosen(app: App) -> list[Parameters]:
    """Return the parameters of every deployment that the context or the environment asks for.

    Raises ParameterError for a stage or municipality that can't be deployed.
    """

    def setting(name: str) -> str:
        return app.node.try_get_context(name) or os.environ.get(f"KYOTSU_{name.upper()}", "")

    stages = [setting("stage")] if setting("stage") else list(STAGES)
    for stage in stages:
        if stage not in STAGES:
            raise ParameterError(f"stage {stage!r} is not one of {', '.join(STAGES)}")
    municipalities = (setting("municipality") or "141003").split(",")
    found = [STAGES[stage](municipality) for municipality in municipalities for stage in stages]
    account = setting("linked_account")
    return [_linked_from(parameters, account) for parameters in found] if account else found


def _linked_from(parameters: Parameters, account: str) -> Parameters:
    """Return the parameters with a development stage's linked systems in another account, or in `none`."""
    if parameters.stage != "development":
        return parameters
    return replace(parameters, linked=everybody(parameters.linked, None if account == "none" else account))


def main() -> None:
    """Write the assembly of the chosen deployments to the CLI's folder, or to cdk.out/."""
    app = new_app(os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out")))
    systems, layers = provider_systems(), build_layers()
    for parameters in chosen(app):
        compose(app, parameters, systems=systems, functions=ROOT / "functions", layers=layers)
    app.synth()


if __name__ == "__main__":
    main()
