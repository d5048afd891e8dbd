"""A tokenizer as the `tokenizer.json` that transformers' AutoTokenizer loads, whatever format it came in.

| format | how |
| --- | --- |
| tokenizer.json; vocab.json with merges.txt; what else runs on the tokenizers library | as its engine is |
| tiktoken's ranks, Tekken | byte-level BPE: merges are worked out from the ranks |
| SentencePiece, llama2.c's tokenizer.bin | by transformers' own rules for SentencePiece's settings |
| RWKV's, and other rules without a vocabulary of merges or scores | cannot be written |

A conversion counts only if it gives the same ids on every calibration line (all scripts and every trap known) and on
the texts at hand; otherwise nothing is written.
"""

import json
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import numpy as np
import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.counting.calibration import calibration_lines
from core.tokenizers.backends.spelling import vocabulary_of as spelled_vocabulary
from core.tokenizers.backends.spm_proto import BPE, UNIGRAM, read_proto
from core.tokenizers.kinds import Kind
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.tokenizer import LocalTokenizer, Serialised
from core.tokenizers.vocabulary import Vocabulary, byte_of_character


def loadable(tokenizer: LocalTokenizer, texts: Sequence[str] = ()) -> bytes:
    """The content of a tokenizer.json that gives this tokenizer's ids.

    Args:
        texts: where it must agree, besides the calibration lines.

    Raises:
        UserError: its format cannot be converted, or the conversion would cut some text otherwise; shows which.
    """
    serialised = tokenizer.serialised()
    if serialised is None or serialised.format not in _CONVERSIONS:
        raise UserError(
            f"{tokenizer.info.label} ({tokenizer.info.algorithm}) cannot be written as tokenizer.json, so no folder "
            "with it would load in AutoTokenizer. Formats that can: tokenizer.json, vocab.json with merges.txt, "
            "tiktoken, Tekken, SentencePiece."
        )
    if serialised.format == "tokenizers":
        return serialised.data
    engine = _CONVERSIONS[serialised.format](tokenizer, serialised)
    _verify(tokenizer, engine, [*calibration_lines(), *texts])
    return engine.to_str().encode()


def _verify(tokenizer: LocalTokenizer, engine: tokenizers.Tokenizer, lines: Sequence[str]) -> None:
    """Do nothing if an engine cuts all lines as a tokenizer does, and gives each id the same bytes.

    Raises:
        UserError: it does not; shows the first line that differs.
    """
    own, made = vocabulary_of(tokenizer), spelled_vocabulary(engine)
    ordinary = np.flatnonzero(own.kinds[: len(made)] == Kind.ORDINARY).tolist()
    other = next((i for i in ordinary if own.pieces[i] != made.pieces[i]), None)
    if other is not None:
        raise UserError(
            f"{tokenizer.info.label} cannot be written as tokenizer.json: its token {count(other)}, "
            f"{shown(own.pieces[other].decode(errors='replace'))}, would stand for other bytes there."
        )
    special = [spelling for spelling, _ in tokenizer.info.specials if spelling]
    lines = [line for line in lines if not any(spelling in line for spelling in special)]
    found = [encoding.ids for encoding in engine.encode_batch(list(lines), add_special_tokens=False)]
    for line, ids, wanted in zip(lines, found, tokenizer.encode_many(list(lines)), strict=True):
        if not np.array_equal(ids, wanted):
            raise UserError(
                f"{tokenizer.info.label} cannot be written as tokenizer.json: the conversion cuts {shown(line, 40)} "
                "otherwise. Choose the same tokenizer in the format of the tokenizers library if there is one."
            )


# tiktoken: ranks and a pattern


def _from_ranks(tokenizer: LocalTokenizer, serialised: Serialised) -> tokenizers.Tokenizer:
    ranks = {b64decode(piece): int(rank) for piece, rank in (line.split() for line in serialised.data.splitlines())}
    offset = _offset(vocabulary_of(tokenizer), ranks)
    alphabet = {byte: character for character, byte in byte_of_character().items()}

    def spelled(piece: bytes) -> str:
        return piece.decode("latin-1").translate(alphabet)

    id_by_spelling = {spelled(piece): rank + offset for piece, rank in ranks.items()}
    merges = [(spelled(left), spelled(right)) for left, right in merges_of(ranks)]
    specials = [(spelling, i) for spelling, i in tokenizer.info.specials if spelling not in id_by_spelling]
    engine = tokenizers.Tokenizer(models.BPE(vocab=id_by_spelling | dict(specials), merges=merges, ignore_merges=True))
    if serialised.normalise:
        engine.normalizer = {"NFC": normalizers.NFC, "NFKC": normalizers.NFKC}[serialised.normalise]()
    engine.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(plain_pattern(serialised.pattern)), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    engine.decoder = decoders.ByteLevel()
    by_id = [spelling for spelling, _ in sorted(specials, key=lambda pair: pair[1])]
    engine.add_special_tokens([AddedToken(spelling, special=True, normalized=False) for spelling in by_id])
    return engine


def _offset(vocabulary: Vocabulary, ranks: dict[bytes, int]) -> int:
    """How far ids lie above ranks: Tekken's special tokens come first."""
    piece, rank = min(ranks.items(), key=lambda pair: pair[1])
    return vocabulary.id_by_bytes[piece] - rank


def merges_of(ranks: dict[bytes, int]) -> list[tuple[bytes, bytes]]:
    """Every merge that tiktoken would make, in order of rank: it merges any two neighbours that together are a token.

    >>> merges_of({b"a": 0, b"b": 1, b"c": 2, b"ab": 3, b"bc": 4, b"abc": 5})
    [(b'a', b'b'), (b'b', b'c'), (b'a', b'bc'), (b'ab', b'c')]
    """
    found = []
    for piece, _ in sorted(ranks.items(), key=lambda pair: pair[1]):
        splits = [(piece[:i], piece[i:]) for i in range(1, len(piece))]
        known = [(left, right) for left, right in splits if left in ranks and right in ranks]
        found += sorted(known, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
    return found


_SPELLED_OTHERWISE = (("{1,3}+", "{1,3}"), ("++", "+"), ("*+", "*"), ("?+", "?"), ("$", r"\z"))


def plain_pattern(pattern: str) -> str:
    """A pattern for Oniguruma, to which `{1,3}+` is a repetition of a repetition and `$` the end of any line.

    A known pattern is taken in its own spelling; in another, possessive repetitions become greedy ones, which differ
    only where giving back characters would lead to another match: the calibration lines would show that.

    >>> plain_pattern(r"\\p{N}{1,3}+|\\s++$")
    '\\\\p{N}{1,3}|\\\\s+\\\\z'
    """
    known = [p for entry in PRE_TOKENIZERS.values() for p in entry.patterns]
    if pattern in known:
        return pattern
    for spelling, ours in _SPELLED_OTHERWISE:
        pattern = pattern.replace(spelling, ours)
    return pattern


# SentencePiece


def _from_sentencepiece(tokenizer: LocalTokenizer, serialised: Serialised) -> tokenizers.Tokenizer:
    from transformers.convert_slow_tokenizer import SpmConverter

    model = read_proto(serialised.data, tokenizer.info.label)
    pieces = [piece.piece for piece in model.pieces]
    algorithm = model.trainer_spec.model_type
    if algorithm not in (BPE, UNIGRAM):
        raise UserError(f"{tokenizer.info.label} is a SentencePiece model of words or characters: no tokenizer.json.")
    unknown = [i for i, piece in enumerate(model.pieces) if piece.type == 2]
    if unknown:
        model.trainer_spec.unk_id, model.trainer_spec.unk_piece = unknown[0], pieces[unknown[0]]
    vocabulary = (
        {piece: i for i, piece in enumerate(pieces)}
        if algorithm == BPE
        else [(piece.piece, piece.score) for piece in model.pieces]
    )
    spaces = not model.normalizer_spec.escape_whitespaces and model.normalizer_spec.add_dummy_prefix
    if spaces:  # pieces hold spaces themselves, as llama2.c's do: nothing may be written as the mark for one
        model.normalizer_spec.add_dummy_prefix = False
    build: Any = SpmConverter.build_tokenizer_from_spm_proto
    engine: tokenizers.Tokenizer = build(model, vocabulary)
    if spaces:
        engine.normalizer = normalizers.Prepend(" ")
        engine.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    special = [spelling for spelling, _ in sorted(tokenizer.info.specials, key=lambda pair: pair[1])]
    engine.add_special_tokens([AddedToken(spelling, special=True, normalized=False) for spelling in special])
    return engine


_CONVERSIONS = {
    "tokenizers": lambda tokenizer, serialised: tokenizers.Tokenizer.from_buffer(serialised.data),
    "tiktoken": _from_ranks,
    "sentencepiece": _from_sentencepiece,
}


def _chat_template(tokenizer: LocalTokenizer) -> object:
    """The chat template as a tokenizer_config.json writes it: a text, or a list of named ones."""
    several = [{"name": name, "template": text} for name, text in tokenizer.info.chat_templates]
    return several or tokenizer.info.chat_template


def configuration(tokenizer: LocalTokenizer, special_ids: dict[str, int], max_tokens: int | None) -> bytes:
    """The content of a tokenizer_config.json: the class that reads a tokenizer.json, and the special tokens by role."""
    spelling_by_id = {i: spelling for spelling, i in tokenizer.info.specials}
    vocabulary = vocabulary_of(tokenizer)
    for i in special_ids.values():
        if i not in spelling_by_id and i < len(vocabulary) and vocabulary.spellings:
            spelling_by_id[i] = vocabulary.spellings[i]
    document: dict[str, object] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
    }
    spelled = {role: spelling_by_id[i] for role, i in special_ids.items() if i in spelling_by_id}
    document |= {f"{role.replace(' ', '_')}_token": spelling for role, spelling in spelled.items()}
    if max_tokens is not None:
        document["model_max_length"] = max_tokens
    if template := _chat_template(tokenizer):
        document["chat_template"] = template
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
