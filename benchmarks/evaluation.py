"""All measures of the quick default against one scoring pass of the transplanted model, which they cannot do without.

A random model of the shape of the shipped ones, on our own parallel sentences: it costs what real ones cost.
"""

from dataclasses import replace

from benchmarks.measure import in_turns, markdown
from core.evaluation.base import EvalText, Reference, Subject, quick_evaluators, subject
from core.models.language_model import LanguageModel
from core.models.score import score
from core.text.samples import parallel_texts
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem
from tests.lab import byte_bpe, llama

N_ROWS = 4_096
N_LANGUAGES = 8


def texts() -> tuple[EvalText, ...]:
    """Six sentences in each of some languages."""
    return tuple(
        EvalText(one.code, "", sentence, str(n))
        for one in parallel_texts()[:N_LANGUAGES]
        for n, sentence in enumerate(one.sentences)
    )


def model(tokenizer: LocalTokenizer) -> LanguageModel:
    """About three million parameters."""
    return llama(tokenizer, n_rows=N_ROWS, width=192, layers=4, scale=0.02)


def quick(one: Subject) -> None:
    """Measure afresh, but for what the reference has already."""
    fresh = Subject(one.model, one.reference, one.problem, one.method, one.transplanted)
    for each in quick_evaluators():
        if not each.unavailable(fresh):
            each.measure(fresh)


def run() -> str:
    """One row per situation."""
    original = model(byte_bpe(300))
    problem = Problem(original.tokenizer, byte_bpe(360, "both"), original.matrices(), old_roles=original.special_ids)
    chosen = METHODS.get("subword_mean")
    reference = Reference(texts(), original)
    one = subject(problem, chosen, transplant(problem, chosen), reference)
    given = [t.text for t in reference.texts]

    def one_pass() -> None:
        score(one.model, given)

    def with_original() -> None:
        quick(replace(one, reference=replace(reference)))

    def pass_that_all_share() -> None:
        reference.read(one.model, one.groups)

    rows = []
    for name, ours in (
        ("the pass that all of them share", pass_that_all_share),
        ("all of the quick default, each further method", lambda: quick(one)),
        ("all of the quick default, first method, with the original's pass and the floor", with_original),
    ):
        ratio = in_turns(ours, one_pass, seconds=5.0)
        rows.append([name, f"{ratio.ours:,.2f} s", f"{ratio.alternative:,.2f} s", f"{ratio.value:.2f}×"])
    size = sum(len(text.encode()) for text in given)
    shape = f"{size / 1e3:,.0f} kB, {original.n_parameters / 1e6:.1f} M parameters"
    title = f"Quick evaluation against one scoring pass ({shape})"
    return markdown(title, ["what", "time", "one pass", "ratio"], rows)
