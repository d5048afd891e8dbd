"""What is asked for: texts, trainers and sizes, and what is the same for all; a job that trains each with each."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import streamlit as st

from components.frame.errors import user_errors
from components.runs.job_cards import OPENED, session, show_refusal, submit
from components.training.linked import LINKED
from components.training.mixtures import ask_mixtures
from components.training.sizes import ask_sizes
from components.training.texts import ask_texts
from components.training.trainers import ask_trainers
from components.widgets.typed_number import typed_number
from core.common.errors import UserError
from core.common.numbers import count, size
from core.common.params import Value
from core.training.asked import HELD_OUT, LEAST_FREQUENCY, SPECIALS, asked_recipe
from core.training.job import KIND, training
from core.training.pretokenizers import AS_PRE, DIGITS, NO_NORMALISER, NORMALISERS, PATTERNED
from core.training.recipe import TrainingRecipe
from core.training.sources import is_language
from core.training.trainer import TRAINERS

_MOST_OF_EACH = {50_000: "50 kB", 100_000: "100 kB", 250_000: "250 kB", 1_000_000: "1 MB", 0: "all"}
_MOST_RUNS, _MOST_SEEDS, _MOST_SPECIALS = 24, 8, 256
_OFFERED = (*SPECIALS, "<|im_start|>", "<|im_end|>", "<s>", "</s>", "<pad>")  # special tokens of well-known models
_USUAL_PRE = "its usual one"
_SEVERAL = {
    "pre": "pre-tokenizers",
    "digits": "cuts of digits",
    "normaliser": "normalisers",
    "shares": "mixtures",
    "seed": "seeds",
}


def is_asked_for() -> bool:
    """Whether the link that opened the page sets the form up."""
    given = any(key.startswith(("train_trainers", "train_sizes", "train_param_")) for key in st.query_params)
    return bool(st.session_state.setdefault("train_asked_for", given))


def training_form() -> None:
    """The form, and what it comes to."""
    show_refusal()
    with user_errors():
        texts = ask_texts()
        trainers = ask_trainers()
        sizes = ask_sizes()
        mixtures = ask_mixtures(texts)
        more, varied = _ask_more()
        _begin(texts, trainers, sizes, more, {"shares": mixtures, **varied})


def _ask_more() -> tuple[dict[str, object], dict[str, Sequence[object]]]:
    """What is the same for all runs, and what each trainer and size is tried with."""
    with st.expander(
        "Pre-tokenizer, digits, normaliser, special tokens, seed", icon=":material/tune:", key="train_more"
    ):
        st.caption("Choose several of a kind, and each trainer and size is tried with each of them.")
        pre = LINKED.several(
            "Pre-tokenizer", {_USUAL_PRE: _USUAL_PRE} | {one: one for one in PATTERNED}, "train_pre", [_USUAL_PRE],
            "What cuts a text into words, over which no token goes; budoux cuts phrases of Japanese, Chinese and Thai "
            "first. A trainer that cannot work with one, such as WordPiece, takes its usual one.",
        )  # fmt: skip
        with st.container(horizontal=True):
            digits = LINKED.several(
                "Digits", {one: one for one in DIGITS}, "train_digits", [AS_PRE],
                "How runs of digits are cut before words are: as the pre-tokenizer does it, one by one, or in threes "
                "from either side.",
            )  # fmt: skip
            normalisers = LINKED.several(
                "Normaliser", {one: one for one in NORMALISERS}, "train_normaliser", [NO_NORMALISER],
                "What is done to a text first, so that it cannot be given back as it was: Unicode's composed form "
                "(nfc), also without ligatures, widths and the like (nfkc), or small letters.",
            )  # fmt: skip
        specials = LINKED.typed(
            "Special tokens", _OFFERED, "train_specials", SPECIALS, _MOST_SPECIALS,
            "Entries of all of them, into which no other text is cut, such as those that begin the turns of a chat. "
            "Type any of your own. The first ends a text.",
            placeholder="None",
        )  # fmt: skip
        same, seeds = _ask_numbers()
    varied: dict[str, Sequence[object]] = {
        "pre": ["" if one == _USUAL_PRE else one for one in pre] or [""],
        "digits": digits or [AS_PRE],
        "normaliser": normalisers or [NO_NORMALISER],
        "seed": seeds,
    }
    return {**same, "specials": specials}, varied


def _ask_numbers() -> tuple[dict[str, object], list[int]]:
    """What is the same for all runs, and the seeds."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.select_slider(
            "Of each text at most", list(_MOST_OF_EACH), value=100_000, format_func=_MOST_OF_EACH.__getitem__,
            key="train_most", width=220, help="So that no language weighs more than another by its length.",
        )  # fmt: skip
        frequency = typed_number(
            LINKED, "Least frequency", "train_frequency", LEAST_FREQUENCY, 1, 1_000, whole=True, width=140
        )
        apart = typed_number(
            LINKED, "Kept apart, %", "train_apart", 100 * max(HELD_OUT, 0.1), 0, 50, width=140,
            help="Share of the lines that is not trained on; bytes per token are measured there.",
        )  # fmt: skip
        seed = typed_number(
            LINKED, "Seed", "train_seed", 0, 0, 2**31, whole=True, width=120,
            help="Of which lines are kept apart, and of what a trainer draws.",
        )  # fmt: skip
        n_seeds = typed_number(
            LINKED, "Seeds", "train_seeds", 1, 1, _MOST_SEEDS, whole=True, width=100,
            help="Each trainer and size is made with so many seeds, from that one on: how much chance is in a result.",
        )  # fmt: skip
    same: dict[str, object] = {"most_bytes": most, "min_frequency": int(frequency), "heldout": apart / 100}
    return same, [int(seed) + n for n in range(int(n_seeds))]


def _begin(
    texts: Sequence[str],
    trainers: Mapping[str, Mapping[str, Value]],
    sizes: Sequence[int],
    same: Mapping[str, object],
    varied: Mapping[str, Sequence[object]],
) -> None:
    """The button, with what it would take; or what is missing.

    Args:
        trainers: what is set of each, by its key.
        same: for all runs.
        varied: what each trainer and size is tried with, by what `asked_recipe` calls it.
    """
    missing = [
        what for what, there in {"a text": texts, "a trainer": trainers, "a size": sizes}.items() if not there
    ]  # fmt: skip
    if missing:
        st.info(f"Choose {' and '.join(missing)}.", icon=":material/checklist:")
        return
    ways = {trainer: list(_ways(trainer, varied)) for trainer in trainers}
    if (n_runs := len(sizes) * sum(map(len, ways.values()))) > _MOST_RUNS:
        raise UserError(_too_many(n_runs, len(trainers), len(sizes), varied))
    recipes = [
        _recipe(trainer, n, texts, given, {**same, **way})
        for trainer, given in trainers.items()
        for n in sizes
        for way in ways[trainer]
    ]
    largest = max(recipes, key=lambda recipe: recipe.about_mb)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Train", icon=":material/play_arrow:", type="primary", key="train_submit")
        number = "One tokenizer" if len(recipes) == 1 else f"{count(len(recipes))} tokenizers"
        st.caption(f"{number} on {size(largest.n_bytes)} of text, with about {count(largest.about_mb)} MB of memory.")
    if pressed:
        session()
        asked = training(recipes)
        if (job := submit(KIND, asked.params, asked.inputs, asked.label)) is not None:
            st.query_params[OPENED] = job.key
        st.rerun()


def _too_many(n_runs: int, n_trainers: int, n_sizes: int, varied: Mapping[str, Sequence[object]]) -> str:
    numbers = {"trainers": n_trainers, "sizes": n_sizes} | {_SEVERAL[key]: len(each) for key, each in varied.items()}
    said = " × ".join(f"{n} {what}" for what, n in numbers.items() if n > 1)
    return f"{said} are {count(n_runs)} tokenizers; at most {_MOST_RUNS} are trained at a time. Choose fewer of one."


def _ways(trainer: str, varied: Mapping[str, Sequence[object]]) -> Iterator[dict[str, object]]:
    """Every combination once; what a trainer cannot be pre-tokenized by is its usual one."""
    entry = TRAINERS.get(trainer)
    pres = dict.fromkeys(pre if pre in entry.cuts else entry.pre for pre in varied["pre"])
    for values in product(*({**varied, "pre": list(pres)}).values()):
        yield dict(zip(varied, values, strict=True))


def _recipe(
    trainer: str, n: int, texts: Sequence[str], given: Mapping[str, Value], more: Mapping[str, object]
) -> TrainingRecipe:
    """
    Args:
        given: what is set of the trainer.
    """
    entry = TRAINERS.get(trainer)
    parallel: Sequence[str] = ()
    if entry.needs:
        parallel = [text for text in texts if is_language(text)]  # which stand first
        if len(parallel) < 2 or (len(parallel) < len(texts) and not given.get("global_merges")):
            raise UserError(
                f"{entry.label} weighs languages by the same sentences in each: choose two or more languages, and take "
                "out code and your own texts, or set global merges, which weigh those too; or leave it out."
            )
    return asked_recipe(trainer, n, texts, parallel=parallel, given=given, **more)  # type: ignore[arg-type]
