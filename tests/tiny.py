"""Small tokenizers trained on the spot, and their files."""

import json
from functools import cache

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

CORPUS = ["the cat sat on the mat", "über den Zaun", "hello hello world", "naïve café 你好"] * 3


@cache
def byte_level_bpe(n_vocabulary: int = 320) -> str:
    """A byte-level BPE tokenizer.json."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=n_vocabulary, initial_alphabet=alphabet, special_tokens=["<|end|>"], show_progress=False
    )
    made.train_from_iterator(CORPUS, trainer)
    return made.to_str(pretty=True)


@cache
def word_piece() -> str:
    """A WordPiece tokenizer.json."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=["[UNK]"], show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    return made.to_str()


def vocab_and_merges() -> tuple[bytes, bytes]:
    """The same byte-level BPE as GPT-2's pair of files."""
    model = json.loads(byte_level_bpe())["model"]
    merges = "".join(f"{' '.join(pair) if isinstance(pair, list) else pair}\n" for pair in model["merges"])
    return json.dumps(model["vocab"]).encode(), b"#version: 0.2\n" + merges.encode()
