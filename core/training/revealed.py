"""What the order of a tokenizer's merges tells of the text that it was trained on, beside what that was."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.common.errors import UserError, shown
from core.corpora.corpus import Corpus, open_corpus
from core.corpora.text_uploads import SCHEME
from core.tokenizers.tokenizer import Tokenizer
from core.training.opened import growth
from core.training.recipe import Trained
from core.training.sources import is_code, language_in
from core.vocabulary.mixture.job import Kinds, MixtureQuestion, question

_MERGES = 500  # of its first, about ten seconds of a processor for twelve categories
_BY_FREQUENCY = ("bpe", "bpe-characters")  # trainers whose next pair is the most frequent of all text
_SAMPLE = "sample"  # what ships, where the corpus that was trained on is not here


@dataclass(frozen=True)
class Reveal:
    """What to ask a tokenizer that was trained here.

    Args:
        question: a job that infers its mixture.
        truth: share of the bytes that it was trained on of each category, in the order of the answer.
    """

    question: MixtureQuestion
    truth: tuple[float, ...]


def tells(one: Trained) -> bool:
    """Whether it keeps an order of merges that goes by how often pairs stood in all of its text."""
    return one.recipe.trainer in _BY_FREQUENCY and growth(one) is not None


def revealing(one: Trained, tokenizer: Tokenizer) -> Reveal:
    """The question, whose categories are its texts.

    Args:
        tokenizer: the same, as a job opens it.

    Raises:
        UserError: a text of it can be no category, or there are too few of them.
    """
    languages, texts = defaultdict[str, dict[str, int]](dict), dict[str, int]()
    code = 0
    for file, part in zip(one.recipe.files, one.parts, strict=True):
        if (found := language_in(file.name)) is not None:
            spec, language = found
            languages[spec][language] = languages[spec].get(language, 0) + part.n_bytes
        elif is_code(file.name):
            code += part.n_bytes
        elif file.name.startswith(SCHEME):
            texts[file.name] = texts.get(file.name, 0) + part.n_bytes
        else:
            raise UserError(
                f"{shown(part.name)} is a file of this machine, which is no category. Train on an upload of it, or on "
                "languages of a corpus."
            )
    kinds = Kinds([(_corpus(spec, list(each)), list(each)) for spec, each in languages.items()], bool(code), [*texts])
    if len(kinds.names) < 2:
        raise UserError("It was trained on one text, so that there are no shares to infer. Train on two or more.")
    sizes = [n for each in languages.values() for n in each.values()] + ([code] if code else []) + [*texts.values()]
    grown = growth(one)
    n_merges = min(_MERGES, grown.most - grown.least) if grown else 0
    return Reveal(question(tokenizer, kinds, n_merges), _shares(sizes))


def _shares(sizes: Sequence[int]) -> tuple[float, ...]:
    return tuple(n / sum(sizes) for n in sizes)


def _corpus(spec: str, languages: Sequence[str]) -> Corpus:
    """The corpus, or what ships where it is not here."""
    with suppress(UserError):
        return open_corpus(spec)
    ships = open_corpus(_SAMPLE)
    for language in languages:
        ships.require(language)
    return ships
