"""What came of a job that trains: how far it is, pictures and numbers of what is finished, and where to go with it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from components.cached import runs as cached_runs
from components.frame.visitor import visitor
from components.runs.job_cards import OPENED, close_opened, may_see
from components.runs.naming import title
from components.runs.under_way import result_of, under_way
from components.training.charts import ALL_TEXT, by_size_chart, by_text_chart
from components.training.context import TrainingContext
from components.training.fairness_charts import premium_chart, price_chart
from components.training.figure import show
from components.training.finding import finding
from components.training.further import further
from components.training.linked import LINKED
from components.training.live import live
from components.training.not_made import not_made
from components.training.trainers import settings_in_words
from components.training.view import views
from core.common.errors import UserError, shown
from core.common.numbers import count, size
from core.common.params import unusual
from core.jobs.job import Job, State
from core.training.export import differs
from core.training.fairness import fairness
from core.training.family import shipped_family
from core.training.job import KIND, trained_in, trained_so_far
from core.training.pretokenizers import BERT
from core.training.recipe import Trained, TrainedPlan
from core.training.runs import settings_of
from core.training.trainer import TRAINERS
from core.training.watch import read_stage

_SIZE, _LARGEST = "train_size", "train_size_largest"  # the size chosen, and the largest that there was in the last run


def training_result() -> None:
    """The job that the link names.

    Raises:
        UserError: there is no such job of this visitor's.
    """
    key = st.query_params[OPENED]
    job = cached_runs.jobs().get(key)
    if job.kind != KIND or not may_see(job):
        raise UserError(f"There is no training {shown(key)} of yours. Close it, or ask whoever has it.")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{title(job, visitor())}**", width="content")
        st.button("Train others", icon=":material/close:", on_click=close_opened, type="tertiary", key="close_train")
    under_way(job, "train", _stage)
    live(job)
    found = _found(job)
    if found is None:
        return
    not_made(found)
    if found.made:
        _draw(found.made, complete=job.state is State.DONE)


def _stage(stage: str) -> str:
    """Without what stands below it."""
    look = read_stage(stage)
    return f"{look.of}: merging" if look else stage


def shipped_result() -> None:
    """The tokenizers that ship, with where they are from."""
    job, found = shipped_family()
    _draw(found.made, complete=True)
    when = datetime.fromtimestamp(job.finished or job.created, UTC).date()
    st.caption(
        f"Trained on {when}, on sentences of FLORES-200 (NLLB Team 2022, CC BY-SA 4.0) and the code of starlette "
        f"(BSD-3-Clause), {size(_bytes(found))} in all. "
        "Recipes, hashes of the text and versions of the libraries stand in each folder that can be taken from here."
    )


def _bytes(found: TrainedPlan) -> int:
    return found.made[0].whole.n_bytes


def _found(job: Job) -> TrainedPlan | None:
    """All of it, or what is finished so far."""
    if job.state is not State.DONE:
        return trained_so_far(cached_runs.jobs().store, job)
    result = result_of(job, "train")
    return None if result is None else trained_in(result)


def _draw(made: Sequence[Trained], *, complete: bool) -> None:
    st.markdown(finding(made, complete))
    left, right = st.columns(2)
    with left:
        names = {ALL_TEXT: ALL_TEXT} | {part.name: part.name for part in made[0].parts}
        show(by_size_chart(made, LINKED.box("Text", names, "train_text", width=240)))
    with right:
        sizes = sorted({one.n_vocabulary for one in made}, reverse=True)
        _follow_largest(f"{sizes[0]}")
        chosen = LINKED.choice("Entries", {f"{n}": count(n) for n in sizes}, _SIZE)
        show(by_text_chart([one for one in made if f"{one.n_vocabulary}" == chosen], made))
    st.caption(_how_measured(made))
    _fairness(made)
    further(made)
    views(TrainingContext(made))
    st.dataframe(
        _numbers(made),
        hide_index=True,
        key="train_numbers",
        placeholder="–",
        column_config={
            "Bytes per token": st.column_config.NumberColumn(format="%.3f"),
            "Low": st.column_config.NumberColumn(format="%.3f"),
            "High": st.column_config.NumberColumn(format="%.3f"),
            "Seconds": st.column_config.NumberColumn(format="%.1f", help="Of training, on this machine."),
            "Set": st.column_config.TextColumn(width="medium", help="What is not as usual, beside the pre-tokenizer."),
            "Its file cuts as the trainer does": st.column_config.TextColumn(width="medium"),
        },
    )


def _follow_largest(largest: str) -> None:
    """Of a plan that is under way the largest size so far is shown, until another is chosen."""
    state = st.session_state
    if _LARGEST in state and state.get(_SIZE) == state[_LARGEST]:
        state[_SIZE] = largest
    state[_LARGEST] = largest


def _fairness(made: Sequence[Trained]) -> None:
    """Premium by size, and what equality costs, where the same sentences were kept apart in several languages."""
    found = [(one, fair) for one in made if (fair := fairness(one.parallel)) is not None]
    if not found:
        return
    first = found[0][1]
    others = [name for name in first.languages if name != first.reference]
    st.markdown("**What the same sentences take in each language**")
    left, right = st.columns(2)
    with left:
        show(premium_chart(found, LINKED.box("Premium of", others, "train_premium_of", width=240)))
    with right:
        show(price_chart(found))
    several = "; with each seed other ones are kept apart" if len({one.recipe.seed for one, _ in found}) > 1 else ""
    st.caption(
        f"On {count(first.n_sentences)} sentences that were not trained on, the same in {len(first.languages)} "
        f"languages{several}. Bars are 95 % intervals over sentences. Left: tokens of a language for "
        f"each token of {first.reference}. Right: how unequal languages are, 0 being equal, against tokens; further "
        "down is fairer, further left is shorter; a fairer one to the right of another shows the price of fairness."
    )


def _how_measured(made: Sequence[Trained]) -> str:
    one, sizes = made[0], sorted({each.whole.n_measured_bytes for each in made})
    n = size(sizes[0]) if len(sizes) == 1 else f"{size(sizes[0])} to {size(sizes[-1])}"
    seeds = ", other ones with each seed" if len({each.recipe.seed for each in made}) > 1 else ""
    where = f"{n} in lines that were kept apart from training{seeds}" if one.held_out else f"the {n} trained on"
    return (
        f"Measured on {where}. Bars are 95 % intervals over lines; without one there are fewer than ten lines, or none "
        "was kept apart. More bytes per token are fewer tokens, and say nothing else of a tokenizer's quality."
        + _cut_otherwise(made)
    )


def _cut_otherwise(made: Sequence[Trained]) -> str:
    """Which trainers' words are cut in no way in which most trainers' are, so that more than the trainer differs."""
    cuts: dict[str, list[str]] = {}
    for one in made:
        cuts.setdefault(one.recipe.trainer, []).append(one.recipe.options.pre)
    [(usual, _)] = Counter(map(frozenset, cuts.values())).most_common(1)
    said: dict[str, list[str]] = {}
    for trainer, pres in cuts.items():
        if usual.isdisjoint(pres):
            said.setdefault(pres[0], []).append(TRAINERS.get(trainer).label)
    if not said:
        return ""
    lossy = ", without tokens for spaces, so that its numbers are too high to compare"
    others = [f"{', '.join(names)} cuts words by the rule {pre}{lossy * (pre == BERT)}" for pre, names in said.items()]
    return f" {'; '.join(others)}; the others by {' and '.join(sorted(usual))}."


def _numbers(made: Sequence[Trained]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Trainer": [TRAINERS.get(one.recipe.trainer).label for one in made],
            "Entries": [one.n_vocabulary for one in made],
            "Bytes per token": [one.whole.bytes_per_token for one in made],
            "Low": [one.whole.low for one in made],
            "High": [one.whole.high for one in made],
            "Trained on, bytes": [one.whole.n_bytes for one in made],
            "Pre-tokenizer": [one.recipe.options.pre for one in made],
            "Set": [_set(one) for one in made],
            "Seed": [one.recipe.seed for one in made],
            "Seconds": [one.seconds for one in made],
            "Its file cuts as the trainer does": [differs(one) or "yes" for one in made],
        }
    )
    return table if table["Set"].any() else table.drop(columns="Set")


def _set(one: Trained) -> str:
    """What was set otherwise than usual: for all trainers, and of its own."""
    trainer = TRAINERS.get(one.recipe.trainer)
    own = settings_in_words(trainer, unusual(trainer.params, one.recipe.params))
    return ", ".join([*settings_of(one.recipe), *([own] if own else [])])
