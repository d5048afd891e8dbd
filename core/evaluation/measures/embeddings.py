"""The new rows as vectors: lengths, directions, neighbours, residuals, and how loud the head is."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.geometry import isotropy, neighbours, overlap
from core.evaluation.passes.reading import Group
from core.evaluation.results import Column, Measures, Table
from core.stats.number import Number
from core.tokenizers.matching import vocabulary_of
from core.transplants.problem import Side

SIDES: tuple[Side, ...] = ("input", "output")
NEIGHBOURS = 10
MOST_COMPARED = 1_000
BINS = 40
GROUPS = (Group.SHARED, Group.NEW)


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of each matrix, shared and new rows apart."""
    model = subject.model
    sides = SIDES[:1] if model.tied else SIDES
    tables: dict[str, Table] = {}
    summary: list[dict[str, float]] = []
    names: list[tuple[str, str]] = []
    for side in sides:
        rows = model.matrices().input if side == "input" else model.matrices().head
        rows = rows.float().cpu()
        parts = {group: rows[torch.from_numpy(subject.groups == group)] for group in GROUPS}
        tables[f"{side}_norms"] = _histogram(parts)
        kept = _kept_neighbours(subject, side, rows, params.seed)
        if kept is not None:
            tables[f"{side}_neighbours"] = kept
        for group in GROUPS:
            names.append((side, group.word))
            summary.append(_summary(subject, side, group, parts[group], kept))
        residuals = _residuals(subject, side)
        if residuals is not None:
            tables[f"{side}_residuals"] = residuals
    columns: dict[str, Column] = {"side": tuple(s for s, _ in names), "group": tuple(g for _, g in names)}
    columns |= {key: np.array([row[key] for row in summary]) for key in summary[0]}
    tables["summary"] = Table(columns)
    return Measures(_headline(subject, tables["summary"]), tables, {"tied": model.tied})


def _headline(subject: Subject, summary: Table) -> dict[str, Number]:
    """New over shared for each side."""
    found = {}
    for side in SIDES:
        there = side in summary.words("side")
        why = "No interval: it is a figure of the matrix." if there else "The head is tied to the input rows."
        new, shared = (summary.where(side=side, group=g.word) for g in (Group.NEW, Group.SHARED))
        for key in ("norm_ratio", "neighbour_jaccard", "effective_rank"):
            value = np.nan
            if there and key == "norm_ratio":
                value = float(summary.numbers("median_norm")[new[0]] / summary.numbers("median_norm")[shared[0]])
            elif there:
                value = float(summary.numbers(key)[new[0]])
            reason = why if np.isfinite(value) or not there else _why(subject, key)
            found[f"{side}_{key}"] = Number(value, reason=reason)
    logits = summary.numbers("mean_logit")
    rows = [summary.where(side=summary.words("side")[-1], group=g.word)[0] for g in (Group.NEW, Group.SHARED)]
    found["head_bias"] = Number(
        float(logits[rows[0]] - logits[rows[1]]), reason="No interval: a mean over rows and places."
    )
    return found


def _why(subject: Subject, key: str) -> str:
    if key == "neighbour_jaccard" and (subject.problem is None or subject.problem.donor is None):
        return "There is no donor whose neighbours could be kept."
    return "There are fewer than two new rows, or all are zero."


def _histogram(parts: dict[Group, Tensor]) -> Table:
    """Norms of shared and new rows in common bins."""
    norms = {group: rows.norm(dim=1).numpy() for group, rows in parts.items()}
    every = np.concatenate(list(norms.values()))
    edges = np.linspace(float(every.min(initial=0.0)), float(every.max(initial=1.0)) or 1.0, BINS + 1)
    counts = {group.word: np.histogram(values, edges)[0] for group, values in norms.items()}
    return Table({"low": edges[:-1], "high": edges[1:], **counts})


def _summary(subject: Subject, side: Side, group: Group, rows: Tensor, kept: Table | None) -> dict[str, float]:
    norms, shape = rows.norm(dim=1).numpy(), isotropy(rows)
    of_group = subject.groups == group
    logits = subject.reading.mean_logit[of_group]
    jaccard = float(kept.numbers("jaccard").mean()) if kept is not None and len(kept) and group is Group.NEW else np.nan
    head = side == "output" or subject.model.tied
    return {
        "n_rows": float(len(rows)),
        "mean_norm": float(norms.mean()) if len(norms) else np.nan,
        "median_norm": float(np.median(norms)) if len(norms) else np.nan,
        "mean_cosine": shape.mean_cosine,
        "effective_rank": shape.effective_rank,
        "neighbour_jaccard": jaccard,
        "mean_logit": float(logits.mean()) if head and of_group.any() else np.nan,
    }


def _kept_neighbours(subject: Subject, side: Side, rows: Tensor, seed: int) -> Table | None:
    """For some new tokens, which share of their nearest tokens in the donor are nearest in the new matrix."""
    problem = subject.problem
    if problem is None or problem.donor is None:
        return None
    donor = problem.sides[side]
    theirs = donor.donor_rows.float().cpu()
    text = np.isin(subject.groups[: len(theirs)], GROUPS) & donor.usable_donor[: len(subject.groups)].numpy()
    everything = np.flatnonzero(text)
    new = np.flatnonzero(text & (subject.groups[: len(theirs)] == Group.NEW))
    new = np.sort(np.random.default_rng(seed).permutation(new)[:MOST_COMPARED])
    if not len(new) or len(everything) < 2:
        return None
    own = torch.from_numpy(np.searchsorted(everything, new))
    near = [neighbours(m[everything], m[new], NEIGHBOURS, own) for m in (theirs, rows)]
    common = overlap(*near).double().numpy()
    k = near[0].shape[1]
    return Table({"id": new, "kept": common / k, "jaccard": common / (2 * k - common)})


def _residuals(subject: Subject, side: Side) -> Table | None:
    """What is left of each new token that the method solved for, worst first, with its piece."""
    made = subject.transplanted
    if made is None or side not in made.rows or made.rows[side].residual is None:
        return None
    residual = made.rows[side].residual
    assert residual is not None
    values: NDArray[np.float64] = residual.double().numpy()
    ids = made.wanted[side].numpy()
    order = np.argsort(-np.nan_to_num(values, nan=-1.0), kind="stable")
    pieces = vocabulary_of(subject.model.tokenizer).pieces
    return Table(
        {"id": ids[order], "residual": values[order], "piece_hex": tuple(pieces[i].hex() for i in ids[order].tolist())}
    )


EVALUATOR = Evaluator(
    key="embeddings",
    label="Embedding rows",
    definition=(
        "Of each matrix, new and shared rows apart: lengths, how evenly they point into all directions (mean cosine "
        "of pairs, effective rank), which of a token's 10 nearest tokens in the donor are still its nearest, what the "
        "method could not express (residuals), and the mean logit of new rows over all predicted places beside that "
        "of shared ones."
    ),
    source="Roy and Vetterli 2007 (effective rank); Ethayarajh 2019 (mean cosine)",
    numbers=(
        Definition(
            "input_norm_ratio", "Length of new rows, input", "×", "", "Median length, new over shared input rows."
        ),
        Definition(
            "output_norm_ratio", "Length of new rows, output", "×", "", "Median length, new over shared output rows."
        ),
        Definition(
            "input_neighbour_jaccard",
            "Neighbours kept, input",
            "",
            "higher",
            "Jaccard index with the donor's 10 nearest.",
        ),
        Definition(
            "output_neighbour_jaccard",
            "Neighbours kept, output",
            "",
            "higher",
            "Jaccard index with the donor's 10 nearest.",
        ),
        Definition(
            "input_effective_rank", "Effective rank, input", "dimensions", "", "Of new input rows; at most the width."
        ),
        Definition(
            "output_effective_rank",
            "Effective rank, output",
            "dimensions",
            "",
            "Of new output rows; at most the width.",
        ),
        Definition("head_bias", "Head bias", "nats", "", "Mean logit of new rows minus that of shared rows."),
    ),
    cost="a few matrix products; no pass over text beyond the one that all share",
    passes=0.1,
    evaluate=evaluate,
)
