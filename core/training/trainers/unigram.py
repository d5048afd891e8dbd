"""Unigram, by SentencePiece, on words that are cut beforehand."""

import io
import re
from collections.abc import Mapping
from tempfile import NamedTemporaryFile

import sentencepiece
from tokenizers import Tokenizer, models

from core.common.errors import shown
from core.common.numbers import count
from core.common.params import Param
from core.training.alphabet import COVERAGE
from core.training.seeds import seed_pieces
from core.training.terms import TERMS, terms_in, words_of
from core.training.trainer import NotMakeable, Trainer, TrainingTask, special_tokens

UNKNOWN = "<unk>"
_UNREADABLE = frozenset("\t\n\r\0")  # in the lines that SentencePiece reads words and their numbers from
_MOST_WORD = 2**16  # bytes
LONGEST = Param(key="longest", label="Longest piece", default=16, help="Characters of a piece.", low=1, high=512)
_LEAST = 2  # times that a piece stands in the text: of what stands once there is no end


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer; its pieces and their scores are SentencePiece's."""
    return of_words(task.cut.words(task.text.chunks), task)


def of_words(words: Mapping[str, int], task: TrainingTask) -> Tokenizer:
    """The tokenizer that words with their numbers give; a term has the score of what is certain."""
    processor = trained(words, task)
    size = processor.get_piece_size()
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(size)]
    made = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=True))
    made.add_special_tokens(special_tokens((UNKNOWN, *task.options.specials)))
    task.cut.put_on(made)
    return made


def trained(words: Mapping[str, int], task: TrainingTask) -> sentencepiece.SentencePieceProcessor:
    """What SentencePiece makes of words with their numbers.

    Raises:
        NotMakeable: not even the single characters have room.
    """
    written, longest, terms = io.BytesIO(), task.params.whole("longest"), words_of(terms_in(task), task.cut)
    readable = {word: words[word] for word in sorted(words) if not _UNREADABLE & set(word)}
    with NamedTemporaryFile("w", encoding="utf-8", prefix="seeds-") as seeds:
        pieces = seed_pieces(readable, longest, max(_LEAST, task.options.min_frequency))
        seeds.writelines(f"{piece}\t{often}\n" for piece, often in pieces)
        seeds.flush()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(f"{word}\t{often}" for word, often in readable.items()),
                input_format="tsv", seed_sentencepieces_file=seeds.name, model_writer=written, model_type="unigram",
                vocab_size=task.options.vocab - len(task.options.specials), byte_fallback=True,
                character_coverage=task.params.number("coverage"), normalization_rule_name="identity",
                add_dummy_prefix=False, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
                split_by_unicode_script=False, split_by_number=False, split_by_whitespace=False,
                max_sentencepiece_length=longest, max_sentence_length=_MOST_WORD, num_threads=1, minloglevel=2,
                unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1, unk_piece=UNKNOWN, hard_vocab_limit=False,
                user_defined_symbols=terms,
            )  # fmt: skip
        except RuntimeError as error:
            raise NotMakeable(_why(str(error))) from None
    return sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())


def _why(reason: str) -> str:
    if found := re.search(r"smaller than required_chars\. (\d+) vs (\d+)", reason):
        return (
            f"{count(int(found[1]))} pieces have no room for the {count(int(found[2]))} that bytes and single "
            "characters take. Ask for more entries, or for less coverage."
        )
    return f"SentencePiece made no vocabulary of this text: {shown(reason.strip()[-200:], 200)}. Give more text."


TRAINER = Trainer(
    key="unigram",
    label="Unigram",
    order=30,
    about=(
        "Begins with very many pieces, estimates how probable each is, and takes out those that the text can best do "
        "without; a text is cut in the most probable way."
    ),
    source="Kudo 2018. Trained by SentencePiece, from pieces that we find.",
    train=train,
    level="characters",
    n_least=258,
    pre="o200k",
    params=(COVERAGE, LONGEST, TERMS),
    unknown=UNKNOWN,
    word_bytes=130,
)
