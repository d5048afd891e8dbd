"""How long the linear program of a mixture takes beside scipy's `linprog` on the plain formulation: all rows at once.

Processor time of one run each, one after the other; both reach the same objective or there is no table. The samples are
the sentences that ship, the merges GPT-4's, so that no data folder is needed.
"""

import numpy as np
import scipy
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.measure import markdown, timed
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.mixture.categories import Category
from core.vocabulary.mixture.history import CountHistory
from core.vocabulary.mixture.infer import merged_samples
from core.vocabulary.mixture.program import SCALE, Program

SPEC, N_MERGES = "tiktoken:cl100k_base", (20, 40, 80)
LANGUAGES = ("eng_Latn", "deu_Latn", "fra_Latn", "rus_Cyrl", "zho_Hans", "jpn_Jpan")
ALIKE = 1e-6  # two objectives, relative to the larger


def plain(counts: CountHistory) -> float:
    """The least slack, of the program with a row for every merge and pair, the paper's costs.

    Raises:
        RuntimeError: scipy gives no answer; says why.
    """
    n_merges, (n_pairs, n_categories) = len(counts.ends), counts.first.shape
    asked = [merged - now for merged, now in zip(counts.merged, _over_time(counts), strict=True)]
    of_merge = sparse.kron(sparse.eye_array(n_merges), np.ones((n_pairs, 1)))
    of_pair = sparse.kron(np.ones((n_merges, 1)), sparse.eye_array(n_pairs))
    rows = sparse.hstack([sparse.csr_array(np.concatenate(asked) * SCALE), of_merge, of_pair], format="csr")
    rows = rows[np.repeat(counts.there, n_pairs)]
    costs = np.concatenate([np.zeros(n_categories), np.ones(n_merges + n_pairs)])
    total = np.where(np.arange(len(costs)) < n_categories, 1.0, 0.0)
    found = linprog(costs, A_ub=-rows, b_ub=np.zeros(rows.shape[0]), A_eq=total[None], b_eq=[1.0], method="highs")
    if not found.success:
        raise RuntimeError(found.message)
    return float(found.fun) / SCALE


def _over_time(counts: CountHistory) -> list[np.ndarray]:
    """Counts of all pairs before each merge, (P, C) each."""
    now, found, begun = counts.first.copy(), list[np.ndarray](), 0
    for end in counts.ends.tolist():
        found.append(now.copy())
        now[counts.pairs[begun:end]] = counts.after[begun:end]
        begun = end
    return found


def run() -> str:
    """A row for each number of merges.

    Raises:
        RuntimeError: the two disagree.
    """
    sentences = open_corpus("sample").sentences
    samples = [Category(name, "\n".join(sentences[name]), "") for name in LANGUAGES]
    merged = merged_samples(open_tokenizer(SPEC), samples, max(N_MERGES))
    rows = [_row(merged.first(n).history) for n in N_MERGES]
    heads = ["merges", "rows of all", "ours", f"linprog of scipy {scipy.__version__} (HiGHS)", "ratio"]
    return markdown("The shares that fit best, processor time", heads, rows)


def _row(counts: CountHistory) -> list[str]:
    (ours, our_seconds), (plains, plain_seconds) = (
        timed(solve) for solve in (lambda: Program(counts).solve()[1], lambda: plain(counts))
    )
    if abs(ours - plains) > ALIKE * max(ours, plains):
        raise RuntimeError(f"Ours needs a slack of {ours:g}, the plain program {plains:g}: one of them is wrong.")
    n_rows = int(counts.there.sum()) * len(counts.first)
    ratio = f"{our_seconds / plain_seconds:.3f}×"
    return [f"{len(counts.ends)}", count(n_rows), f"{our_seconds:.2f} s", f"{plain_seconds:.2f} s", ratio]
