"""WordPiece as BERT has it: our own merges, run by Hugging Face's library.

The library's trainer numbers the pieces inside words in the order in which it comes upon them, which is another each
time; equally frequent pairs then merge in another order, and the same text gives another vocabulary.
"""

from tokenizers import Tokenizer, models

from core.training.alphabet import COVERAGE, alphabet, others
from core.training.merges import MergeSymbols, Pair, WordPairs, learn
from core.training.pretokenizers import BERT
from core.training.trainer import Trainer, TrainingTask, special_tokens
from core.training.watch import MergeWatch

UNKNOWN = "[UNK]"
PREFIX = "##"
_LONGEST_WORD = 512  # characters; what is longer is one unknown token: with BERT's 100 that was a seventh of Thai


class Marked(MergeSymbols):
    """Pieces of which those inside a word are marked."""

    def spelling(self, pair: Pair) -> str:
        """What a merge of two makes.

        >>> Marked(["a", "##b"]).spelling((0, 1)), Marked(["a", "##b"]).spelling((1, 1))
        ('ab', '##bb')
        """
        return self.spellings[pair[0]] + self.spellings[pair[1]].removeprefix(PREFIX)


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options, text = task.options, task.text
    specials = list(dict.fromkeys([UNKNOWN, *options.specials]))
    room = options.vocab - len(specials)
    characters = alphabet(text.chunks, options.normaliser, task.params.number("coverage"), room // 2)
    words = task.cut.words(text.chunks, others(characters))
    marked = [[word[0], *(PREFIX + one for one in word[1:])] for word in words]
    symbols = Marked(sorted({one for word in marked for one in word}))
    counts = WordPairs([[symbols.ids[one] for one in word] for word in marked], list(words.values()))
    watch = MergeWatch(text.held_out, lambda found, _: _made(task, specials, found), str)
    learn(counts, symbols, room, options.min_frequency, [], watch.look)
    return _made(task, specials, symbols)


def _made(task: TrainingTask, specials: list[str], symbols: MergeSymbols) -> Tokenizer:
    ids = {piece: i for i, piece in enumerate([*specials, *symbols.spellings])}
    made = Tokenizer(
        models.WordPiece(
            ids, unk_token=UNKNOWN, max_input_chars_per_word=_LONGEST_WORD, continuing_subword_prefix=PREFIX
        )
    )
    made.add_special_tokens(special_tokens(specials))
    task.cut.put_on(made)
    return made


TRAINER = Trainer(
    key="wordpiece",
    label="WordPiece",
    order=40,
    about=(
        "Merges as BPE does, with pieces inside a word marked by ##; a word is cut by the longest entry from its "
        "beginning, and spaces are left out."
    ),
    source="Schuster & Nakajima 2012; as in BERT, Devlin et al. 2019, whose trainer was not released. Our own code.",
    train=train,
    level="characters",
    n_least=2,
    pre=BERT,
    cuts=(BERT,),
    params=(COVERAGE,),
    unknown=UNKNOWN,
    word_bytes=140,
)
