"""Providers that should send and don't: silence is an error of no file, so that nothing else would tell of it."""

from __future__ import annotations

from collections.abc import Iterable

from constructs import Construct

from infra.constructs.alarms import each_hour
from infra.constructs.function import Platform
from infra.systems import ExpectedFile

NAMESPACE, FILES_RECEIVED = "Kyotsu", "FilesReceived"
"""As in `kyotsu.runtime.metrics`, which receive_file publishes with (a test compares them)."""


class ProviderSilence(Construct):
    """One alarm for each provider and interface whose files the catalogue expects."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, expected: Iterable[ExpectedFile]
    ) -> None:
        super().__init__(scope, construct_id)
        municipality = platform.parameters.municipality
        for file in expected:
            metric = each_hour(
                NAMESPACE,
                FILES_RECEIVED,
                "Sum",
                municipality=municipality,
                provider=file.provider,
                interface=file.interface,
            )
            platform.alarms.raise_when_silent(
                Construct(self, f"{file.interface}From{file.provider}"),
                "ProviderSilent",
                metric,
                hours=file.hours,
                says=f"{file.provider} から {file.interface} のファイルが{file.hours}時間届いていません。",
            )
