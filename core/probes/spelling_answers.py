"""Does a model still answer rightly when a question is spelled in tokens that its tokenizer never writes?"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from core.common.errors import UnknownName, UserError
from core.common.numbers import so_many
from core.common.progress import report
from core.evaluation.passes.choice_items import ChoiceItem, shipped_items
from core.probes.probe import Asked, Probe
from core.probes.respelled.respelling import Respelling
from core.probes.spelling_edges import spellers_of
from core.stats.number import Number
from core.stats.shares import share
from core.tokenizers.tokenizer import PLAIN

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

WAYS = {
    "own": "as the tokenizer writes it",
    "random": "every token spelled otherwise, by chance",
    "characters": "character by character",
}
KNOWN = tuple(sorted({item.language for item in shipped_items()}))
LANGUAGES, SEED = ("eng_Latn",), 0


@dataclass(frozen=True)
class AskedOtherwise:
    """A question that was put in several spellings.

    Args:
        prompt: the question.
        n_tokens: of it, by a key of `WAYS`.
        right: whether the model finds the right continuation the likeliest, by the same.
    """

    prompt: str
    n_tokens: Mapping[str, int]
    right: Mapping[str, bool]


@dataclass(frozen=True)
class SpellingAnswers:
    """What a model answers, by how the questions are spelled.

    Args:
        left_out: questions that the model cannot be asked so.
    """

    model: str
    fingerprint: str
    questions: tuple[AskedOtherwise, ...]
    left_out: int

    def right(self, way: str) -> Number:
        """Share of questions that are answered rightly, with Wilson's interval."""
        return share(sum(one.right[way] for one in self.questions), len(self.questions))

    def kept(self, way: str) -> Number:
        """Of the questions answered rightly in the tokenizer's own tokens, the share that still is."""
        known = [one for one in self.questions if one.right["own"]]
        return share(sum(one.right[way] for one in known), len(known))

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = {
            way: {
                "right": _numbers(self.right(way)),
                "kept": _numbers(self.kept(way)),
                "tokens": sum(one.n_tokens[way] for one in self.questions),
            }
            for way in WAYS
        }
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "questions": len(self.questions),
            "left_out": self.left_out,
            "spelled": rows,
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [f"{self.model} was asked {so_many(len(self.questions), 'question', 'questions')}, with 95 % intervals:"]
        for way, words in WAYS.items():
            kept = "" if way == "own" else f"; of those right at first {in_percent(self.kept(way))} are kept"
            said.append(f"  {words}: {in_percent(self.right(way))} right{kept}")
        if self.left_out:
            said.append(f"{so_many(self.left_out, 'question', 'questions')} cannot be put to it so, and were left out.")
        return said


def _numbers(one: Number) -> list[float | None]:
    return [None if isnan(each) else each for each in (one.value, one.low, one.high)]


def in_percent(one: Number) -> str:
    """
    >>> in_percent(share(1, 2)), in_percent(share(0, 0))
    ('50 % [9, 91]', '–')
    """
    return "–" if isnan(one.value) else f"{one.value * 100:.0f} % [{one.low * 100:.0f}, {one.high * 100:.0f}]"


def spelling_answers(model: str, languages: Sequence[str] = LANGUAGES, seed: int = SEED) -> SpellingAnswers:
    """What a model answers to the shipped questions, spelled in three ways.

    Args:
        model: what opens it.
        languages: of the questions.
        seed: of the draws.

    Raises:
        UserError: there is no such model or language, or the model can be asked none of the questions.
    """
    chosen = known(languages)
    from core.models.load import open_model  # torch takes seconds to import

    return spelling_answers_of(open_model(model), chosen, seed)


def known(languages: Sequence[str]) -> list[str]:
    """The languages, each once; all where none is named.

    Raises:
        UserError: there are no questions in one.
    """
    for language in languages:
        if language not in KNOWN:
            raise UnknownName("language of the shipped questions", language, KNOWN)
    return [*dict.fromkeys(languages)] or [*KNOWN]


def spelling_answers_of(model: "LanguageModel", languages: Sequence[str], seed: int) -> SpellingAnswers:
    """The same of a model that is open."""
    items = [item for item in shipped_items() if item.language in languages]
    dice, found = random.Random(seed), list[AskedOtherwise]()
    for n, item in enumerate(items):
        report(n, len(items), f"Asking {model.name}")
        if (one := _asked(model, item, dice)) is not None:
            found.append(one)
    if not found:
        raise UserError(f"None of the questions can be put to {model.name}: its tokens do not spell them exactly.")
    return SpellingAnswers(model.name, model.fingerprint, tuple(found), len(items) - len(found))


def _asked(model: "LanguageModel", item: ChoiceItem, dice: random.Random) -> AskedOtherwise | None:
    """None where the tokens of the question do not stay as they are when an answer follows, or spell another text."""
    from core.probes.respelled.read_ids import bits_behind

    own, choices = _ids(model, item.prompt), [_ids(model, item.prompt + choice) for choice in item.choices]
    if model.tokenizer.decode(own) != item.prompt.encode() or any(ids[: len(own)] != own for ids in choices):
        return None
    respelling = Respelling(spellers_of(model.tokenizer), own)
    spelled = {
        "own": own,
        "random": respelling.drawn(len(respelling.movable), dice),
        "characters": respelling.by_characters(),
    }
    right = {}
    for way, ids in spelled.items():
        bits = [
            bits_behind(model, ids, behind[len(own) :]) / len(choice.encode())
            for behind, choice in zip(choices, item.choices, strict=True)
        ]
        right[way] = all(bits[0] < other for other in bits[1:])
    return AskedOtherwise(item.prompt, {way: len(ids) for way, ids in spelled.items()}, right)


def _ids(model: "LanguageModel", text: str) -> tuple[int, ...]:
    return tuple(model.tokenizer.encode(text, PLAIN).ids.tolist())


PROBE = Probe(
    key="spelling_answers",
    order=32,
    question="Does a model still answer rightly when a question is spelled in tokens that its tokenizer never writes?",
    caution=(
        "The questions are few and easy, so intervals are wide; what a model guesses it may guess rightly in any "
        "spelling, so read the share kept beside that of guessing, which is a third. The answers keep the tokenizer's "
        "tokens: only the question is spelled otherwise."
    ),
    source=(
        "Zheng et al. 2025, Broken Tokens? (2506.19004): large models tuned to instructions keep up to 93.4 % with "
        "spellings by chance and 90.8 % character by character; the questions are our own"
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(key="languages", kind="words", text="languages of the questions", default=LANGUAGES, among=KNOWN),
        Asked(key="seed", kind="whole number", text="of the draws", default=SEED, least=0),
    ),
    find=spelling_answers,
)
