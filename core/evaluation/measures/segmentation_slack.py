"""How much probability lies on other ways to write the same text."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.byte_marginals import Ids, byte_marginals, byte_table
from core.evaluation.passes.byte_windows import next_tokens
from core.evaluation.passes.cells import Cell, figures, quotient
from core.evaluation.passes.likelihood import LN2
from core.evaluation.results import Measures, Table
from core.models.language_model import LanguageModel
from core.stats.number import Number

WINDOWS = Param(
    key="windows",
    label="Windows",
    default=24,
    help="How many stretches of text to look at, drawn at random.",
    low=1,
    high=2_000,
)
BYTES = Param(
    key="bytes",
    label="Bytes per window",
    default=8,
    help="Longest stretch; the work doubles with each byte.",
    low=1,
    high=12,
)
CONTEXT = Param(
    key="context_bytes",
    label="Bytes before",
    default=48,
    help="How much of the text before it the model sees at most.",
    low=0,
    high=1_024,
)


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of the model and of the original, each on stretches between boundaries of its own tokens."""
    models = {"model": subject.model}
    if subject.reference.original is not None:
        models["original"] = subject.reference.original
    numbers, columns = {}, {}
    for name, model in models.items():
        numbers[name], columns[name] = _slack(subject, model, params)
    without = Number(np.nan, reason="There is no original to compare with.")
    headline = {"slack": numbers["model"], "original_slack": numbers.get("original", without)}
    return Measures(headline, columns)


def _slack(subject: Subject, model: LanguageModel, params: Params) -> tuple[Number, Table]:
    texts, language = subject.reference.texts, []
    contexts, bodies, data = list[Ids](), list[Ids](), list[bytes]()
    order = np.random.default_rng(params.seed).permutation(len(texts)).tolist()
    for n in order:
        drawn = _stretch(model, texts[n].text, params, n)
        if drawn is not None and len(data) < params.whole("windows"):
            contexts.append(drawn[0])
            bodies.append(drawn[1])
            data.append(drawn[2])
            language.append(texts[n].language)
    if not data or model.bos is None:
        why = "The model has no token for the start of a text." if data else "No text has a stretch that fits."
        return Number(np.nan, reason=why), Table({"language": ()})
    ask, table = next_tokens(model), byte_table(model.tokenizer, model.n_rows)
    found = [byte_marginals([piece], table, ask, contexts=[context], beyond=False)[0]
             for piece, context in zip(data, contexts, strict=True)]  # fmt: skip
    every = np.array([one.log_complete for one in found])
    chosen = zip(found, contexts, bodies, strict=True)
    own = np.array([one.complete.get((*context, *body), -np.inf) for one, context, body in chosen])
    n_bytes = np.array([len(piece) for piece in data])
    strata = [np.flatnonzero(np.array(language) == code) for code in dict.fromkeys(language)]
    number = figures(Cell("", "", tuple(strata)), np.array([every - own, n_bytes]), [quotient(0, 1, LN2)], params.seed)[
        0
    ]
    table_of = Table(
        {
            "language": tuple(language),
            "piece_hex": tuple(piece.hex() for piece in data),
            "n_tokens": np.array([len(body) for body in bodies], np.int64),
            "log_all": every,
            "log_canonical": own,
        }
    )
    return number, table_of


def _stretch(model: LanguageModel, text: str, params: Params, seed: int) -> tuple[Ids, Ids, bytes] | None:
    """(tokens before, tokens, their bytes): whole tokens from a random boundary on that fit into a window."""
    cut = model.tokenizer.segment(text)
    if len(cut.ids) < 2 or not cut.lossless:
        return None
    longest, rng = params.whole("bytes"), np.random.default_rng([params.seed, seed])
    lengths = cut.ends - cut.starts
    fits = np.flatnonzero((lengths[1:] <= longest) & (lengths[1:] > 0)) + 1  # not the first, which may have a prefix
    if not len(fits):
        return None
    first = int(rng.choice(fits))
    last = first + 1
    while last < len(cut.ids) and cut.ends[last] - cut.starts[first] <= longest:
        last += 1
    begin = int(np.searchsorted(cut.starts, cut.starts[first] - params.whole("context_bytes"), "left"))
    before, body = cut.ids[min(begin, first) : first].tolist(), cut.ids[first:last].tolist()
    return tuple(before), tuple(body), cut.text[cut.starts[first] : cut.ends[last - 1]]


EVALUATOR = Evaluator(
    key="segmentation_slack",
    label="Segmentation slack",
    definition=(
        "The logarithm of the probability of all token sequences that spell a stretch of text, minus that of the "
        "tokenizer's own sequence, per byte: what the model gives to other ways of writing the same. A model trained "
        "with its tokenizer has little of it, and a transplant may leak it. It is never negative."
    ),
    source="Cao and Rimell 2021, You should evaluate your language model on marginal likelihood over tokenisations",
    numbers=(
        Definition(
            "slack", "Slack", "bits/byte", "lower", "Mean over stretches of text between boundaries of its tokens."
        ),
        Definition("original_slack", "Slack of the original", "bits/byte", "lower", "The same for the original."),
    ),
    cost="up to 128 calls of each model per stretch of 8 bytes, each on a short context",
    passes=2.0,
    evaluate=evaluate,
    params=(WINDOWS, BYTES, CONTEXT),
)
