"""The three prompts that ask a model to repeat a token, as ids with a gap for the token.

A prompt is written with a token that the tokenizer keeps whole in it, and that token's id is then replaced. So the
prompt of every candidate has the same ids but for its own, whatever its text would have been cut into.

Source: the release of Land & Bartolo 2024, word for word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.models.language_model import LanguageModel
from core.tokenizers.tokenizer import PLAIN
from core.vocabulary.entries import Entries, Ids

N_WRITTEN = 3  # tokens that the model writes after a prompt
_GAP = "{token}"
_TRIED = 200  # stand-ins


@dataclass(frozen=True)
class RepetitionPrompt:
    """A prompt: what it begins with, what is asked and answered `times` times, and how the last answer begins."""

    key: str
    times: int
    lead: str
    asked: str
    answered: str

    def text(self, token: str, times: int) -> str:
        """With so many answers before the one that is wanted."""
        whole = self.lead + (self.asked + self.answered) * times + self.asked + self.answered.partition(_GAP)[0]
        return whole.replace(_GAP, token)


PROMPTS = (
    RepetitionPrompt(
        "input_output",
        20,
        "This device repeats its input exactly, as shown in these 100 identical trials.",
        "\nInput: «{token}»\nOutput:",
        " «{token}»",
    ),
    RepetitionPrompt(
        "assistant_explain",
        0,
        "This helpful assistant explains what a phrase means, replying with identical responses to identical "
        "questions for reliability.",
        "\nUser: What does 'edslfkj' mean?\nAssistant: 'edslfkj' has no specific meaning I am aware of."
        "\nUser: what does '{token}' mean?\nAssistant:",
        " '{token}'",
    ),
    RepetitionPrompt(
        "repeats",
        50,
        "Below is the output, as you can see it's just giving the same phrase repeated indefinitely:\n",
        "{token}",
        "{token}",
    ),
)


@dataclass(frozen=True, eq=False)
class GappedIds:
    """A prompt as ids, BOS included, int64 (T,), with the places where the token goes, and how often it is shown."""

    key: str
    ids: NDArray[np.int64]
    gaps: Ids
    times: int

    def filled(self, token: int) -> NDArray[np.int64]:
        """The prompt of one token."""
        ids = self.ids.copy()
        ids[self.gaps] = token
        return ids


def gapped(model: LanguageModel, entries: Entries, usable: Ids) -> list[GappedIds]:
    """All prompts for a model, each with as many repetitions as it can look back on.

    Args:
        usable: ids of entries whose text is cut into them.

    Raises:
        UserError: its tokenizer keeps no token whole in them, or the model looks back on too little.
    """
    return [_gapped(model, entries, usable, prompt) for prompt in PROMPTS]


def _gapped(model: LanguageModel, entries: Entries, usable: Ids, prompt: RepetitionPrompt) -> GappedIds:
    most = None if model.max_tokens is None else model.max_tokens - N_WRITTEN
    for times in _fewer(prompt.times):
        for stand_in in _stand_ins(entries, usable):
            ids = _ids(model, prompt.text(entries.texts[stand_in] or "", times))
            gaps = np.flatnonzero(ids == stand_in)
            if len(gaps) == prompt.text(_GAP, times).count(_GAP):
                if most is None or len(ids) <= most:
                    return GappedIds(prompt.key, ids, gaps, times)
                break  # another one would make it no shorter
    raise UserError(
        f"{model.name} cannot be asked to repeat a token: its tokenizer keeps none whole in the prompts, or it looks "
        f"back on fewer tokens than they take. Look at its rows alone."
    )


def _fewer(times: int) -> Iterator[int]:
    """The published number of repetitions, and smaller ones for models that cannot look back so far."""
    while times:
        yield times
        times //= 2
    yield 0


def _stand_ins(entries: Entries, usable: Ids) -> Sequence[int]:
    """Long words of many different letters first."""
    texts = {int(i): entries.texts[i] or "" for i in usable}
    return sorted(texts, key=lambda i: (not texts[i].isalpha(), -len(set(texts[i])), -len(texts[i])))[:_TRIED]


def _ids(model: LanguageModel, text: str) -> NDArray[np.int64]:
    lead = [] if model.bos is None else [model.bos]
    return np.array([*lead, *model.tokenizer.encode(text, PLAIN).ids.tolist()], np.int64)
