"""What a linked system may do with files, told by the catalogue alone: the one model that every policy is made of."""

from __future__ import annotations

from dataclasses import dataclass

from kyotsu.catalogue.model import Catalogue, Interface


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """An interface that a system receives, and the system whose bucket its deliveries stand in."""

    bucket: str
    interface: str


@dataclass(frozen=True, slots=True)
class Grants:
    """What one system may do. Ids of systems are in lower case, as in names of buckets and in keys."""

    system: str
    sends: bool
    """It puts files into its own `outbox/`, and reads its own `answers/` and `notices/`."""
    brings: bool
    """It puts documents of マイナポータル into its own `inbox/`, and reads its own `answers/inbox/` and `status/`."""
    deliveries: tuple[Delivery, ...]
    """What it reads and acknowledges below `deliveries/{system}/`, and nothing else there."""

    @property
    def prefix(self) -> str:
        """What the keys of all its deliveries begin with."""
        return f"deliveries/{self.system}/"

    @property
    def buckets(self) -> tuple[str, ...]:
        """The systems in whose buckets it may do anything at all."""
        own = {self.system} if self.sends or self.brings else set[str]()
        return tuple(sorted(own | {delivery.bucket for delivery in self.deliveries}))

    def interfaces(self, bucket: str) -> tuple[str, ...]:
        """Return the interfaces whose deliveries it finds in a system's bucket."""
        return tuple(delivery.interface for delivery in self.deliveries if delivery.bucket == bucket)


def grants(catalogue: Catalogue, system_id: str) -> Grants:
    """Return what a system of the catalogue may do; raises KeyError if the catalogue has none of that id."""
    entry = catalogue.systems[system_id.lower()]
    system = entry.id.lower()
    interfaces = catalogue.interfaces.values()
    found = {
        Delivery(bucket, interface.id) for interface in interfaces for bucket in _places(catalogue, interface, system)
    }
    return Grants(
        system=system,
        # 引越しOSS makes the files of whoever brings applications.
        sends=not entry.applications and any(interface.accepts_provider(system) for interface in interfaces),
        brings=entry.applications,
        deliveries=tuple(sorted(found)),
    )


def all_grants(catalogue: Catalogue) -> tuple[Grants, ...]:
    """Return what each system of the catalogue may do, by id."""
    return tuple(grants(catalogue, system) for system in sorted(catalogue.systems))


def _places(catalogue: Catalogue, interface: Interface, system: str) -> tuple[str, ...]:
    """Return the systems in whose buckets a system's deliveries of an interface stand."""
    recipient = interface.recipient(system)
    if recipient is None:
        return ()
    if recipient.place == "recipient":
        return (system,)
    providers = catalogue.systems if interface.providers == "any" else interface.providers
    return tuple(provider.lower() for provider in providers)
