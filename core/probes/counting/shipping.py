"""`python -m core.probes.counting.shipping`: have the shipped counters and a real model count, into data/probes.

Fetches a model of 93 MB once; takes some minutes of a processor.
"""

from core.common.progress import report
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.counting.answers import LettersCounted
from core.probes.counting.counters import COUNTERS, LONGEST
from core.probes.counting.shipped import COUNTED_FILE, ShippedCounts, WordCounted
from core.probes.counting.strings import LetterQuestion, countings
from core.probes.counting.training import answers_of
from core.probes.counting.words import words_to_count
from core.probes.letters import asked_of, letters_of
from core.probes.shipping import ship, today, versions

EACH, SEED = 15, 1  # the counters were trained on strings of another seed


def shipped_now() -> ShippedCounts:
    """All asked anew."""
    strings = countings(LONGEST, EACH, SEED)
    several = [answers_of(counter, counter.folder, strings) for counter in COUNTERS]
    counters = LettersCounted(several[0].strings, tuple(answers for one in several for answers in one.by))
    model, words = open_model(REAL_MODEL), list[WordCounted]()
    for one in words_to_count():
        words.append(_asked(model, one))
        report(len(words), len(words_to_count()), "Asking")
    return ShippedCounts(model.spec, model.name, model.fingerprint, today(), versions(), SEED, counters, tuple(words))


def _asked(model: LanguageModel, one: LetterQuestion) -> WordCounted:
    found = letters_of([model.tokenizer], one.word, one.letter)
    return WordCounted(one.word, one.letter, one.answer, asked_of(model, found.forms, found.letter, found.n))


if __name__ == "__main__":
    ship(COUNTED_FILE, shipped_now)
