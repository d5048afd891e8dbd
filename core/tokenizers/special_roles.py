"""Which special token of a tokenizer plays which role: beginning, end, padding, unknown, and the marks of a chat turn.

Two tokenizers write the same role differently (`<s>`, `<|begin_of_text|>`) and different roles alike (`<|endoftext|>`
ends a text in GPT-2 and pads it in Qwen), so a special token is matched by what it does and only then by its spelling.
"""

from collections.abc import Iterator

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
    kinds = tokenizer.vocabulary.kinds.tolist()
    marked = {i for i, kind in enumerate(kinds) if kind in (Kind.SPECIAL, Kind.UNKNOWN, Kind.INSERTED)}
    return marked | {i for _, i in tokenizer.info.specials if i < len(kinds)}


def roles_of(tokenizer: LocalTokenizer) -> dict[str, int]:
    """The id of each role that the tokenizer has; one id may play several.

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
    return found


def _spelled(tokenizer: LocalTokenizer) -> Iterator[tuple[str, int]]:
    """(spelling, id) of the special tokens."""
    vocabulary = tokenizer.vocabulary
    assert vocabulary is not None
    for i in sorted(special_ids(tokenizer)):
        spelling = vocabulary.spellings[i] if vocabulary.spellings else ""
        yield spelling or vocabulary.pieces[i].decode(errors="replace"), i
    yield from tokenizer.info.specials


def stand_in(role: str, roles: dict[str, int]) -> int | None:
    """The id that plays a role, or the nearest one to it, among the roles of another tokenizer.

    >>> stand_in("bos", {"eos": 7}), stand_in("pad", {"eos": 7})
    (7, None)
    """
    return next((roles[r] for r in (role, *STAND_INS.get(role, ())) if r in roles), None)
