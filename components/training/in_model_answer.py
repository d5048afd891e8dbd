"""What is there of an answer: a sentence, the picture, differences and lengths as a table, ways to each comparison."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import plain
from components.runs.job_cards import OPENED
from components.training.figure import show
from components.training.in_model_chart import InModelRows, in_model_chart
from components.training.linked import LINKED, among
from components.training.looks import run_name
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.listed import listed
from core.common.numbers import count
from core.jobs.job import Job, State
from core.lab.differences import ALL, TextPart
from core.lab.in_model import InModel, InModelQuestion, beside_best, in_model, read_best, seen
from core.lab.verdict import Verdict
from core.text.languages import language
from core.training.recipe import Trained

_ALL = "all"


def in_model_answer(
    made: Mapping[str, Trained],
    among: Sequence[Trained],
    jobs: Mapping[str, Job],
    question: InModelQuestion,
    part: TextPart,
) -> None:
    """What is finished of the comparisons, and what is not read at all.

    Args:
        made: tokenizers of one size, by spec.
        among: the whole plan, beside which they are named.
        jobs: the comparisons of those that were asked for, by spec.
        part: the texts that are drawn.
    """
    names, found, method = labels(made, among), dict[str, InModel](), ""
    blind = list[str]()
    for spec, job in jobs.items():
        try:
            result, verdict = cached_lab.comparison(job)
        except UserError as error:
            st.warning(f"**{plain(names[spec])}**: {plain(str(error))}", icon=":material/error:")
            continue
        if (one := in_model(result, part)) is not None:
            found[spec], method = one, result.methods[question.method].label
            if _no_better_than_blind(verdict, question.method, part):
                blind.append(spec)
    ranked = read_best(found)
    if ranked:
        rows = InModelRows(made, among, names, found, beside_best(found), found[ranked[0]].setting.model.label)
        st.markdown(_sentence(rows, ranked, part, so_far=_more_to_come(jobs.values())))
        show(in_model_chart(rows))
        if blind:
            without = listed([plain(names[spec]) for spec in ranked if spec in blind])
            st.caption(
                f":material/report: With {without} the model reads no better beyond chance than with rows that "
                "know nothing of their tokens."
            )
        _table(rows)
    _doors(names, jobs)
    silent = [spec for spec in found if spec not in ranked]
    for spec in silent:
        st.caption(f":material/block: {plain(names[spec])} is left out. {plain(found[spec].bits.reason)}")
    if ranked:
        st.caption(_caption(rows, question, method))


def _no_better_than_blind(verdict: Verdict, method: str, part: TextPart) -> bool:
    """Whether it was tested that a method does not beat every control on these texts."""
    return verdict.beats.get(method) is False if part == ALL else part in verdict.beaten_in.get(method, ())


def _more_to_come(jobs: Iterable[Job]) -> bool:
    """Whether some are neither there nor failed."""
    return any(job.state not in (State.DONE, State.FAILED) for job in jobs)


def labels(made: Mapping[str, Trained], among: Sequence[Trained]) -> dict[str, str]:
    """What each is called beside a plan, by spec; no two alike."""
    names = {spec: run_name(one, among) for spec, one in made.items()}
    twice = [name for name, n in Counter(names.values()).items() if n > 1]
    return {spec: f"{name} ({spec})" if name in twice else name for spec, name in names.items()}


def ask_part(languages: Sequence[str]) -> TextPart:
    """The texts that are drawn: all, or those of a language."""
    if len(languages) < 2:
        return ALL
    names = {_ALL: "All languages"} | {code: language(code).name for code in languages}
    among("train_in_part", [*names])
    chosen = LINKED.box("Show", names, "train_in_part", width=170)
    return ALL if chosen == _ALL else TextPart(chosen)


def _sentence(rows: InModelRows, ranked: Sequence[str], part: TextPart, *, so_far: bool) -> str:
    """The finding in words: with which the model reads best, which are no different, and how much the next takes."""
    best, *others = ranked
    untested = [spec for spec in others if rows.beyond[spec].reason]
    tied = [spec for spec in others if spec not in untested and not rows.beyond[spec].distinguishable]
    worse = [spec for spec in others if spec not in (*untested, *tied)]
    text = f" {language(part.language).name}" if part.language else ""
    name, model, bits = plain(rows.names[best]), plain(rows.model), f"{rows.found[best].bits.value:.3f} bits a byte"
    n, own = count(rows.made[best].n_vocabulary), rows.original.value
    said = [
        f"{'So far, at' if so_far else 'At'} {n} entries "
        + (f"**{name}** reads{text} best in {model}" if others else f"{model} reads{text} with **{name}**")
        + f" after the swap, {bits}"
        + (f"; with its own tokenizer the model takes {own:.3f}." if isfinite(own) else ".")
    ]
    if tied:
        names = listed([plain(rows.names[spec]) for spec in tied])
        said.append(f"On these sentences it cannot be told from {names}.")
    if untested:
        names = listed([plain(rows.names[spec]) for spec in untested])
        said.append(f"Whether it reads better than {names} is not tested. {rows.beyond[untested[0]].reason}")
    if worse:
        near = rows.beyond[worse[0]]
        said.append(
            f"{plain(rows.names[worse[0]])} takes {near.difference:.3f} more "
            f"(95 % interval {near.low:.3f} to {near.high:.3f})."
        )
    return " ".join(said)


def _table(rows: InModelRows) -> None:
    """The same in numbers, with what each takes beyond the best."""
    bits = st.column_config.NumberColumn(format="%.3f")
    table = rows.table()
    st.dataframe(
        table[[name for name in _SHOWN if name in table]],
        hide_index=True,
        key="train_in_model_numbers",
        placeholder="–",
        column_config={
            "Bits per byte": bits,
            "Beyond the best": st.column_config.NumberColumn(
                format="%.3f", help="More bits per byte than the best, on the texts that both read exactly."
            ),
            "Beyond the best, low": st.column_config.NumberColumn("low", format="%.3f", help=_PAIRED),
            "Beyond the best, high": st.column_config.NumberColumn("high", format="%.3f", help=_PAIRED),
            "Bytes per token": st.column_config.NumberColumn(format="%.2f", help="On the same texts."),
            "Texts": st.column_config.NumberColumn(help="That come back exactly from their tokens, and so count."),
        },
    )


_SHOWN = (
    "Tokenizer",
    "Bits per byte",
    "Beyond the best",
    "Beyond the best, low",
    "Beyond the best, high",
    "Bytes per token",
    "Texts",
)
_PAIRED = "95 % interval of the difference, paired over the same sentences."


def _doors(names: Mapping[str, str], jobs: Mapping[str, Job]) -> None:
    """A button to each comparison."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("On Transplants:", width="content")
        for spec, job in jobs.items():
            if st.button(
                plain(names[spec]), icon=":material/swap_horiz:", key=f"train_in_open_{spec}",
                type="tertiary", help="The whole comparison, with controls and other measures.",
            ):  # fmt: skip
                st.switch_page(ROOT / "pages" / "transplants.py", query_params={OPENED: job.key})


def _caption(rows: InModelRows, question: InModelQuestion, method: str) -> str:
    """What was done, and what it does not say."""
    names = listed([language(code).name for code in question.languages])
    weigh = ", each language weighing the same" if len(question.languages) > 1 else ""
    trained = " These sentences are among what the tokenizers were trained on." if seen([*rows.made.values()]) else ""
    return (
        f"Lower is better. Nothing of the model is trained: {plain(method)} makes the rows of new tokens from the "
        f"model's own. On {count(question.sentences)} sentences of {names}{weigh}; bars are 95 % intervals over "
        "sentences, and a grey mark is the better of two controls, whose rows know nothing of their tokens. "
        "Differences are paired over the same sentences, on which the best was found as well, and corrected for their "
        "number (Holm), so they may be certain where bars overlap. A tokenizer whose tokens resemble the model's own "
        f"has it easier, and after training the order may be another.{trained}"
    )
