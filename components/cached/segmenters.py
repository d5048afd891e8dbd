"""What sessions share of segmenters: their names, and what they made of a text, with a value at each byte."""

import streamlit as st

from components.cached.tokenizers import MOST_OF_A_TEXT, tokenizer
from components.frame.visitor import visitor
from core.jobs.shared_cache import shared
from core.segmenters.lane import SCHEME, SegmenterLane
from core.segmenters.segmenter import SEGMENTERS, Chunks
from core.segmenters.trained import trained_segmenters


def segmenters() -> dict[str, str]:
    """Label by spec of every segmenter, with its usual parameters; of those learnt here what the visitor may see."""
    me = visitor()
    learnt = trained_segmenters(me.key if me.apart else None)
    return _shipped() | {f"{SCHEME}:{name}": name for name in learnt}


@st.cache_data(max_entries=1, show_spinner=False)
def _shipped() -> dict[str, str]:
    return {f"{SCHEME}:{key}": segmenter.label for key, segmenter in SEGMENTERS.all().items()}


def segmenter_lane(spec: str) -> SegmenterLane | None:
    """The segmenter that a spec names; None where it names a tokenizer."""
    opened = tokenizer(spec) if spec.startswith(f"{SCHEME}:") else None
    return opened if isinstance(opened, SegmenterLane) else None


def chunks(lane: SegmenterLane, text: str) -> Chunks:
    """A text cut by a segmenter."""
    return shared().get(("chunks", lane.info.spec, text), lambda: lane.chunks(text), most=MOST_OF_A_TEXT)
