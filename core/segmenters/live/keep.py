"""Keeps what was learnt, as a lane."""

import math

from core.segmenters.lane import SCHEME
from core.segmenters.live.recipe import SLICES, LearntSegmenter, Snapshot
from core.segmenters.trained import KeptSegmenter, content_of, keep_segmenter
from core.training.sources import source_label


def whole(learnt: LearntSegmenter) -> Snapshot | None:
    """The last snapshot, with its weights; None while it is not there."""
    return learnt.snapshots[-1] if len(learnt.snapshots) == SLICES else None


def usual_name(learnt: LearntSegmenter, last: Snapshot) -> str:
    """What a segmenter is called where nobody says: its family and a hash of its weights."""
    return f"{learnt.recipe.family}-{content_of(last.weights.tobytes())[:6]}"


def keep_learnt(learnt: LearntSegmenter, last: Snapshot, name: str = "", owner: str = "") -> str:
    """Keep it; its spec.

    Raises:
        UserError: another has the name, nothing can be called so, or it cannot be written.
    """
    name, weights = name or usual_name(learnt, last), last.weights.tobytes()
    facts = KeptSegmenter(
        family=learnt.recipe.family,
        threshold=None if math.isnan(last.threshold) else last.threshold,
        texts=tuple(source_label(one.name) for one in learnt.recipe.text.files),
        seconds=last.seconds,
        bits_per_byte=last.bits_per_byte,
        content=content_of(weights),
    )
    keep_segmenter(name, facts, weights, owner)
    return f"{SCHEME}:{name}"
