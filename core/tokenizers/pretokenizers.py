"""Byte-level pre-tokenizers known by name: the patterns that cut a text before byte-pair encoding sees it.

Files such as vocab.json with merges.txt, or tiktoken's rank lists, do not say which of these they were made with.

Sources: the GPT-2 release; tiktoken's openai_public; meta-llama/llama-models; Qwen's tokenization_qwen; Moonshot's
tokenization_kimi; BigCode's StarCoder; Liu et al. 2025, SuperBPE, and the plain BPE of the same paper (here "olmo2").
"""

from dataclasses import dataclass

from tokenizers import Regex, pre_tokenizers

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_WORDS = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+%s|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*%s"
_REST = r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_NOT_HAN = r"(?:(?!\p{Han})%s)"
_KIMI = (
    r"\p{Han}+|"
    + (_WORDS % (_SUFFIX, _SUFFIX)).replace(_UPPER, _NOT_HAN % _UPPER).replace(_LOWER, _NOT_HAN % _LOWER)
    + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class PreTokenizer:
    """Patterns applied one after another; each cuts out its matches, and what lies between them stays whole.

    Args:
        patterns: in the syntax that Oniguruma, fancy-regex and Python's regex package share.
        within: names of those that cut less, so that whatever is whole under this one is whole under them.
        only_by_name: too like others to be told from them by merges.
    """

    patterns: tuple[str, ...]
    within: tuple[str, ...] = ()
    only_by_name: bool = False

    def byte_level(self, add_prefix_space: bool = False) -> pre_tokenizers.PreTokenizer:
        """The same for Hugging Face's library, with bytes written in the GPT-2 alphabet.

        Args:
            add_prefix_space: puts a space before a text that does not begin with one, and before what follows an added
                token. It stands in front of the splits: `ByteLevel` behind them would put one before every piece.
        """
        prefix = [pre_tokenizers.Metaspace(replacement=" ", split=False)] if add_prefix_space else []
        splits = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in self.patterns]
        alphabet = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        return pre_tokenizers.Sequence([*prefix, *splits, alphabet])


_DIGITS_FROM_THE_RIGHT = r"(?=(\d{3})+(?!\d))"

PRE_TOKENIZERS = {
    "starcoder": PreTokenizer((r"\p{N}", _GPT2), ("gpt2",)),  # single digits, then GPT-2's pattern
    "gpt2": PreTokenizer((_GPT2,)),  # also RoBERTa, r50k_base and p50k_base
    "qwen2": PreTokenizer((_CL100K.replace(r"\p{N}{1,3}", r"\p{N}"),), ("cl100k", "llama3")),  # with single digits
    "qwen3.5": PreTokenizer((_QWEN35,), only_by_name=True),  # Qwen 3.5 and 3.6: marks stay with letters
    "cl100k": PreTokenizer((_CL100K,)),  # cl100k_base, of GPT-4
    "llama3": PreTokenizer((_CL100K,)),  # the same
    "olmo2": PreTokenizer((_WORDS % ("", "") + _REST,), ("o200k",)),  # plain BPE by SuperBPE's scripts
    "o200k": PreTokenizer((_WORDS % (_SUFFIX, _SUFFIX) + _REST,)),  # o200k_base, of GPT-4o, and Llama 4
    "kimi": PreTokenizer((_KIMI,), only_by_name=True),  # Moonshot's: runs of Han characters, the rest as o200k
    # The released 200k vocabularies of the SuperBPE paper are older than the scripts in its repository, whose patterns
    # leave 2,329 (plain) and 1,042 (SuperBPE) of their 199,757 merges without effect; under these two, none.
    # As llama.cpp cuts them: only digits, in threes from the right.
    "superbpe": PreTokenizer((r"\p{N}+", _DIGITS_FROM_THE_RIGHT), ("none",)),
    # Plain BPE, worked out from its merges.
    "superbpe-base": PreTokenizer(
        (_DIGITS_FROM_THE_RIGHT + r"| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",),
        ("gpt2", "cl100k", "llama3", "superbpe"),
    ),
    # Trained with the scripts of its repository.
    "superbpe-script": PreTokenizer((r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]{2,}[\r\n/]*| +(?!\S)",), ("superbpe",)),
    "none": PreTokenizer(()),  # no cutting: the model sees the whole text
}
