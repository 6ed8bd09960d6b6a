"""Clients: one for each system, with secrets that can be changed while the client goes on working."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kyotsu.access.clients import ClientSecrets
from kyotsu.access.errors import ClientConflictError, ClientUnknownError
from kyotsu.contracts import outcomes
from tests.fakes.access import AccessWorld, MemoryAccess


@pytest.fixture
def world() -> AccessWorld:
    return AccessWorld()


def test_ids_and_secrets_are_what_the_standard_demands(world: AccessWorld) -> None:
    made = [world.registry().register(system) for system in ("001", "002", "031")]
    for client in made:
        assert re.fullmatch("[0-9A-Za-z]{32}", client.client_id)
        assert re.fullmatch("[0-9A-Za-z]{64}", client.client_secret)
    assert len({client.client_id for client in made} | {client.client_secret for client in made}) == 6


def test_a_system_has_one_client(world: AccessWorld) -> None:
    world.registry().register("001")
    with pytest.raises(ClientConflictError) as refused:
        world.registry().register("001")
    assert refused.value.code == outcomes.CLIENT_EXISTS.code


def test_a_system_that_the_catalogue_does_not_know_has_none(world: AccessWorld) -> None:
    with pytest.raises(ClientUnknownError) as refused:
        world.registry().register("099")
    assert refused.value.code == outcomes.SYSTEM_UNKNOWN.code
    for change in (world.registry().rotate, world.registry().disable, world.registry().enable):
        with pytest.raises(ClientUnknownError) as unregistered:
            change("001")
        assert unregistered.value.code == outcomes.CLIENT_UNREGISTERED.code


@dataclass
class Forgetful(MemoryAccess):
    """Fails once when a secret is to be kept."""

    failures: int = 1

    def write(self, system: str, changed: ClientSecrets) -> None:
        if self.failures:
            self.failures -= 1
            raise TimeoutError
        super().write(system, changed)


def test_a_registration_that_broke_off_goes_on() -> None:
    world = AccessWorld(store=Forgetful())
    with pytest.raises(TimeoutError):
        world.registry().register("001")
    claimed = world.store.of_system("001")
    assert claimed
    assert world.registry().register("001").client_id == claimed.client_id


def test_two_secrets_are_valid_after_a_rotation_and_never_three(world: AccessWorld) -> None:
    first = world.registry().register("001")
    second = world.registry().rotate("001", overlap=timedelta(days=2))
    assert valid(world) == [second.client_secret, first.client_secret]
    with pytest.raises(ClientConflictError) as refused:
        world.registry().rotate("001")
    assert refused.value.code == outcomes.ROTATION_RUNNING.code
    world.clock.forward(days=2)
    third = world.registry().rotate("001")
    assert valid(world) == [third.client_secret, second.client_secret]


def test_a_new_secret_that_got_lost_is_replaced_and_the_one_in_use_stays(world: AccessWorld) -> None:
    first = world.registry().register("001")
    lost = world.registry().rotate("001")
    new = world.registry().rotate("001", replace_newest=True)
    assert valid(world) == [new.client_secret, first.client_secret]
    assert lost.client_secret not in valid(world)


def test_a_secret_ends_and_an_overlap_does_not_lengthen_it(world: AccessWorld) -> None:
    world.registry().register("001", life=timedelta(days=3))
    second = world.registry().rotate("001", overlap=timedelta(days=7))
    world.clock.forward(days=3)
    assert valid(world) == [second.client_secret]
    world.clock.forward(days=362)
    assert valid(world) == []
    assert world.registry().rotate("001").client_secret == valid(world)[0]


def test_of_two_changes_at_once_one_is_told_to_try_again(world: AccessWorld) -> None:
    world.registry().register("001")
    store, registry = world.store, world.registry()
    before = store.read("001")
    assert before
    registry.rotate("001")
    late = ClientSecrets(client_id=before.client_id, revision=before.revision + 1, secrets=())
    with pytest.raises(ClientConflictError) as refused:
        store.write("001", late)
    assert refused.value.code == outcomes.CLIENT_CHANGED.code


def valid(world: AccessWorld) -> list[str]:
    kept = world.store.read("001")
    assert kept
    return [secret.value for secret in kept.valid(world.clock.now())]
