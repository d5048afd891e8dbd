"""Families of tokenizers, oldest generation first, and what each generation took from the one before."""

from dataclasses import dataclass

import numpy as np

from core.vocabulary.classes import CLASSES, classes_of
from core.vocabulary.comparison import compare
from core.vocabulary.entries import Entries

# Keys of the atlas; the years are the atlas's.
FAMILIES = {
    "OpenAI": ("gpt-2", "p50k", "cl100k", "o200k", "gpt-oss"),
    "Llama": ("llama-2", "llama-3", "llama-4"),
    "Qwen": ("qwen", "qwen-3.6"),
    "Gemma": ("gemma-2", "gemma-3"),
    "Mistral": ("mistral-v1", "mistral-v3", "tekken-240718", "tekken-240911"),
    "DeepSeek": ("deepseek-llm", "deepseek-coder", "deepseek-v3", "deepseek-v4"),
    "BERT": ("bert-uncased", "bert-cased", "bert-multilingual"),
}


@dataclass(frozen=True)
class VocabularyGeneration:
    """One vocabulary of a family.

    Args:
        size: ids.
        kept: entries that the one before has under the same id.
        remapped: entries that the one before has under another id.
        removed: entries of the one before that are not here.
        classes: ids of each of Qtok's twelve classes, as `CLASSES` orders them.
    """

    size: int
    kept: int
    remapped: int
    removed: int
    classes: tuple[int, ...]

    @property
    def new(self) -> int:
        """Ids for what the one before does not have."""
        return self.size - self.kept - self.remapped


def generation(entries: Entries, before: Entries | None) -> VocabularyGeneration:
    """What a vocabulary is, and what it took from the one before; nothing for the first.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> bytes_ = entries_of(open_tokenizer("builtin:utf8-bytes"))
    >>> found = generation(bytes_, bytes_)
    >>> found.size, found.kept, found.remapped, found.removed, found.new
    (259, 259, 0, 0, 0)
    """
    classes = np.bincount(classes_of(entries) + 1, minlength=len(CLASSES) + 1)[1:]
    if before is None:
        return VocabularyGeneration(len(entries), 0, 0, 0, tuple(classes.tolist()))
    change = compare(before, entries)
    moved = len(change.remapped)
    return VocabularyGeneration(
        len(entries), len(change.first) - moved, moved, len(change.removed), tuple(classes.tolist())
    )
