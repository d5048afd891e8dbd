"""Tokenizers that users of this installation brought and counted: remembered until somebody removes them.

One small file each under `TOKEN_ATLAS_HOME/yours`, in a folder per owner where owners are kept apart. In a link such a
tokenizer goes as `SPEC~FINGERPRINT`: whoever has the same content under any name finds it by the fingerprint, and
others may open the spec.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import Mismatch, from_json, to_json
from core.common.disk import on_disk
from core.common.errors import shown
from core.common.home import home
from core.counting.table import Counted
from core.tokenizers.tokenizer import Info

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def keep(info: Info, owner: str = "") -> Counted:
    """Remember a tokenizer that is open; one of the same content under another name is replaced.

    Raises:
        UserError: there is no room on the disk.
    """
    found = Counted.of(info)
    with on_disk(shown(info.label)):
        write_whole(_folder(owner) / f"{info.fingerprint}.json", to_json(found).encode())
    return found


def kept(owner: str = "") -> dict[str, Counted]:
    """Everything remembered, by fingerprint, by name; a file that cannot be read is passed over."""
    found = []
    for path in _folder(owner).glob("*.json"):
        try:
            one = from_json(Counted, path.read_bytes())
        except (OSError, Mismatch):
            continue
        if one.fingerprint == path.stem:
            found.append(one)
    return {one.fingerprint: one for one in sorted(found, key=lambda one: (one.label.casefold(), one.fingerprint))}


def forget(fingerprint: str, owner: str = "") -> None:
    """Remember it no longer; its counts stay in the store until that is pruned."""
    if _FINGERPRINT.fullmatch(fingerprint):
        (_folder(owner) / f"{fingerprint}.json").unlink(missing_ok=True)


def _folder(owner: str) -> Path:
    """Of one owner, named by a hash, or of everybody."""
    return home("yours", *([hashlib.sha256(owner.encode()).hexdigest()[:16]] if owner else []))


def in_link(one: Counted) -> str:
    """How a link names it.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> one = Counted.of(open_tokenizer("builtin:characters").info)
    >>> from_link(in_link(one)) == (one.spec, one.fingerprint)
    True
    """
    return f"{one.spec}~{one.fingerprint}"


def from_link(key: str) -> tuple[str, str] | None:
    """(spec, fingerprint) of a key that `in_link` made; None if it is something else."""
    spec, mark, fingerprint = key.rpartition("~")
    return (spec, fingerprint) if mark and ":" in spec and _FINGERPRINT.fullmatch(fingerprint) else None


def same_content(fingerprint: str, shipped: Mapping[str, Counted]) -> str | None:
    """Key of the shipped tokenizer of this content, if there is one: its counts are there already."""
    return next((key for key, one in shipped.items() if one.fingerprint == fingerprint), None)
