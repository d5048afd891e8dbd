"""A form that counts a corpus with tokenizers, as a job."""

from collections.abc import Sequence

import streamlit as st

from components import cached
from components.errors import plain, show_error
from components.jobs import session, submit
from components.pickers import OPENING, tokenizer_picker
from core.corpus import corpus_sources, offered_corpora
from core.errors import UserError
from core.work.count import corpus_counting

SAMPLE = "sample"
_TOKENIZERS = "tokenizers_to_count_with"
_ROUND = "count_corpus_round"


def corpora() -> dict[str, str]:
    """Label by spec of every corpus that opens now, and of each of its splits."""
    sources = corpus_sources()
    found = {}
    for spec, label in sorted(offered_corpora(), key=lambda pair: pair[0] != SAMPLE):
        found[spec] = label
        found |= {f"{spec}#{split}": f"{label}, {split}" for split in sources[spec].splits}
    return found


def count_corpus() -> None:
    """The form, behind a button."""
    with st.popover(
        "Count a corpus", icon=":material/add:", type="primary", width="content", key=f"count_corpus_{_round()}"
    ):
        labels = corpora()
        spec = st.selectbox(
            "Corpus", list(labels), format_func=lambda spec: labels.get(spec, spec), key="corpus_to_count"
        )
        st.caption(plain(corpus_sources()[spec.partition("#")[0]].description))
        st.markdown("Tokenizers")
        specs = tokenizer_picker(_TOKENIZERS)
        if st.button("Count", icon=":material/play_arrow:", type="primary", disabled=not specs, key="submit_count"):
            start(spec, specs)


def count_sample() -> None:
    """A button that counts the shipped corpus with the opening tokenizers."""
    if st.button("Count the sample", icon=":material/play_arrow:", type="primary", key="count_sample"):
        start(SAMPLE, OPENING)


def start(spec: str, specs: Sequence[str]) -> None:
    """Submit the job and show it in the list; what cannot be opened is one message here."""
    session()
    with st.spinner("Reading the corpus and the tokenizers …"):
        try:
            corpus = cached.corpus(spec)
            tokenizers = {each.info.spec: each for each in map(cached.tokenizer, specs)}
            counting = corpus_counting(list(tokenizers.values()), corpus)
        except UserError as error:
            show_error(error)
            return
        plural = "s" if len(tokenizers) > 1 else ""
        submit(
            "count",
            counting.params,
            counting.inputs,
            f"{len(tokenizers)} tokenizer{plural} on {corpus.label}, {len(corpus.languages)} languages",
        )
    st.session_state[_ROUND] = _round() + 1
    st.rerun()


def _round() -> int:
    """Another number after each job, and so another popover: the old one, which is open, goes."""
    return int(st.session_state.get(_ROUND, 0))
