"""Which special token of a tokenizer plays which role: beginning, end, padding, unknown, and the marks of a chat turn.

Two tokenizers write the same role differently (`<s>`, `<|begin_of_text|>`) and different roles alike (`<|endoftext|>`
ends a text in GPT-2 and pads it in Qwen), so a special token is matched by what it does and only then by its spelling.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import LocalTokenizer

# Spellings in use, the most telling first; what a tokenizer's own files name comes before them. Of a token that plays
# several roles the first here decides which row it gets.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "eos": ("</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>", "<｜end▁of▁sentence｜>", "<|end|>", "[EOS]"),
    "bos": (
        "<s>",
        "<bos>",
        "<|begin_of_text|>",
        "<|startoftext|>",
        "<|begin▁of▁sentence|>",
        "<｜begin▁of▁sentence｜>",
        "[BOS]",
    ),
    "pad": ("<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>", "<｜▁pad▁｜>"),
    "unk": ("<unk>", "[UNK]", "<|unk|>"),
    "mask": ("<mask>", "[MASK]", "<|mask|>"),
    "cls": ("[CLS]", "<cls>"),
    "sep": ("[SEP]", "<sep>"),
    "turn start": ("<|im_start|>", "<|start_header_id|>", "<start_of_turn>", "<|start|>", "[INST]"),
    "turn end": ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|eot|>", "[/INST]"),
}

# Which role serves for texts where a tokenizer has no token for it. BERT's parts a text from the next with [SEP]; what
# ends a turn ends a text where nothing else does; and one token that only starts texts parts them, as GPT-2's does.
DOUBLES: dict[str, tuple[str, ...]] = {"eos": ("sep", "turn end", "bos"), "bos": ("cls",)}

# Whose row stands in for a role that the old tokenizer does not have. Padding has no stand-in: it is never read.
STAND_INS: dict[str, tuple[str, ...]] = {
    "bos": ("eos", "cls"),
    "eos": ("sep", "bos"),
    "cls": ("bos", "eos"),
    "sep": ("eos",),
    "turn end": ("eos",),
}


def special_ids(tokenizer: LocalTokenizer) -> set[int]:
    """Ids that stand for no text: special and unknown tokens, by the vocabulary and by the tokenizer's own list."""
    assert tokenizer.vocabulary is not None, "asked only of tokenizers that have one"
    kinds = tokenizer.vocabulary.kinds
    marked = np.flatnonzero(np.isin(kinds, (Kind.SPECIAL, Kind.UNKNOWN, Kind.INSERTED)))
    return {*marked.tolist(), *(i for _, i in tokenizer.info.specials if i < len(kinds))}


def roles_of(tokenizer: LocalTokenizer) -> dict[str, int]:
    """The id of each role that the tokenizer has; one id may play several.

    A text begins and ends with what comes nearest where no token is there for it, as in BERT's vocabularies.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> roles_of(open_tokenizer("builtin:utf8-bytes"))
    {'eos': 1, 'pad': 0, 'unk': 2}
    """
    vocabulary = tokenizer.vocabulary
    assert vocabulary is not None, "asked only of tokenizers that have one"
    id_by_spelling = dict(_spelled(tokenizer))
    named = {"bos": tokenizer.info.bos, "eos": tokenizer.info.eos}
    found = dict[str, int]()
    for role, usual in SPELLINGS.items():
        spellings = (named[role], *usual) if named.get(role) else usual
        known = next((id_by_spelling[spelling] for spelling in spellings if spelling in id_by_spelling), None)
        if known is not None:
            found[role] = known
    unknown = (vocabulary.kinds == Kind.UNKNOWN).nonzero()[0]
    if len(unknown):
        found["unk"] = int(unknown[0])
    doubles = {role: stand_in(role, found, DOUBLES) for role in DOUBLES}
    found = {role: i for role, i in doubles.items() if i is not None} | found
    return {role: found[role] for role in SPELLINGS if role in found}


def without_end(tokenizer: LocalTokenizer) -> str:
    """What to expect of a model with a tokenizer that has no token for the end of a text; empty if it has one.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> without_end(open_tokenizer("builtin:utf8-bytes"))
    ''
    """
    if "eos" in roles_of(tokenizer):
        return ""
    return (
        f"{tokenizer.info.label} has no special token that ends a text, so a model with it writes on until it is "
        "stopped. Say how many tokens it is to write, or take a tokenizer with an end."
    )


def _spelled(tokenizer: LocalTokenizer) -> Iterator[tuple[str, int]]:
    """(spelling, id) of the special tokens."""
    vocabulary = tokenizer.vocabulary
    assert vocabulary is not None
    for i in sorted(special_ids(tokenizer)):
        spelling = vocabulary.spellings[i] if vocabulary.spellings else ""
        yield spelling or vocabulary.pieces[i].decode(errors="replace"), i
    yield from tokenizer.info.specials


def stand_in(role: str, roles: dict[str, int], nearest: Mapping[str, tuple[str, ...]] = STAND_INS) -> int | None:
    """The id that plays a role, or the nearest one to it, among the roles of another tokenizer.

    >>> stand_in("bos", {"eos": 7}), stand_in("pad", {"eos": 7})
    (7, None)
    """
    return next((roles[r] for r in (role, *nearest.get(role, ())) if r in roles), None)
