"""The beginning of a corpus, for what is counted while somebody waits."""

from dataclasses import replace

import numpy as np

from core.common.errors import TooLarge, shown
from core.common.numbers import count, size
from core.corpora.corpus import Corpus
from core.text.utf8 import utf8


def beginning(corpus: Corpus, most_bytes: int) -> Corpus:
    """The first sentences of a corpus, as many in each language, that have no more bytes than this together.

    Its label says how many they are, where they are not all.

    Raises:
        UserError: not even the first ones do, or one holds half a character.

    >>> two = Corpus("x", "X", {"eng_Latn": ("A cat.", "Yes."), "deu_Latn": ("Eine Katze.", "Ja.")})
    >>> beginning(two, 20).label, beginning(two, 24) is two
    ('X, the first 1 of 2 sentences of each language', True)
    """
    sizes = sum(np.array([len(utf8(s)) for s in some]) for some in corpus.sentences.values())
    n = int(np.searchsorted(np.cumsum(sizes), most_bytes, side="right"))
    if n >= corpus.n_sentences:
        return corpus
    if not n:
        raise TooLarge(
            f"The first sentence of {shown(corpus.label)} alone has over {size(most_bytes)}. Cut it into sentences."
        )
    several = "sentences of each language" if len(corpus.sentences) > 1 else "lines"
    label = f"{corpus.label}, the first {count(n)} of {count(corpus.n_sentences)} {several}"
    return replace(corpus, label=label, sentences={code: some[:n] for code, some in corpus.sentences.items()})
