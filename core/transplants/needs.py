"""What methods may need beyond a model and both tokenizers, and how to get it."""

from dataclasses import dataclass

from core.common.need import Need
from core.transplants.problem import Problem
from core.transplants.resources import Resources


@dataclass(frozen=True, eq=False, kw_only=True)
class Available:
    """What a method may draw on.

    Args:
        resources: given beside the two models.
        has_donor: whether another model has the new tokenizer.
        problem: None before there are matrices; the vocabularies are then taken to share tokens.
    """

    resources: Resources
    has_donor: bool
    problem: Problem | None = None

    @property
    def has_anchors(self) -> bool:
        """Whether both vocabularies share tokens with usable rows on every side."""
        return self.problem is None or all(len(side.anchors) for side in self.problem.sides.values())


ANCHORS = Need[Available](
    key="anchors",
    is_there=lambda here: here.has_anchors,
    advice="The two vocabularies share no token with usable rows, so there is nothing to go by.",
)
DONOR = Need[Available](
    key="donor",
    is_there=lambda here: here.has_donor,
    advice=(
        "It needs a donor: another language model that has the new tokenizer. "
        "Choose one, for example the model that the tokenizer comes with."
    ),
)
HELPER = Need[Available](
    key="helper",
    is_there=lambda here: here.resources.helper is not None or here.has_donor,
    advice=(
        "It needs the input embeddings of a model with the new tokenizer, which may be small. "
        "Choose a donor, or give such a model as the helper."
    ),
)
HYPERNETWORK = Need[Available](
    key="hypernetwork",
    is_there=lambda here: here.resources.hypernetwork is not None,
    advice=(
        "It needs a hypernetwork that was trained for this model, and none ships for it. Give one, such as a "
        "checkpoint of ZeTT with config.json and model.safetensors, or take tiny-english as the model."
    ),
)
ROTARY = Need[Available](
    key="rotary positions",
    is_there=lambda here: here.resources.rotary is not None or here.problem is None,
    advice=(
        "Both models have to tell places by rotary positions, with a number of attention heads and a theta in their "
        "configurations, and one of them does not. Choose OMP robust."
    ),
)
TARGET_TEXT = Need[Available](
    key="target text",
    is_there=lambda here: (
        bool(here.resources.target_text)
        or here.resources.token_vectors is not None
        or here.resources.new_vectors is not None
    ),
    advice=(
        "It needs text in the languages that the new tokenizer is for, to learn what its tokens mean. "
        "Choose a corpus, or give a .vec file with vectors of the new tokens, or of words of the new language."
    ),
)
LEARNING_TEXT = Need[Available](
    key="text to learn from",
    is_there=lambda here: bool(here.resources.all_text),
    advice=(
        "It learns from text that is not measured, and none is left. Give more text: another corpus, a longer file, or "
        "fewer sentences to measure."
    ),
)
WHOLE_MODEL = Need[Available](
    key="whole model",
    is_there=lambda here: here.problem is None or here.resources.model is not None,
    advice=(
        "It learns through the whole model, of which only the matrices were read, or layers are fetched one at a time. "
        "Leave --embeddings-only away, or pick one device that holds the model."
    ),
)
WORD_VECTORS = Need[Available](
    key="word vectors",
    is_there=lambda here: here.resources.has_old_words and here.resources.has_new_words,
    advice=(
        "It needs word vectors of the old and of the new language. Give two .vec files, such as fastText's "
        "cc.en.300.vec and cc.de.300.vec, or choose a corpus that has both languages to make them from."
    ),
)
DICTIONARY = Need[Available](
    key="dictionary",
    is_there=lambda here: bool(here.resources.dictionary or here.resources.parallel),
    advice=(
        "It needs a bilingual dictionary: lines of a word, a tab and its translation. WECHSEL's project has "
        "dictionaries for many languages; MUSE's can be used too. Or choose a parallel corpus that has both languages "
        "to make one from."
    ),
)
PARALLEL_TEXT = Need[Available](
    key="parallel text",
    is_there=lambda here: bool(here.resources.parallel),
    advice="It needs sentences with their translations. Choose a parallel corpus that has both languages.",
)
ENCODER = Need[Available](
    key="text encoder",
    is_there=lambda here: here.resources.encoder is not None,
    advice="The encoder is the built-in one, which knows spelling, not meaning; give a text encoder for better rows.",
)
