"""Sealing of items with the keys of a deployment."""

from __future__ import annotations

import functools

from kyotsu.catalogue.model import Catalogue
from kyotsu.residents.sealing import Sealing
from kyotsu.runtime import clients
from kyotsu.runtime.fingerprints import HmacFingerprints, secret_key
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.wiring.catalogue import sealed_items


def deployed_sealing(catalogue: Catalogue, municipality: str, personal_key: str, fingerprint_secret: str) -> Sealing:
    """Return what seals items and tells rows apart, given the ARNs of the key and the secret.

    Neither is asked for anything before it is needed.
    """
    return Sealing(
        KmsSealer(clients.kms, personal_key, municipality),
        HmacFingerprints(lambda: secret_key(clients.secrets(), fingerprint_secret), municipality),
        functools.cache(lambda layout: sealed_items(catalogue, layout)),
    )
