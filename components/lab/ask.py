"""What is asked of a comparison: model, tokenizer, methods with their parameters, texts, measures; all from what the
entries declare of themselves."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components import cached, cached_lab
from components.cached_lab import Choosable, Described
from components.count_corpus import corpora
from components.errors import plain
from components.pickers import labels, short_name, spec_of
from core.lab.plan import MOST_SEEDS, MOST_SENTENCES, Choice, Plan, Value
from core.languages import language

USUAL_METHODS = ("subword_mean", "ridge", "omp_robust")
_LANGUAGES = ("eng_Latn", "deu_Latn", "rus_Cyrl", "hin_Deva")
_DONOR = "donor "  # before a model's spec, among the tokenizers


def ask() -> Plan | None:
    """Draw the form; the plan it comes to, or None as long as a part is missing.

    Raises:
        UserError: the parts make no sense together.
    """
    known = cached_lab.catalogue()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        model = _model([f"shipped:{name}" for name in known.models])
        tokenizer, donor = _tokenizer([f"shipped:{name}" for name in known.models], model)
        methods = _methods(known.methods)
        corpus, languages, sentences, files = _texts()
        evaluators, seeds = _measures(known.measures)
    if not model or not (tokenizer or donor) or not methods or not (corpus or files):
        return None
    return Plan(
        model,
        tokenizer=tokenizer,
        donor=donor,
        methods=methods,
        evaluators=evaluators,
        corpus=corpus,
        languages=languages,
        sentences=sentences,
        files=files,
        seeds=tuple(range(seeds)),
    )


def model_label(spec: str) -> str:
    """A model's name as it fits into a chooser."""
    return spec.removeprefix("shipped:") if spec.startswith("shipped:") else short_name(spec)


def _model(shipped: Sequence[str]) -> str:
    chosen = st.selectbox(
        "Model",
        _with_chosen(shipped, "lab_model"),
        index=0 if shipped else None,
        key="lab_model",
        format_func=model_label,
        accept_new_options=True,
        placeholder="Hub id or folder",
        help="The model whose tokenizer is replaced. Type a Hub id, or the path of a folder with config.json and "
        "safetensors, or of a llama2.c .bin file.",
        width=190,
    )
    return _spec(chosen or "")


def _with_chosen(options: Sequence[str], key: str) -> list[str]:
    """The options, and what was typed into the chooser of this key."""
    typed = st.session_state.get(key)
    return list(dict.fromkeys([*options, *([typed] if typed else [])]))


def _spec(typed: str) -> str:
    """A model's spec from what a user types: OWNER/NAME is a Hub id, a path is a file.

    >>> _spec("Qwen/Qwen3-0.6B"), _spec("/data/model"), _spec("shipped:a")
    ('hub:Qwen/Qwen3-0.6B', 'file:/data/model', 'shipped:a')
    """
    typed = typed.strip()
    if not typed or ":" in typed:
        return typed
    return f"hub:{typed}" if typed.count("/") == 1 and typed[0] not in "./~" else f"file:{typed}"


def _tokenizer(shipped: Sequence[str], model: str) -> tuple[str, str]:
    """(spec of a tokenizer, spec of a donor), one of them empty."""
    donors = [_DONOR + spec for spec in shipped if spec != model]
    offered = [spec for spec, _ in cached.offered() if not spec.startswith("builtin:")]
    names = labels()

    def words(option: str) -> str:
        if option.startswith(_DONOR):
            return f"{model_label(option.removeprefix(_DONOR))}, with its rows"
        return names.get(option) or short_name(option)

    chosen = st.selectbox(
        "New tokenizer",
        _with_chosen([*donors, *offered], "lab_tokenizer"),
        index=0 if donors else None,
        key="lab_tokenizer",
        format_func=words,
        accept_new_options=True,
        placeholder="Hub id, spec, or a donor",
        help="A donor is a model that was trained with the new tokenizer; several methods learn from its rows. Or "
        "type any tokenizer: a Hub id, or file:PATH. 'donor OWNER/NAME' takes a Hub model as donor.",
        width=240,
    )
    if not chosen:
        return "", ""
    if chosen.startswith(_DONOR):
        return "", _spec(chosen.removeprefix(_DONOR))
    return spec_of(chosen), ""


def _methods(known: Mapping[str, Choosable]) -> tuple[Choice, ...]:
    n = len(st.session_state.get("lab_methods", USUAL_METHODS))
    with st.popover(f"{n} method{'' if n == 1 else 's'}", icon=":material/swap_horiz:", width="content"):
        chosen = st.multiselect(
            "Methods",
            list(known),
            default=[key for key in USUAL_METHODS if key in known],
            key="lab_methods",
            format_func=lambda key: known[key].label,
            help="Two negative controls, rows of a shuffled donor and random weights, always run along.",
        )
        choices = []
        for key in chosen:
            one = known[key]
            needs = f" Needs: {', '.join(one.needs)}." if one.needs else ""
            st.markdown(f"**{one.label}** {plain(one.definition)} :gray[{plain(one.source)}.{needs}]")
            if one.params:
                with st.container(horizontal=True):
                    choices.append(Choice(key, _params(f"lab_{key}", one.params)))
            else:
                choices.append(Choice(key))
    return tuple(choices)


def _params(prefix: str, params: Sequence[Described]) -> dict[str, Value]:
    """The parameters that are not as by default, from controls that follow from their declarations."""
    found: dict[str, Value] = {}
    for key, label, default, help_text, low, high, choices in params:
        at = f"{prefix}_{key}"
        value: Value
        if isinstance(default, bool):
            value = st.toggle(label, default, key=at, help=help_text)
        elif choices:
            value = st.selectbox(label, choices, choices.index(str(default)), key=at, help=help_text, width=150)
        elif isinstance(default, int):
            value = st.number_input(
                label, None if low is None else int(low), None if high is None else int(high), default, key=at,
                help=help_text, width=150,
            )  # fmt: skip
        elif isinstance(default, float):
            value = st.number_input(label, low, high, default, key=at, help=help_text, width=150, format="%g")
        else:
            value = st.text_input(label, default, key=at, help=help_text, width=150)
        if value != default:
            found[key] = value
    return found


def _texts() -> tuple[str, tuple[str, ...], int, tuple[str, ...]]:
    """(corpus, languages, sentences, files)."""
    with st.popover("Texts", icon=":material/menu_book:", width="content"):
        named = corpora()
        corpus = st.selectbox("Corpus", list(named), format_func=lambda spec: named[spec], key="lab_corpus") or ""
        facts = cached.corpus_facts(corpus) if corpus else None
        codes = list(facts.languages) if facts else []
        languages = st.multiselect(
            "Languages",
            codes,
            default=[code for code in _LANGUAGES if code in codes],
            key="lab_languages",
            format_func=lambda code: language(code).label or code,
            help="None chosen means all.",
        )
        sentences = st.number_input(
            "Sentences of each", 1, MOST_SENTENCES, 100, key="lab_sentences",
            help="That many are measured, at most two thirds of the corpus; the others serve what trains.",
        )  # fmt: skip
        typed = st.text_input("Plain text files on this machine", key="lab_files", placeholder="a.txt, b.txt",
                              help="Each file is a domain of its own. Separate paths by commas.")  # fmt: skip
        files = tuple(filter(None, (each.strip() for each in typed.split(","))))
    return corpus, tuple(languages), int(sentences), files


def _measures(known: Mapping[str, Choosable]) -> tuple[tuple[Choice, ...], int]:
    """(measures, empty for the quick default; number of seeds)."""
    quick = [key for key, one in known.items() if one.quick]
    with st.popover("Measures", icon=":material/straighten:", width="content"):
        chosen = st.multiselect(
            "Measures",
            list(known),
            default=quick,
            key="lab_measures",
            format_func=lambda key: known[key].label,
            help="Those chosen at first share one reading of the texts.",
        )
        for key in chosen:
            if not known[key].quick:
                st.caption(plain(f"{known[key].label} costs {known[key].cost}."))
        seeds = st.number_input(
            "Seeds", 1, MOST_SEEDS, 1, key="lab_seeds",
            help="Each method runs once with each; only some methods draw by chance.",
        )  # fmt: skip
    choices = () if set(chosen) == set(quick) else tuple(Choice(key) for key in chosen)
    return choices, int(seeds)
