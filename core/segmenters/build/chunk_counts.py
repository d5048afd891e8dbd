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
from core.premium.chunks import COUNTS, FOLDER, INDEX, PART, SENTENCES, ChunkIndex, chunk_index
from core.segmenters.lane import SegmenterLane


def write_chunk_counts(lanes: Mapping[str, SegmenterLane]) -> None:
    """Write the counts of these, by spec, and what they are of; of a segmenter that is as it was they are kept.

    Raises:
        UserError: FLORES-200 is not here; says how to get it.
    """
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    whole, part = open_corpus("flores200"), open_corpus(f"flores200#{PART}")
    first = [[sentence or "" for sentence in part.sentences[code][:SENTENCES]] for code in part.languages]
    kept = counts_kept(whole.fingerprint, lanes)
    found: dict[str, list[NDArray[np.int32]]] = {spec: [] for spec in lanes if spec not in kept}
    for n, sentences in enumerate(first, 1):
        for spec, counts in found.items():
            counts.append(lanes[spec].count(sentences).tokens)
        report(n, len(first), "Counting chunks")
    columns = {spec: kept[spec] if spec in kept else np.concatenate(found[spec]).astype(np.uint16) for spec in lanes}
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


def counts_kept(corpus: str, lanes: Mapping[str, SegmenterLane]) -> dict[str, NDArray[np.uint16]]:
    """What is counted by now of these, by spec, of the same text and with the same segmenter."""
    from pyarrow import parquet

    if not (FOLDER / INDEX).is_file() or not (FOLDER / COUNTS).is_file():
        return {}
    index, table = chunk_index(), parquet.read_table(FOLDER / COUNTS)
    return {
        spec: table.column(spec).to_numpy()
        for spec, of in index.segmenters.items()
        if index.corpus == corpus and spec in lanes and lanes[spec].info.fingerprint == of.fingerprint
    }
