"""Object keys of file linkage: what a sender's key says, and where its answer goes.

    outbox/{連携ID}-{枝番}/{連携ID}_{枝番}_{F|D}_{版}_{YYYYMMDDhhmmss}_{連番6桁}.csv

The official layout (別紙8) is not public; this one is ours.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Mode
from kyotsu.linkage.rejection import FileRejectedError

OUTBOX = "outbox/"
ANSWERS = "answers/"
MAX_KEY_BYTES = 1024

_INTERFACE = re.compile(r"([0-9A-Za-z]{3}[a-z])([0-9]{2,3})")
_NAME = re.compile(
    r"(?P<interface>[0-9A-Za-z]{3}[a-z][0-9]{2,3})_(?P<branch>[0-9]{2})_(?P<mode>[FD])_(?P<version>v[0-9]{1,3})"
    r"_(?P<sent_at>[0-9]{14})_(?P<sequence>[0-9]{6})\.(?i:csv)"
)


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One version of one object; what a receipt is about."""

    bucket: str
    key: str
    version_id: str

    @property
    def receipt_id(self) -> str:
        """26 characters that stand for exactly this version of this object."""
        digest = hashlib.sha256("\0".join((self.bucket, self.key, self.version_id)).encode()).digest()
        return b32encode(digest).decode().lower()[:26]


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of a linkage file says."""

    interface: str
    branch: str
    mode: Mode
    version: str
    sent_at: datetime
    sequence: int


def is_linkage_file(key: str) -> bool:
    """Tell whether a key is for reception; anything else in the bucket is none of our business."""
    return key.startswith(OUTBOX) and key.lower().endswith(".csv")


def normalized_interface(interface: str) -> str:
    """Return a 連携ID with its three-digit serial: `001o06`, as older papers write it, is `001o006`."""
    match = _INTERFACE.fullmatch(interface)
    return f"{match[1]}{match[2].zfill(3)}" if match else interface


def spellings(interface: str) -> tuple[str, ...]:
    """Return every way in which senders may write a 連携ID, the normalized one first."""
    match = _INTERFACE.fullmatch(interface)
    if match is None:
        return (interface,)
    serial = match[2].zfill(3)
    return (match[1] + serial, match[1] + serial[1:]) if serial.startswith("0") else (match[1] + serial,)


def parse_key(key: str) -> FileName:
    """Return what a key below `outbox/` says; raises FileRejectedError if it breaks the rule."""
    folder, _, name = key.removeprefix(OUTBOX).rpartition("/")
    match = _NAME.fullmatch(name)
    if match is None:
        raise FileRejectedError(outcomes.KEY_MALFORMED)
    try:
        sent_at = datetime.strptime(match["sent_at"], "%Y%m%d%H%M%S")  # noqa: DTZ007 - a label, compared with nothing
    except ValueError as error:
        raise FileRejectedError(outcomes.KEY_MALFORMED) from error
    interface, branch = normalized_interface(match["interface"]), match["branch"]
    folder_interface, _, folder_branch = folder.partition("-")
    if (normalized_interface(folder_interface), folder_branch) != (interface, branch):
        raise FileRejectedError(outcomes.FOLDER_DISAGREES, folder=f"{interface}-{branch}")
    return FileName(interface, branch, Mode(match["mode"]), match["version"], sent_at, int(match["sequence"]))


def answer_key(ref: ObjectRef, *, taken: bool = False) -> str:
    """Return where the answer to an object goes: beside it, under the sender's literal file name.

    Where that name is `taken` by the answer to another key, it goes under the receipt's id.
    """
    return _answer(ref, ".json", taken=taken)


def errors_key(ref: ObjectRef, *, taken: bool = False) -> str:
    """Return where the row errors of an object go; `taken` as in `answer_key`."""
    return _answer(ref, ".errors.csv", taken=taken)


def missing_key(ref: ObjectRef, *, taken: bool = False) -> str:
    """Return where the people go who do not occur in an object; `taken` as in `answer_key`."""
    return _answer(ref, ".missing.csv", taken=taken)


def undo_key(ref: ObjectRef) -> str:
    """Return where the answer to the undo of an object goes."""
    return _answer(ref, ".undo.json")


def undelivered_key(ref: ObjectRef) -> str:
    """Return where it goes which recipients did not get an object."""
    return _answer(ref, ".undelivered.json")


def _answer(ref: ObjectRef, suffix: str, *, taken: bool = False) -> str:
    name = ref.key.rpartition("/")[2][: -len(".csv")]
    key = f"{ANSWERS}{name}{suffix}"
    # A name that fits its own key may be too long for its answer's.
    return f"{ANSWERS}{ref.receipt_id}{suffix}" if taken or len(key.encode()) > MAX_KEY_BYTES else key
