"""BPE on characters, rare ones in bytes, by Hugging Face's library."""

import json

from tokenizers import Tokenizer, models

from core.training.alphabet import COVERAGE, alphabet, others
from core.training.pretokenizers import SPACE
from core.training.trainer import Trainer, TrainingTask, special_tokens
from core.training.trainers.bpe import learn_by_library

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Words are cut at characters without an entry, so that no merge goes over one.
    """
    options, text = task.options, task.text
    room = options.vocab - len(options.specials) - len(BYTES)
    characters = alphabet(text.chunks, options.normaliser, task.params.number("coverage"), room)
    learned = Tokenizer(models.BPE())
    task.cut.put_on(learned)
    learned.pre_tokenizer = task.cut.pre_tokenizer(others(characters))
    learn_by_library(learned, text.chunks, options, room, [SPACE if one == " " else one for one in characters])
    model = json.loads(learned.to_str())["model"]
    pieces = [*options.specials, *BYTES, *sorted(model["vocab"], key=model["vocab"].__getitem__)]
    merges = [tuple(pair) for pair in model["merges"]]
    made = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, merges, byte_fallback=True))
    made.add_special_tokens(special_tokens(options.specials))
    task.cut.put_on(made)
    return made


TRAINER = Trainer(
    key="bpe-characters",
    label="BPE on characters",
    order=20,
    about="The same on characters: frequent ones have entries, and a rare one is written as its bytes.",
    source="Sennrich et al. 2016; byte fallback as in SentencePiece, Kudo & Richardson 2018. Trained by tokenizers.",
    train=train,
    level="characters",
    n_least=258,
    pre="o200k",
    params=(COVERAGE,),
    word_bytes=50,
)
