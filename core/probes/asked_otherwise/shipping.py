"""`python -m core.probes.asked_otherwise.shipping`: put the questions to a real model anew, into data/probes.

Fetches a model of 93 MB once; takes a minute or two of a processor.
"""

from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.asked_otherwise.shipped import FILE, ShippedSpellingAnswers
from core.probes.shipping import ship, today, versions
from core.probes.spelling_answers import LANGUAGES, SEED, spelling_answers_of


def shipped_now() -> ShippedSpellingAnswers:
    """All asked anew."""
    model = open_model(REAL_MODEL)
    found = spelling_answers_of(model, LANGUAGES, SEED)
    return ShippedSpellingAnswers(model.spec, today(), versions(), LANGUAGES, SEED, found)


if __name__ == "__main__":
    ship(FILE, shipped_now)
