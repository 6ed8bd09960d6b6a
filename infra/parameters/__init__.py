"""Typed parameters of each stage."""

from infra.parameters.development import development
from infra.parameters.linking import IdentityProvider, LinkedSystem
from infra.parameters.production import production
from infra.parameters.types import Network, ParameterError, Parameters, Stage

STAGES = {"development": development, "production": production}
"""How the parameters of each stage are made for a municipality."""

__all__ = [
    "STAGES",
    "IdentityProvider",
    "LinkedSystem",
    "Network",
    "ParameterError",
    "Parameters",
    "Stage",
    "development",
    "production",
]
