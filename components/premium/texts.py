"""Which text the premiums are of: the shipped counts on FLORES-200, or any other parallel text that opens here."""

from collections.abc import Mapping

import streamlit as st

from components.cached import corpora as cached_corpora
from components.frame.errors import plain, show_error
from components.premium.brought.text import another_popover, bring_text, brought_text, group_choice, popover_turn
from components.premium.linked import LINKED
from components.runs.corpus_upload import uploaded_corpora
from core.common.errors import UserError
from core.common.home import home
from core.common.settings import settings
from core.corpora.corpus import CORPORA, group_column, offered_corpora, parse_corpus

CORPUS, SAMPLE, FLORES = "corpus", "sample", "flores200"
_PARTS = {"Both": "", "Dev": "dev", "Devtest": "devtest"}
_SHIPPED, _ASKED = "FLORES-200", "premium_text_asked"
COUNTED = "counted"  # in the session and in the link: keys of the tokenizers chosen
WANTED = "premium_wanted"  # in the session: by key of a tokenizer, the languages on which it is to be counted next


def choose_text() -> tuple[str, str]:
    """(spec of the text, part of it) from a popover; the spec is empty for the shipped counts."""
    state = st.session_state
    if CORPUS not in state:
        state[CORPUS] = _linked()
    if brought := brought_text():
        _set(brought)
    labels = texts()
    LINKED.option("part", tuple(_PARTS))
    part = {"Dev": " dev", "Devtest": " devtest"}.get(state["part"], "") if not state[CORPUS] else ""
    name = _short(labels.get(state[CORPUS], state[CORPUS]))
    asked = f"{_ASKED}_{popover_turn()}"
    state.setdefault(asked, state[CORPUS])
    with st.popover(
        f"{name}{part}",
        icon=":material/article:",
        width="content",
        help="The text counted, and a way to bring your own",
        key=f"premium_text_{popover_turn()}",
    ) as place:
        spec = st.radio(
            "Text",
            list(dict.fromkeys([*labels, state[CORPUS]])),
            key=asked,
            format_func=lambda spec: labels.get(spec, spec),
            on_change=_choose,
            args=(asked,),
        )
        chosen = st.selectbox(
            "Sentences",
            list(_PARTS),
            key="part",
            help="FLORES-200 dev (997 sentences), devtest (1\u202f012), or both.",
            width=140,
            persist_state="session",
            disabled=bool(spec),
        )
        st.caption(plain(_about(spec)))
    spec = _here(spec, labels)
    with place:
        if spec:
            group_choice(spec)
        bring_text()
    return spec, "" if spec else _PARTS[chosen]


def _here(spec: str, labels: Mapping[str, str]) -> str:
    """The text if it opens; else a message, and the shipped counts."""
    try:
        if spec:
            cached_corpora.corpus(spec)
    except UserError as error:
        show_error(error, about=labels.get(spec, spec))
        return ""
    return spec


def texts() -> dict[str, str]:
    """Label by spec: the shipped counts, what opens now, and what jobs counted."""
    found = {"": f"{_SHIPPED}, counts that ship with Token Atlas"}
    found |= {spec: label for spec, label in offered_corpora() if spec != FLORES}
    found |= {spec: _own_label(spec, name) for spec, name in uploaded_corpora().items()}
    return found | _counted()


def _own_label(spec: str, name: str) -> str:
    kind = spec.partition(":")[0]
    by = f", by {column}" if (column := group_column(spec)) else ""
    return f"{name} ({'uploaded' if kind == 'upload' else kind}{by})"


def _counted() -> dict[str, str]:
    """Texts of counting jobs that are named by upload or path."""
    if not (home() / "store").is_dir():
        return {}
    from components.cached.runs import jobs
    from components.runs.job_cards import visible

    found: dict[str, str] = {}
    allowed = settings()
    kinds = {"udhr", "floresplus"} | ({"upload"} if allowed.uploads else set()) | ({"file"} if allowed.paths else set())
    for job in visible(jobs()):
        spec = str(job.params.get("corpus_spec", "")) if job.kind == "count" else ""
        if spec.partition(":")[0] in kinds:
            found.setdefault(spec, _own_label(spec, job.inputs[-1].name))
    return found


def _linked() -> str:
    """The text that the link names, if it opens here; else a message, and the shipped counts."""
    spec = st.query_params.get(CORPUS, "")
    if not spec:
        return ""
    try:
        kind, rest, split = parse_corpus(spec)
        if kind == FLORES and not rest and not split:
            return ""
        cached_corpora.corpus(spec)
    except UserError as error:
        show_error(error, about="The text of this link")
        return ""
    return spec


def _about(spec: str) -> str:
    if not spec:
        return (
            "2\u202f009 sentences of news, travel guides and encyclopaedias in 204 language-scripts, translated by "
            "professionals. The counts ship; the text itself is only needed to count another tokenizer."
        )
    return CORPORA.get(parse_corpus(spec)[0]).description


def _short(label: str) -> str:
    name = label.partition(",")[0].partition(" (")[0]
    return name if len(name) <= 18 else f"{name[:17]}…"


def use_sample() -> None:
    """Switch to our own text, from a callback."""
    _set(SAMPLE)


def _set(spec: str) -> None:
    """Choose a text for the user, in a popover anew.

    A closed popover shows nothing, so the browser does not hear that a choice in it was made here, and its next message
    would take it back.
    """
    another_popover()
    st.session_state[CORPUS] = spec
    _want_chosen()


def _choose(asked: str) -> None:
    """What the user chose, from a callback."""
    st.session_state[CORPUS] = st.session_state[asked]
    _want_chosen()


def _want_chosen() -> None:
    """Whoever changes the text wants the chosen tokenizers counted on it."""
    state = st.session_state
    state[WANTED] = {key: [] for key in state.get(COUNTED, [])} if state[CORPUS] else {}


def sample_button(key: str) -> None:
    """A button that switches to our own text."""
    st.button("Use our sample instead", icon=":material/article:", on_click=use_sample, key=key)
