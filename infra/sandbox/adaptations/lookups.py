"""Look-ups that moto repeats for every request, remembered: together a third of a small request's time.

moto lists its own folder to find the service of a host, and inspects a response class to find its actions.
"""

from functools import cache

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from infra.sandbox.adaptations.patching import Patches


def adapt(patches: Patches) -> None:
    """Remember what depends on nothing but its arguments."""
    patches.replace(DomainDispatcherApplication, "get_backend_for_host", cache)
    patches.replace(responses, "method_names_from_class", cache)
