"""The two layers every function has. Their logical ids are fixed: the sandbox tells them apart by these."""

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
            self._layer("KyotsuLayer", str(built.kyotsu), "Kyotsu: packages and catalogue"),
            self._layer("DependenciesLayer", str(built.dependencies), "Kyotsu: third-party packages of uv.lock"),
        ]

    def _layer(self, logical_id: str, folder: str, description: str) -> lambda_.LayerVersion:
        layer = lambda_.LayerVersion(
            self,
            logical_id,
            code=lambda_.Code.from_asset(folder),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
            description=description,
        )
        cast("lambda_.CfnLayerVersion", layer.node.default_child).override_logical_id(logical_id)
        return layer
