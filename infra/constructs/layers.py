"""The two layers every function has, and the one of the function that draws. Their logical ids are fixed."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.bundling import Layers


class FunctionLayers(Construct):
    """`KyotsuLayer` (our packages and the catalogue) and `DependenciesLayer` (third-party packages for arm64)."""

    def __init__(self, scope: Construct, construct_id: str, *, built: Layers) -> None:
        super().__init__(scope, construct_id)
        self.all = [
            layer(self, "KyotsuLayer", str(built.kyotsu), "Kyotsu: packages and catalogue"),
            layer(self, "DependenciesLayer", str(built.dependencies), "Kyotsu: third-party packages of uv.lock"),
        ]


class FormsLayer(Construct):
    """`FormsLayer`: the PDF engine and its fonts, 130 MB; all layers of a function may have 250 MB."""

    def __init__(self, scope: Construct, construct_id: str, *, built: Layers) -> None:
        super().__init__(scope, construct_id)
        self.layer = layer(self, "FormsLayer", str(built.forms), "Kyotsu: PDF engine and fonts of uv.lock")


def layer(scope: Construct, logical_id: str, folder: str, description: str) -> lambda_.LayerVersion:
    """Return a layer for our functions, from a folder as Lambda unpacks it."""
    made = lambda_.LayerVersion(
        scope,
        logical_id,
        code=lambda_.Code.from_asset(folder),
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        compatible_architectures=[lambda_.Architecture.ARM_64],
        description=description,
    )
    cast("lambda_.CfnLayerVersion", made.node.default_child).override_logical_id(logical_id)
    return made
