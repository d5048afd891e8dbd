"""Parity-aware BPE: each merge is the one that helps the language with most tokens.

Text without parallel text, such as code, is weighed where all text is: in the first merges of the hybrid.
"""

from collections.abc import Sequence

from tokenizers import Tokenizer

from core.common.errors import shown
from core.common.need import Need
from core.common.params import Param
from core.training.merges import MergeSymbols, Pair, WordPairs, in_pairs
from core.training.options import MOST_VOCABULARY
from core.training.text import TrainingText
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET, merged, watched


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Raises:
        NotMakeable: a text could not be weighed at all.
    """
    options = task.options
    _check_weighed(task)
    symbols = MergeSymbols([*options.specials, *ALPHABET])
    languages = [in_pairs(task.cut.words(part.chunks), symbols) for part in task.text.parts[: len(task.text.parallel)]]
    parallel = [in_pairs(task.cut.words(each), symbols) for each in task.text.parallel]
    together = [in_pairs(task.cut.words(task.text.chunks), symbols)] if task.params.whole("global_merges") else []
    merges, known = list[Pair](), set[Pair]()
    look = watched(task, task.cut)
    n_first, spent = len(symbols.spellings), set[int]()
    while len(symbols.spellings) < options.vocab:
        in_common = len(merges) < task.params.whole("global_merges")
        place = None if in_common else _longest(parallel, spent)
        best = together[0].best() if in_common else languages[place].best() if place is not None else None
        if best is None or best[1] < options.min_frequency:
            if place is None:
                break
            spent.add(place)
            continue
        new = symbols.joined(best[0])
        for counts in (*languages, *parallel, *together):
            counts.merge(best[0], new)
        if best[0] not in known:
            known.add(best[0])
            merges.append(best[0])
        look(len(symbols.spellings) - n_first, options.vocab - n_first, lambda: (symbols, merges))
    return merged(symbols, merges, options.specials, task.cut)


def _check_weighed(task: TrainingTask) -> None:
    without = [part.name for part in task.text.parts[len(task.text.parallel) :]]
    if without and not task.params.whole("global_merges"):
        raise NotMakeable(
            f"{', '.join(map(shown, without))} has no parallel text, so that only global merges can weigh it, and "
            "there are none. Ask for some, or leave it out."
        )


def _longest(parallel: Sequence[WordPairs], spent: set[int]) -> int | None:
    """The language whose parallel text takes most tokens, of those that have pairs left; the first of equal ones."""
    return max((i for i in range(len(parallel)) if i not in spent), key=lambda i: parallel[i].n_tokens, default=None)


def _is_parallel(text: TrainingText) -> bool:
    return 1 < len(text.parallel) <= len(text.parts)


TRAINER = Trainer(
    key="parity",
    label="Parity-aware BPE",
    order=60,
    about=(
        "BPE in which the next pair is the most frequent one of the language whose parallel text takes most tokens at "
        "that time."
    ),
    source="Foroutan et al. 2025, and its code (swiss-ai/parity-aware-bpe). Our own code.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(
            key="global_merges",
            label="Global merges",
            default=0,
            help="How many of the first merges are those of all text together (the hybrid); code is weighed there.",
            low=0,
            high=MOST_VOCABULARY,
        ),
    ),
    needs=(
        Need(
            key="parallel",
            is_there=_is_parallel,
            advice=(
                "It weighs languages: give --file once for each of two or more, and --parallel as often, in the same "
                "order, each with the same sentences line by line; files without such, as of code, come last."
            ),
        ),
    ),
    word_bytes=180,
)
