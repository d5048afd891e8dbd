"""BPE on characters, rare ones in bytes, by ffbpe, or by tokenizers where that is not there: the same merges."""

import json

from tokenizers import Tokenizer, models

from core.training import by_ffbpe
from core.training.alphabet import COVERAGE, alphabet, others
from core.training.merges import MergeSymbols
from core.training.pretokenizers import SPACE
from core.training.trainer import Trainer, TrainingTask, special_tokens
from core.training.trainers.bpe import learn_by_library

Merge = tuple[str, str]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Words are cut at characters without an entry, so that no merge goes over one.
    """
    options, text = task.options, task.text
    room = options.vocab - len(options.specials) - len(BYTES)
    characters = alphabet(text.chunks, options.normaliser, task.params.number("coverage"), room)
    entries, merges = _learned(
        task, sorted(SPACE if one == " " else one for one in characters), others(characters), room
    )
    pieces = [*options.specials, *BYTES, *entries]
    made = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, merges, byte_fallback=True))
    made.add_special_tokens(special_tokens(options.specials))
    task.cut.put_on(made)
    return made


def _learned(task: TrainingTask, characters: list[str], left_out: str, n: int) -> tuple[list[str], list[Merge]]:
    """So many entries, and their merges."""
    options, chunks = task.options, task.text.chunks
    if by_ffbpe.IS_HERE:
        words = task.cut.words(chunks, left_out)
        symbols, merges = MergeSymbols(characters), list[Merge]()
        for pair in by_ffbpe.character_merges(words, characters, n, options.min_frequency):
            if len(symbols.spellings) >= n:
                break
            symbols.joined((symbols.ids[pair[0]], symbols.ids[pair[1]]))
            merges.append(pair)
        return symbols.spellings, merges
    learned = Tokenizer(models.BPE())
    task.cut.put_on(learned)
    learned.pre_tokenizer = task.cut.pre_tokenizer(left_out)
    learn_by_library(learned, chunks, options, n, characters)
    model = json.loads(learned.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].__getitem__), [(a, b) for a, b in model["merges"]]


TRAINER = Trainer(
    key="bpe-characters",
    label="BPE on characters",
    order=20,
    about="The same on characters: frequent ones have entries, and a rare one is written as its bytes.",
    source=(
        "Sennrich et al. 2016; byte fallback as in SentencePiece, Kudo & Richardson 2018. Trained by "
        "ffbpe, or, where that is not built, by tokenizers, with the same merges."
    ),
    train=train,
    level="characters",
    n_least=258,
    pre="o200k",
    params=(COVERAGE,),
    word_bytes=50,
)
