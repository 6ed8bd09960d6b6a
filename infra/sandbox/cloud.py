"""The sandbox's cloud: one account and region on moto, reached by boto3 through its own loopback endpoint."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from infra.sandbox import clock
from infra.sandbox.access.enforcement import Access
from infra.sandbox.api.origins import Origins
from infra.sandbox.api.registry import Apis
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.mapping import Mapping
from infra.sandbox.running.schedules import Schedule

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
OPERATOR = ("test", "test")


@dataclass
class Cloud:
    """What the resource makers share: where the cloud is served, and the parts that run beside moto."""

    endpoint: str
    state_dir: Path
    functions: Functions
    apis: Apis
    origins: Origins
    access: Access
    juki_net: str = ""
    """URL of the simulator of 住基ネット that stands in for a CS; "": there is none."""
    account: str = ACCOUNT
    region: str = REGION
    layers: dict[str, Path] = field(default_factory=dict)
    """Folder of each layer, by its ARN."""
    mappings: list[Mapping] = field(default_factory=list)
    """What feeds functions; followed once everything is made."""
    schedules: list[Schedule] = field(default_factory=list)
    """Rules that fire by the clock; started once everything is made."""
    created: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was made: by type and logical id, what Ref gives."""
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def clock(self) -> Path:
        """The file that says how far functions are ahead of this machine's time."""
        return self.state_dir / clock.FILE

    @cached_property
    def _session(self) -> Any:
        # Any: the service's name is not known to the type checker here.
        return boto3.session.Session(
            aws_access_key_id=OPERATOR[0], aws_secret_access_key=OPERATOR[1], region_name=self.region
        )

    def client(self, service: str) -> Any:
        """Return the operator's boto3 client of `service`, made once."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint)
        return self._clients[service]
