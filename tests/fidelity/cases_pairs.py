"""vocab.json with merges.txt, against the tokenizers library's own byte-level BPE."""

from collections.abc import Callable
from functools import partial

import tokenizers
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from tokenizers.implementations import ByteLevelBPETokenizer

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

_LIBRARY = f"tokenizers {tokenizers.__version__}"
_STYLE = TOKENIZERS / "gpt2_style"


def _byte_level(folder: str) -> Callable[[str], list[int]]:
    files = str(_STYLE / folder / "vocab.json"), str(_STYLE / folder / "merges.txt")
    engine = ByteLevelBPETokenizer.from_file(*files)
    return lambda text: list(engine.encode(text, add_special_tokens=False).ids)


def _superbpe(folder: str, patterns: tuple[str, ...]) -> Callable[[str], list[int]]:
    vocab, merges = models.BPE.read_file(str(_STYLE / folder / "vocab.json"), str(_STYLE / folder / "merges.txt"))
    engine = Tokenizer(models.BPE(vocab, merges))
    splits = [pre_tokenizers.Split(Regex(p), "isolated") for p in patterns]
    engine.pre_tokenizer = pre_tokenizers.Sequence([*splits, pre_tokenizers.ByteLevel(False, use_regex=False)])
    return lambda text: list(engine.encode(text, add_special_tokens=False).ids)


def _case(folder: str, reference: Callable[[], Callable[[str], list[int]]]) -> Case:
    return Case("vocab_merges", folder, f"file:{_STYLE / folder}", _LIBRARY, reference)


CASES = [
    _case("gpt2", partial(_byte_level, "gpt2")),
    _case("roberta", partial(_byte_level, "roberta")),
    # The pattern that llama.cpp has for the released SuperBPE models.
    _case("superbpe_200k_t180k", partial(_superbpe, "superbpe_200k_t180k", (r"\p{N}+", r"(?=(\d{3})+(?!\d))"))),
    _case(
        "bpe_200k_olmo2",
        partial(
            _superbpe,
            "bpe_200k_olmo2",
            (r"(?=(\d{3})+(?!\d))| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",),
        ),
    ),
]
