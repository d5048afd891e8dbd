"""Counts chunks of segmenters on the sentences that ship of FLORES-200: what the page Premium reads."""

import io
import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.common.atomic import write_whole
from core.common.codec import plain
from core.common.progress import report
from core.corpora.corpus import open_corpus
from core.counting.table import Counted
from core.models.build.texts import LANGUAGES
from core.premium.chunks import COUNTS, FOLDER, INDEX, PART, SENTENCES, ChunkIndex
from core.segmenters.lane import SegmenterLane


def write_chunk_counts(lanes: Mapping[str, SegmenterLane]) -> None:
    """Count with these, by spec, and write the counts and what they are of.

    Raises:
        UserError: FLORES-200 is not here; says how to get it.
    """
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    whole, part = open_corpus("flores200"), open_corpus(f"flores200#{PART}")
    first = [[sentence or "" for sentence in part.sentences[code][:SENTENCES]] for code in part.languages]
    found: dict[str, list[NDArray[np.int32]]] = {spec: [] for spec in lanes}
    for n, sentences in enumerate(first, 1):
        for spec, lane in lanes.items():
            found[spec].append(lane.count(sentences).tokens)
        report(n, len(first), "Counting chunks")
    columns = {spec: np.concatenate(each).astype(np.uint16) for spec, each in found.items()}
    index = ChunkIndex(
        corpus=whole.fingerprint,
        learnt_from=tuple(LANGUAGES.values()),
        learnt=tuple(spec for spec, lane in lanes.items() if lane.segmenter.kind == "learned"),
        segmenters={spec: Counted.of(lane.info) for spec, lane in lanes.items()},
    )
    file = io.BytesIO()
    parquet.write_table(arrow.table(columns), file, compression="zstd")
    write_whole(FOLDER / COUNTS, file.getvalue())
    write_whole(FOLDER / INDEX, (json.dumps(plain(index), ensure_ascii=False, indent=1) + "\n").encode())
