"""The tokenizers of the shipped models, made from the same text in different shares."""

import io
from collections.abc import Sequence
from itertools import islice

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from core.models.build.mix import documents
from core.models.build.recipe import Recipe
from core.models.build.texts import Part

_DOCUMENTS = 12_000
_SEED = 10
# GPT-4's way to cut before merging: letters, at most three digits, punctuation, white space.
_CUT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
    r"\s+(?!\S)|\s+"
)
SPECIALS = {
    "tiny-english": {"bos": "<|endoftext|>", "eos": "<|endoftext|>"},
    "tiny-world": {"pad": "<pad>", "bos": "<s>", "eos": "</s>"},
    "tiny-unigram": {"unk": "<unk>", "bos": "<s>", "eos": "</s>"},
}


def make(recipe: Recipe, parts: Sequence[Part]) -> Tokenizer:
    """The tokenizer of a model; the same text, the same tokenizer."""
    texts = list(islice(documents(parts, _SEED, recipe.english), _DOCUMENTS))
    specials = list(dict.fromkeys(SPECIALS[recipe.name].values()))
    return bpe(texts, recipe.n_vocabulary, specials) if recipe.kind == "bpe" else _unigram(texts, recipe, specials)


def bpe(texts: Sequence[str], n_vocabulary: int, specials: Sequence[str]) -> Tokenizer:
    """A tokenizer on bytes of so many tokens, those that are special first."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_CUT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=n_vocabulary,
        special_tokens=list(specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return made


def _unigram(texts: list[str], recipe: Recipe, specials: list[str]) -> Tokenizer:
    """Trained by SentencePiece, whose pieces and scores then run in the library that model folders are read with."""
    written = io.BytesIO()
    lines = [line for text in texts for line in text.splitlines() if line]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=written, model_type="unigram", vocab_size=recipe.n_vocabulary,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        character_coverage=0.998, split_digits=True, max_sentence_length=2**16, num_threads=1, minloglevel=2,
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
    )  # fmt: skip
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    scores = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]
    made = Tokenizer(models.Unigram(scores, unk_id=0, byte_fallback=True))
    made.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in specials])
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return made
