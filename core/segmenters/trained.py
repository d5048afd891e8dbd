"""Segmenters that were learnt here, by name: kept under `TOKEN_ATLAS_HOME`, and opened as `learned:NAME`; no torch."""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.common.atomic import whole_folder
from core.common.codec import built, plain
from core.common.disk import on_disk
from core.common.errors import UnknownName, UserError, shown
from core.common.home import home
from core.common.params import Param, Params
from core.segmenters.learnt_cut import learnt_cut
from core.segmenters.segmenter import SEGMENTERS, ByteSegmenter, CutByWeights, Cutter
from core.segmenters.trunk import Trunk
from core.tokenizers.trained import NAME, has_owners, may_list, note_owner

_FOLDER, _WEIGHTS, _FACTS = "segmenters", "weights.safetensors", "segmenter.json"
_ORDER = 100  # behind those that ship


@dataclass(frozen=True)
class KeptSegmenter:
    """What is known of one.

    Args:
        family: hnet, magnet or entropy.
        threshold: over which it cuts; null where it has one for each script.
        texts: what it learnt from.
        seconds: of a processor that it learnt.
        bits_per_byte: on lines kept apart.
        content: hash of its weights.
    """

    family: str
    threshold: float | None
    texts: tuple[str, ...]
    seconds: float
    bits_per_byte: float
    content: str


def trained_segmenters(owner: str | None = None) -> list[str]:
    """Names of those that are here, in order.

    Args:
        owner: leaves out what is others' alone; None for all.
    """
    folders = sorted(path.parent for path in home(_FOLDER).glob(f"[!.]*/{_FACTS}"))
    return [folder.name for folder in folders if owner is None or may_list(folder, owner)]


def segmenter_place(name: str) -> Path:
    """The folder of a name, whether it is there or not.

    Raises:
        UserError: nothing can be called so, or a segmenter that ships is.
    """
    if not NAME.fullmatch(name) or name in SEGMENTERS.all():
        ships = " A segmenter that ships is called so." if name in SEGMENTERS.all() else ""
        raise UserError(
            f"A segmenter cannot be called {shown(name)}.{ships} Use up to 64 letters, digits, dots, hyphens and "
            "underscores, a letter or digit first."
        )
    return home(_FOLDER) / name


def keep_segmenter(name: str, facts: KeptSegmenter, weights: bytes, owner: str = "") -> None:
    """Keep one under a name; the same under the same name is kept once.

    Args:
        owner: in whose lists it stands; empty for everybody's.

    Raises:
        UserError: another has the name, nothing can be called so, or it cannot be written.
    """
    place = segmenter_place(name)
    with on_disk(f"The segmenter {shown(name)}"):
        if place.is_dir():
            if _facts(place).content != facts.content:
                raise UserError(f"There is another segmenter called {shown(name)}. Choose another name.")
            if has_owners(place):
                note_owner(place, owner)
            return
        with whole_folder(place) as made:
            (made / _WEIGHTS).write_bytes(weights)
            (made / _FACTS).write_text(json.dumps(plain(facts), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            note_owner(made, owner)


def delete_segmenter(name: str) -> None:
    """Take one away for good.

    Raises:
        UserError: there is none of this name.
    """
    if name not in trained_segmenters():
        raise UnknownName("segmenter learnt here", name, trained_segmenters())
    doomed = home(_FOLDER) / f".gone-{name}"
    shutil.rmtree(doomed, ignore_errors=True)
    (home(_FOLDER) / name).rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def trained_segmenter(name: str) -> ByteSegmenter | None:
    """The segmenter of this name as an entry beside those that ship; None where there is none."""
    if not NAME.fullmatch(name) or name not in trained_segmenters():
        return None
    place = home(_FOLDER) / name
    facts, family = _facts(place), SEGMENTERS.get(_facts(place).family)

    def cutter(params: Params) -> Cutter:
        from safetensors.numpy import load_file

        threshold = math.nan if facts.threshold is None else params.number("threshold")
        trunk = Trunk(load_file(place / _WEIGHTS))
        trained = CutByWeights(facts.family, lambda: trunk, threshold)
        return Cutter(learnt_cut(facts.family, trunk, threshold), facts.content[:16], trained=trained)

    return ByteSegmenter(
        key=name,
        label=name,
        order=_ORDER,
        kind="learned",
        about=f"{family.about} Learnt here in {facts.seconds:.0f} seconds from {', '.join(facts.texts)}.",
        source=family.source.rpartition(";")[0] + "; weights learnt here",
        cutter=cutter,
        params=() if facts.threshold is None else (_threshold(family, facts.threshold),),
        value=family.value,
        unit=family.unit,
    )


def _threshold(family: ByteSegmenter, default: float) -> Param:
    """The family's, at the value that this one was given by its text."""
    [usual] = (param for param in family.params if param.key == "threshold")
    return Param(
        key="threshold",
        label=usual.label,
        default=round(default, 4),
        help="A chunk starts where the value is over it. The usual one was chosen on the text it learnt from.",
        low=usual.low,
        high=usual.high,
    )


def _facts(place: Path) -> KeptSegmenter:
    return built(KeptSegmenter, json.loads((place / _FACTS).read_text(encoding="utf-8")))


def content_of(weights: bytes) -> str:
    """Hash of weights, by which two are told apart."""
    return hashlib.sha256(weights).hexdigest()
