"""How often each id stands in a text, for the audits that ask it."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from core.common.progress import report
from core.corpora.corpus import Corpus
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import TokenCounts

_CHUNK = 2**18  # characters, of whole texts


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
    done = 0
    for part in chunks(texts):
        counts += np.bincount(np.concatenate(tokenizer.encode_many(part)), minlength=len(counts))
        done += len(part)
        report(done, len(texts), f"Counting {tokenizer.info.label}")
    return TokenCounts(of, counts)


def chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, some at a time.

    >>> [*chunks(["a", "b"])]
    [['a', 'b']]
    """
    part, size = list[str](), 0
    for text in texts:
        part.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield part
            part, size = [], 0
    if part:
        yield part
