"""The words of a text, line by line, for tokens that may go over a word's end but not over its line's."""

from collections.abc import Iterator
from dataclasses import replace

from core.training.pretokenizers import NORMALISERS
from core.training.trainer import TrainingTask

WordInLine = tuple[str, str, bool]


def words_in_lines(task: TrainingTask) -> Iterator[list[WordInLine]]:
    """Of each line its words, as they stand and as bytes are written, and whether a text in use is cut before each."""
    cut = task.cut
    normaliser, whole = NORMALISERS[cut.normaliser], replace(cut, pre="superwords").pre_tokenizer()
    words = cut.pre_tokenizer()
    for chunk in task.text.chunks:
        for line in (normaliser.normalize_str(chunk) if normaliser else chunk).splitlines(keepends=True):
            starts = {start for _, (start, _) in whole.pre_tokenize_str(line)}
            yield [(line[start:end], word, start in starts) for word, (start, end) in words.pre_tokenize_str(line)]
