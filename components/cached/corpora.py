"""What sessions share of parallel texts."""

import streamlit as st

from core.corpora.corpus import Corpus, open_corpus
from core.corpora.facts import CorpusFacts
from core.corpora.reading import examined, is_somebodys, read_apart
from core.counting.estimate import bytes_per_second
from core.jobs.shared_cache import shared
from core.tokenizers.tokenizer import Tokenizer


def corpus(spec: str) -> Corpus:
    """A parallel corpus, read once for all sessions; somebody's own is read by a process of its own."""

    def read() -> Corpus:
        with st.spinner("Reading the sentences …"):
            return read_apart(spec) if is_somebodys(spec) else open_corpus(spec)

    return shared().get(("corpus", spec), read)


def corpus_facts(spec: str) -> CorpusFacts:
    """What there is in a corpus, without its text."""
    return shared().get(("corpus facts", spec), lambda: examined(spec), most=64)


def counting_rate(tokenizer: Tokenizer, facts: CorpusFacts) -> float:
    """Bytes per second at which a tokenizer counts this corpus, tried once on a few of its lines."""
    key = ("counting rate", tokenizer.info.fingerprint, facts.fingerprint)
    return shared().get(key, lambda: bytes_per_second(tokenizer, facts.sample), most=256)
