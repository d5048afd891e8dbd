"""What `train` says of the tokenizers that it made: each by itself, and several side by side."""

from collections.abc import Mapping, Sequence

from core.cli.base import known
from core.cli.in_model import PutIn, best_documents, in_model_document
from core.common.numbers import count
from core.lab.in_model import InModelQuestion
from core.training.equal_length import equal_length
from core.training.export import differs
from core.training.fairness import fairness
from core.training.opened import opened
from core.training.recipe import MeasuredPart, NotTrained, PhrasesFirst, Trained, TrainingRecipe
from core.training.runs import by_run, run_label, run_of
from core.training.spent import Spent, spent
from core.vocabulary.comparison import compare
from core.vocabulary.entries import entries_of


def document(
    found: Trained, spec: str, out: str, question: InModelQuestion | None = None, answer: PutIn | None = None
) -> dict[str, object]:
    """One, as JSON has it.

    Args:
        question: what was asked of it in a model; None where nothing was.
        answer: what came of that.
    """
    asked = {"in_model": in_model_document(question, answer)} if question and answer else {}
    return {
        "spec": spec,
        "trainer": found.recipe.trainer,
        "n": found.n_vocabulary,
        **_way(found.recipe),
        "bytes_per_token": found.whole.bytes_per_token,
        "held_out": found.held_out,
        "measured_bytes": found.whole.n_measured_bytes,
        "by_text": {part.name: _numbers(part) for part in found.parts},
        "entries": _spent(spent(found, entries_of(opened(found)))),
        "fairness": _fairness(found),
        "seconds": found.seconds,
        "peak_bytes": known(found.peak_bytes),
        "exact_export": found.exact_export,
        "differs": differs(found),
        "phrases": found.phrases and _phrases(found.phrases),
        "compared_lines": found.n_compared,
        "out": out or None,
        **asked,
    }


def side_by_side(
    made: Sequence[tuple[str, Trained]],
    not_made: Sequence[NotTrained],
    question: InModelQuestion | None = None,
    answers: Mapping[str, PutIn] = {},
) -> dict[str, object]:
    """Several with their specs, as JSON has them: what they share, and the sizes at which languages are equally long.

    Args:
        question, answers: as of `document`, by spec.
    """
    asked = {"best_in_model": best_documents(dict(made), answers)} if question else {}
    read = [entries_of(opened(one)) for _, one in made]
    return {
        "tokenizers": [document(one, spec, "", question, answers.get(spec)) for spec, one in made],
        "not_made": [
            {"trainer": one.recipe.trainer, "n": one.recipe.options.vocab, **_way(one.recipe), "why": one.why}
            for one in not_made
        ],
        "shared_entries": [[compare(a, b).shared for b in read] for a in read],
        "size_for_equal_length": _equal_lengths([one for _, one in made]),
        **asked,
    }


def _way(recipe: TrainingRecipe) -> dict[str, object]:
    """What tells a run from others by its trainer."""
    run = run_of(recipe)
    return {
        "seed": run.seed,
        "pre": run.pre,
        "digits": run.digits,
        "normaliser": run.normaliser,
        "shares": list(run.shares) or None,
    }


def sentences(found: Trained, spec: str, out: str, among: Sequence[TrainingRecipe]) -> list[str]:
    """One in words.

    Args:
        among: all recipes that were followed.
    """
    apart = "kept apart" if found.held_out else "that it was trained on, as none was kept apart"
    use, otherwise = spent(found, entries_of(opened(found))), differs(found)
    return [
        f"{spec}: {run_label(found.recipe, among)}, {count(found.n_vocabulary)} entries, trained in "
        f"{found.seconds:.1f} s",
        f"{found.whole.bytes_per_token:.3f} bytes per token on {count(found.whole.n_measured_bytes)} bytes {apart}; of "
        f"its entries {use.unused:.0%} stand nowhere there, {use.superwords:.0%} go over a space",
        f"Its file cuts {count(found.n_compared)} lines of all scripts as it does"
        + (f"; {otherwise}." if otherwise else "."),
        *([f"Wrote {out}."] if out else []),
    ]


def _numbers(part: MeasuredPart) -> dict[str, float | None]:
    numbers = {"bytes_per_token": part.bytes_per_token, "low": part.low, "high": part.high}
    return {"trained_bytes": part.n_bytes, **{key: known(number) for key, number in numbers.items()}}


def _phrases(found: PhrasesFirst) -> dict[str, object]:
    return {
        "measured_bytes": found.n_bytes,
        "bytes_per_token": known(found.bytes_per_token),
        "cut_otherwise": known(found.otherwise),
    }


def _spent(found: Spent) -> dict[str, object]:
    return {
        "for_text": found.n_entries,
        "never_used": found.n_unused,
        "superwords": found.n_superwords,
        "tokens_measured": found.n_tokens,
        "superwords_among_them": found.n_superword_tokens,
    }


def _fairness(one: Trained) -> dict[str, object] | None:
    found = fairness(one.parallel)
    if found is None:
        return None
    return {
        "reference": found.reference,
        "gini": [*map(known, found.gini.tolist())],
        "tokens_a_sentence": [*map(known, found.tokens.tolist())],
        "premiums": {
            name: [*map(known, row)] for name, row in zip(found.languages, found.premiums.tolist(), strict=True)
        },
        "sentences": found.n_sentences,
    }


def _equal_lengths(made: Sequence[Trained]) -> list[dict[str, object]]:
    """For each run, against the reference at the smallest size."""
    found = list[dict[str, object]]()
    for ones in by_run(made).values():
        each = equal_length(ones, ones[0].n_vocabulary)
        if each is not None:
            needed = {
                one.language: {"n": known(one.value), "low": known(one.low), "high": known(one.high), "why": one.why}
                for one in each.needed
            }
            found.append(
                {
                    "trainer": ones[0].recipe.trainer, **_way(ones[0].recipe), "reference": each.reference,
                    "at": each.at, "tokens_a_sentence": each.target, "needed": needed,
                }
            )  # fmt: skip
    return found
