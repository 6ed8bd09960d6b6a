"""`kyotsu addressee retell`: what was lost in the dead letters of the registry's stream, told again."""

from __future__ import annotations

from typing import Annotated

import boto3
import typer

from kyotsu.contracts.audit import Deed
from kyotsu.runtime.events import EventBus
from kyotsu.wiring.changes import registry_changes_of
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.output import console
from kyotsu_cli.registry import Registry, unregistered


def retell(number: Annotated[str, typer.Argument(help="宛名番号")]) -> None:
    """記録の履歴のすべてを、業務とイベントの利用側に知らせ直す。届いている通知は変わらない。"""
    deployment = connect()
    registry, outputs = Registry(deployment), deployment.outputs
    history = registry.table.history(number)
    if not history:
        raise unregistered(number)
    registry.tell("addressee retell", [number], Deed.CHANGED)
    bus = EventBus(boto3.client("events"), outputs["EventBus"])
    tables = (outputs["AddresseesTable"], outputs["ResidentsTable"])
    registry_changes_of(deployment.municipality, tables, catalogue(), outputs["BucketPrefix"], bus).retell(history)
    console.print(f"{number}：履歴{len(history)}件を知らせ直しました。", highlight=False)
