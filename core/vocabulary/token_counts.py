"""How often each id stands in a text, for the audits that ask it."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from core.corpora.corpus import Corpus
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import TokenCounts
from core.vocabulary.in_parts import cut


def count_corpus_tokens(tokenizer: Tokenizer, corpus: Corpus) -> TokenCounts:
    """How often each id stands in all sentences of all languages of a corpus."""
    return count_tokens(tokenizer, [*chain.from_iterable(corpus.sentences.values())], corpus.label)


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str], of: str) -> TokenCounts:
    """How often each id stands in texts.

    Args:
        of: names the texts for people.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> int(count_tokens(open_tokenizer("builtin:utf8-bytes"), ["Hello"], "a word").counts[ord("l") + 3])
    2
    """
    counts = np.zeros(tokenizer.info.n_vocabulary or 0, np.int64)
    for some in cut(tokenizer, texts, f"Counting {tokenizer.info.label}"):
        counts += np.bincount(np.concatenate(some), minlength=len(counts))
    return TokenCounts(of, counts)
