"""`learned:NAME`: a segmenter, opened where tokenizers are."""

from core.segmenters.lane import SCHEME, open_segmenter
from core.tokenizers.format import Source

SOURCE = Source(key=SCHEME, label="Segmenters", scheme=SCHEME, open=open_segmenter)
