"""The order in which the models read: languages by fixed shares, news-like sentences often, manuals for the rest."""

import random
from collections.abc import Iterator, Sequence

from core.models.build.texts import LANGUAGES, Part

ENGLISH = 0.2  # of the documents; every other language has the same share of what is left
SENTENCES = 0.6  # of a language's documents that are sentences of FLORES-200 dev
_UNSPACED = ("zh", "ja", "th")


def documents(parts: Sequence[Part], seed: int, english: float = ENGLISH) -> Iterator[str]:
    """Documents without end; the same seed, the same documents.

    A document is one to three sentences in a row, or one to three paragraphs.
    """
    rng = random.Random(seed)
    languages = list(LANGUAGES)
    shares = [english if language == "en" else (1 - english) / (len(languages) - 1) for language in languages]
    sentences = {p.language: p.texts for p in parts if p.source.startswith("FLORES")}
    others = {
        language: [p for p in parts if p.language == language and p.source[:6] != "FLORES"] for language in languages
    }
    while True:
        language = rng.choices(languages, shares)[0]
        texts: Sequence[str]
        if rng.random() < SENTENCES:
            texts, joint = sentences[language], "" if language in _UNSPACED else " "
        else:
            parts_here = others[language]
            texts = rng.choices(parts_here, [p.n_bytes**0.5 for p in parts_here])[0].texts
            joint = "\n"
        n = rng.choice((1, 1, 2, 3))
        at = rng.randrange(len(texts))
        yield joint.join(texts[at : at + n])
