"""A form that counts a corpus with tokenizers, as a job."""

from collections.abc import Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import tokenizers as cached
from components.frame.errors import plain, show_error
from components.runs.corpus_upload import corpus_uploader, grouped_facts, uploaded_corpora
from components.runs.job_cards import session, submit
from components.widgets.add_tokenizer import add_tokenizer
from components.widgets.languages import language_boxes
from components.widgets.pickers import CHOOSER_ROW, tokenizer_picker
from core.common.errors import UserError
from core.common.numbers import count, roughly, size
from core.common.settings import settings
from core.corpora.corpus import CORPORA, offered_corpora
from core.corpora.facts import CorpusFacts
from core.counting.estimate import seconds_to_count
from core.counting.job import corpus_counting
from core.text.languages import language
from core.tokenizers.opening.shipped import OPENING
from core.tokenizers.tokenizer import Tokenizer

SAMPLE = "sample"
_UPLOAD = "an upload"  # the entry that opens the uploader
_OPEN, _CORPUS, _LANGUAGES, _TOKENIZERS = "count_open", "corpus_to_count", "count_languages", "count_tokenizers"
_NEXT = "corpus_to_choose"


def corpora() -> dict[str, str]:
    """Label by spec of every corpus that opens now, of each of its splits, and of what this session uploaded."""
    sources = CORPORA.all()
    found = {}
    for spec, label in sorted(offered_corpora(), key=lambda pair: pair[0] != SAMPLE):
        found[spec] = label
        found |= {f"{spec}#{split}": f"{label}, {split}" for split in sources[spec].splits}
    return found | uploaded_corpora()


def count_corpus() -> None:
    """A button that opens the form, or closes it."""
    st.button("Count a corpus", icon=":material/add:", type="primary", on_click=_toggle, key="count_corpus")


def count_form() -> bool:
    """The form, if it is open: corpus, languages, tokenizers, how long it will take. Returns whether it is."""
    if not st.session_state.get(_OPEN):
        return False
    with st.container(border=True, key="count_form"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Count a corpus", anchor=False, width="content")
            st.button("Close", icon=":material/close:", type="tertiary", on_click=_toggle, key="close_count")
        facts = _corpus()
        chosen = _languages(facts)
        with st.container(horizontal=True, vertical_alignment="bottom", key=CHOOSER_ROW):
            specs = tokenizer_picker(_TOKENIZERS, segmenters=True)
            add_tokenizer(_TOKENIZERS)
        tokenizers = _opened(specs)
        ready = facts is not None and bool(tokenizers)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pressed = st.button(
                "Count", icon=":material/play_arrow:", type="primary", disabled=not ready, key="submit_count"
            )
            if facts is not None and tokenizers:
                st.caption(_outlook(facts, chosen, tokenizers), width="content")
        if pressed and facts is not None:
            _start(facts, chosen, tokenizers)
    return True


def count_sample() -> None:
    """A button that counts the shipped corpus with the opening tokenizers."""
    if st.button("Count the sample", icon=":material/play_arrow:", type="primary", key="count_sample"):
        try:
            with st.spinner("Reading the corpus and the tokenizers …"):
                facts = cached_corpora.corpus_facts(SAMPLE)
                tokenizers = [cached.tokenizer(spec) for spec in OPENING]
        except UserError as error:
            show_error(error)
            return
        _start(facts, facts.languages, tokenizers)


def _corpus() -> CorpusFacts | None:
    """Ask which corpus, take an upload, and say what is in it; None while there is none to count."""
    if (following := st.session_state.pop(_NEXT, None)) is not None:
        st.session_state[_CORPUS] = following
    labels = corpora() | ({_UPLOAD: "Upload a file …"} if settings().uploads else {})
    spec = st.selectbox("Corpus", list(labels), format_func=lambda spec: labels.get(spec, spec), key=_CORPUS)
    if spec == _UPLOAD:
        _upload()
        return None
    try:
        with st.spinner("Reading the corpus …"):
            facts = cached_corpora.corpus_facts(spec)
        facts = grouped_facts(facts)
    except UserError as error:
        show_error(error)
        return None
    about = "" if facts.notes else CORPORA.get(spec.partition("#")[0].partition(":")[0]).description
    remarks = [*facts.notes, *(f"{gap.language} is left out: {gap.reason}" for gap in facts.gaps[:3])]
    if len(facts.gaps) > 3:
        remarks.append(f"{len(facts.gaps) - 3} more languages are left out.")
    many = "1 language" if len(facts.languages) == 1 else f"{len(facts.languages)} languages"
    amount = f"{many} with {count(facts.n_sentences)} sentences each, {size(sum(facts.n_bytes))}."
    if facts.n_groups:
        amount += f" They come from {count(facts.n_groups)} groups, each resampled whole."
    st.caption(plain(" ".join(filter(None, [about, amount, *remarks]))))
    return facts


def _upload() -> None:
    """Take a file; the next run has it chosen."""
    facts = corpus_uploader("corpus_upload")
    if facts:
        st.session_state[_NEXT] = facts.spec
        st.rerun()


def _languages(facts: CorpusFacts | None) -> Sequence[str]:
    """Ask which languages; none chosen is all of them."""
    codes = facts.languages if facts else ()
    chosen = language_boxes(
        "Languages",
        codes,
        key=_LANGUAGES,
        format_func=lambda code: f"{language(code).label or language(code).name} · {code}",
        placeholder=f"All {len(codes)} languages" if len(codes) > 1 else "All there are",
        disabled=facts is None,
    )
    return tuple(chosen) or codes


def _opened(specs: Sequence[str]) -> list[Tokenizer]:
    """The tokenizers; one message for each that cannot be opened, and then none at all."""
    found, failed = {}, False
    with st.spinner("Opening the tokenizers …"):
        for spec in specs:
            try:
                tokenizer = cached.tokenizer(spec)
                found[tokenizer.info.spec] = tokenizer
            except UserError as error:
                show_error(error, about=spec)
                failed = True
    return [] if failed else list(found.values())


def _outlook(facts: CorpusFacts, languages: Sequence[str], tokenizers: Sequence[Tokenizer]) -> str:
    """How long it will take, in words."""
    try:
        rates = [cached_corpora.counting_rate(tokenizer, facts) for tokenizer in tokenizers]
    except UserError as error:
        return plain(str(error))
    return f"Takes {roughly(seconds_to_count(rates, facts, languages))} on an idle machine; less if parts were counted."


def _start(facts: CorpusFacts, languages: Sequence[str], tokenizers: Sequence[Tokenizer]) -> None:
    """Submit the job and show it in the list; what cannot be opened is one message here."""
    session()
    try:
        counting = corpus_counting(tokenizers, facts, languages)
    except UserError as error:
        show_error(error)
        return
    plural = "s" if len(tokenizers) > 1 else ""
    several = "s" if len(languages) > 1 else ""
    label = f"{len(tokenizers)} tokenizer{plural} on {facts.label}, {len(languages)} language{several}"
    submit("count", counting.params, counting.inputs, label)
    st.session_state[_OPEN] = False
    st.rerun()


def _toggle() -> None:
    st.session_state[_OPEN] = not st.session_state.get(_OPEN, False)
