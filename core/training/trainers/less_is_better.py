"""Less is Better: a lexicon learned by reading, in which a piece rises or falls by whether it makes fewer tokens."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.params import Param
from core.common.progress import report
from core.training.lexicon import Lexicon
from core.training.longest_match import bounded, longest_match
from core.training.pretokenizers import Cut, normalised
from core.training.text import Chunks
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET

_DOCUMENT = 20_000  # bytes; in the authors' code they are of up to two hundred sentences


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: the first pieces of the lexicon, of which a word takes the longest each time."""
    options, cut, params = task.options, bounded(task.cut), task.params
    room, passes = options.vocab - len(options.specials) - len(ALPHABET), params.whole("passes")
    learned = _learned(cut, task.text.chunks, params.whole("longest"), passes, params.seed)
    if len(learned) < room:
        raise NotMakeable(
            f"The lexicon has {count(options.vocab - room + len(learned))} entries after {passes} passes, not "
            f"{count(options.vocab)}. Ask for fewer entries, let it read more often (passes), or give more text."
        )
    return longest_match([*ALPHABET, *learned[:room]], options.specials, cut)


@lru_cache(maxsize=1)  # the same for all sizes that one process makes
def _learned(cut: Cut, chunks: Chunks, longest: int, passes: int, seed: int) -> Sequence[str]:
    chance, lexicon = np.random.default_rng(seed), Lexicon(ALPHABET, longest)
    documents = [lexicon.document(words) for words in _documents(chunks, cut)]
    for n in range(passes):
        for k, place in enumerate(chance.permutation(len(documents)).tolist()):
            lexicon.read(documents[place], chance)
            report(n * len(documents) + k, passes * len(documents), "Reading")
    return tuple(lexicon.learned())


def _documents(chunks: Iterable[str], cut: Cut) -> Iterator[list[str]]:
    """The words of the text, as bytes are written, some at a time."""
    words = cut.pre_tokenizer()
    gathered, size = list[str](), 0
    for text in cut.phrases(normalised(chunks, cut.normaliser)):
        for word, _ in words.pre_tokenize_str(text):
            gathered.append(word)
            size += len(word)
            if size >= _DOCUMENT:
                yield gathered
                gathered, size = [], 0
    if gathered:
        yield gathered


TRAINER = Trainer(
    key="lib",
    label="Less is Better",
    order=78,
    about=(
        "Reads the text again and again with a lexicon: two pieces that stand together become one, and a piece rises "
        "or falls by whether the text takes fewer tokens with it; a word is cut by the longest entry."
    ),
    source="Yang et al. 2020 and Yang 2024 (LiB), and their code (ray306/LiB). Our own code, on bytes.",
    train=train,
    level="bytes",
    n_least=256,
    pre="superwords",
    params=(
        Param(key="longest", label="Longest piece", default=16, help="Bytes of a piece.", low=2, high=64),
        Param(key="passes", label="Passes", default=20, help="How often the text is read.", low=1, high=100),
    ),
    word_bytes=0,
    text_bytes=60,
)
