r"""The pre-tokenizers of llama.cpp: what a GGUF file's `tokenizer.ggml.pre` names, as lists of patterns.

Each pattern cuts every piece that the ones before it left; what lies between matches is a piece too. Where llama.cpp
matches by hand or approximates a pattern, the patterns here give its cuts, not those of the model's own tokenizer:
its std::regex knows no upper and lower case outside ASCII, so a letter there counts as both.

Source: llama.cpp, src/llama-vocab.cpp (llm_tokenizer_bpe, and load for names and flags) and src/unicode.cpp, at
commits 00ad355e and 0c4093cc.
"""

from dataclasses import dataclass

from core.common.errors import UnknownName, UnreadableFile

_CONTRACTION = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
_SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
_MARKS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
_WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+"

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_LLAMA3 = f"{_CONTRACTION}|{_WORD}|" + r"\p{N}{1,3}" + _MARKS + _SPACES
_QWEN2 = f"{_CONTRACTION}|{_WORD}|" + r"\p{N}" + _MARKS + _SPACES

# Digits in threes from the right: a cut behind each three. llama.cpp does this by hand and leaves what stands before a
# number with its first digits; the pattern that follows cuts them apart again, but then sees both at once. (A pattern
# that takes in what stands before takes time with the square of a text without digits.)
_DIGITS_FROM_RIGHT = r"(?<=\p{N})(?=(?:\p{N}{3})*(?!\p{N}))"
_ASCII_MARK_WORD = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
_CJK = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"

_UPPER, _LOWER = r"(?:(?=\p{L})[^a-z])", r"(?:(?=\p{L})[^A-Z])"


def _cased(upper: str, lower: str, tail: str = "") -> str:
    """Words that a change from lower to upper case cuts, as in o200k and Tekken."""
    lead = r"[^\r\n\p{L}\p{N}]?"
    return f"{lead}{upper}*{lower}+{tail}|{lead}{upper}+{lower}*{tail}"


_SLASHED = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + _SPACES
_TEKKEN = _cased(_UPPER, _LOWER) + r"|\p{N}" + _SLASHED
_GPT4O = _cased(_UPPER, _LOWER, _CONTRACTION + "?") + r"|\p{N}{1,3}" + _SLASHED
_UPPER_M, _LOWER_M = r"(?:(?=[\p{L}\p{M}])[^a-z])", r"(?:(?=[\p{L}\p{M}])[^A-Z])"
_GRANITE = _cased(_UPPER_M, _LOWER_M, _CONTRACTION + "?") + r"|\p{N}{1,3}" + _SLASHED
# Written with \p{Lu} and \p{Ll}, which llama.cpp reads as \p{L}: nothing is cut at a change of case.
_UNCASED = _cased(r"[\p{L}\p{M}]", r"[\p{L}\p{M}]", _CONTRACTION + "?") + r"|\p{N}{1,3}" + _SLASHED
_UNCASED_DIGITS = _cased(r"[\p{L}\p{M}]", r"[\p{L}\p{M}]", _CONTRACTION + "?") + r"|\p{N}" + _SLASHED

_BLOOM = r" ?[^(\s|.,!?" "\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+"
_DEEPSEEK3 = (r"\p{N}{1,3}", _CJK, _ASCII_MARK_WORD + r"| ?[\p{P}\p{S}]+[\r\n]*" + _SPACES)
_HAN = (
    "\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f\U0002b740-\U0002b81f\U0002b820-\U0002ceaf"
    "\U0002ceb0-\U0002ebef\uf900-\ufaff\U0002f800-\U0002fa1f"
)
_KIMI = rf"[{_HAN}]+|[^\r\n\p{{L}}\p{{N}}]?(?:(?![{_HAN}])\p{{L}})+{_CONTRACTION}?|\p{{N}}{{1,3}}" + _MARKS + _SPACES
_DEEPSEEK_LETTERS = (
    r"\s?["
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373"
    "\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-"
    "\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-"
    "\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d"
    "\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-"
    "\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-"
    "\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-"
    "\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-"
    "\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-"
    "\U000104fb\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943"
    "]+"
)
_DEEPSEEK_MARKS = r"\s?" "[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"
_DEEPSEEK_CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"


@dataclass(frozen=True)
class LlamaCppPreTokenizer:
    """How llama.cpp cuts a text before byte-level BPE.

    Args:
        patterns: applied one after the other.
        ignore_merges: a piece that is a token of its own is not merged up.
        add_bos: whether BOS is added where the file does not say.
        note: what a user of the numbers should know, empty if nothing.
    """

    patterns: tuple[str, ...]
    ignore_merges: bool = False
    add_bos: bool = False
    note: str = ""


_CASE_NOTE = "llama.cpp counts a letter outside ASCII as both upper and lower case, unlike the model's own tokenizer."
_NO_CASE_NOTE = "llama.cpp does not cut words at a change of case here, unlike the model's own tokenizer."
_DEFAULT = LlamaCppPreTokenizer((r"[\p{P}\$\+<=>\^~\|]+", _GPT2, r"\p{N}+", "[0-9][0-9][0-9]"))
_LLAMA3_PRE = LlamaCppPreTokenizer((_LLAMA3,), ignore_merges=True, add_bos=True)
_STARCODER = LlamaCppPreTokenizer((r"\p{N}", _GPT2))
_GPT2_PRE = LlamaCppPreTokenizer((_GPT2,))
_QWEN2_PRE = LlamaCppPreTokenizer((_QWEN2,))
_GPT4O_PRE = LlamaCppPreTokenizer((_GPT4O,), note=_CASE_NOTE)
_DEEPSEEK3_PRE = LlamaCppPreTokenizer(_DEEPSEEK3)
_BAILING = LlamaCppPreTokenizer(
    (rf"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|{_WORD}|\p{{N}}" + _MARKS + r"|\s*[\r\n]|\s+(?!\S)|\s+",)
)
_TINY_AYA = LlamaCppPreTokenizer((_DIGITS_FROM_RIGHT, _UNCASED), note=_NO_CASE_NOTE)
_AFMOE_SCRIPTS = (
    "[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u3040-\u309f\u30a0-\u30ff\uff65-\uff9f\u2f00-\u2fdf\u0e40-\u0e7f\u0e80-\u0eff"
    "\u1780-\u17ff\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af\u1100-\u11ff]+"
)

PRE_TOKENIZERS: dict[str, LlamaCppPreTokenizer] = {
    "default": _DEFAULT,
    **dict.fromkeys(
        ("llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"),
        _LLAMA3_PRE,
    ),
    **dict.fromkeys(("dbrx", "smaug-bpe", "glm4", "chatglm-bpe"), LlamaCppPreTokenizer((_LLAMA3,))),
    **dict.fromkeys(
        (
            *("gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum"),
            *("modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais", "trillion"),
            "granite-docling",
        ),
        _GPT2_PRE,
    ),
    **dict.fromkeys(
        ("starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"), _STARCODER
    ),
    **dict.fromkeys(
        (
            *("qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open"),
            "grok-2",
        ),
        _QWEN2_PRE,
    ),
    **dict.fromkeys(("gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"), _GPT4O_PRE),
    **dict.fromkeys(("deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"), _DEEPSEEK3_PRE),
    **dict.fromkeys(("poro-chat", "bloom", "gpt3-finnish"), LlamaCppPreTokenizer((_BLOOM,))),
    **dict.fromkeys(("bailingmoe", "bailingmoe2", "llada-moe"), _BAILING),
    **dict.fromkeys(("tiny_aya", "cohere2moe"), _TINY_AYA),
    "deepseek-llm": LlamaCppPreTokenizer(
        (
            "[\r\n]",
            _DEEPSEEK_LETTERS,
            _DEEPSEEK_MARKS,
            r"\s+\z",
            _DEEPSEEK_CJK,
            r"\p{N}+",
        )
    ),
    "deepseek-coder": LlamaCppPreTokenizer(("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _DEEPSEEK_CJK, r"\p{N}")),
    "spark2_5": LlamaCppPreTokenizer(
        (
            r"\p{N}{1,3}",
            _CJK,
            _ASCII_MARK_WORD + r"| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+",
            r"\p{N}",
        )
    ),
    "youtu": LlamaCppPreTokenizer(
        (
            "[\uac00-\ud7a3\u3131-\u318e]+|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+"
            "|[\u3105-\u312f]+|" + _CJK,
            _UNCASED_DIGITS,
        ),
        ignore_merges=True,
        note=_NO_CASE_NOTE,
    ),
    "falcon": LlamaCppPreTokenizer((r"[\p{P}\$\+<=>\^~\|`]+", _GPT2, "[0-9][0-9][0-9]")),
    "minicpm5": LlamaCppPreTokenizer(
        (r"\p{N}{1,3}", f"{_CONTRACTION}|{_WORD}|" + r"\p{N}+" + _MARKS + _SPACES), ignore_merges=True
    ),
    "jais-2": LlamaCppPreTokenizer(
        (
            f"{_CONTRACTION}|{_WORD}|" + r"\p{N}{1,3}" + _MARKS + r"|\s*[\r\n]+"
            r"|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)"
            r"|\s{1,2}(?!\S)|\s{1}",
        )
    ),
    "qwen35": LlamaCppPreTokenizer(
        (_CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + _SPACES,)
    ),
    "viking": LlamaCppPreTokenizer((_BLOOM, r"\p{N}")),
    "tekken": LlamaCppPreTokenizer((_TEKKEN,), ignore_merges=True, add_bos=True, note=_CASE_NOTE),
    "chameleon": LlamaCppPreTokenizer(
        (
            "<sentinel:[0-9]+>",
            "IMGIMG[A-I]{1,4}Z",
            "[\\t\\n]|    |  ",
            r"\p{N}",
            r"[\p{P}!-/:-@\[-`{-~]",
            _GPT2,
        ),
        add_bos=True,
    ),
    "granite-embed-multi-97m": LlamaCppPreTokenizer((_GRANITE,), ignore_merges=True, note=_CASE_NOTE),
    "superbpe": LlamaCppPreTokenizer((r"\p{N}+", "(?=(?:[0-9]{3})+(?![0-9]))")),
    "exaone-moe": LlamaCppPreTokenizer(
        (
            _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"
            r"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+",
        )
    ),
    "seed-coder": LlamaCppPreTokenizer((f"{_CONTRACTION}|{_WORD}|" + r"\p{N}| ?[^\s\p{L}\p{N}\r\n]+" + _SPACES,)),
    "kimi-k2": LlamaCppPreTokenizer((_KIMI,)),
    "ufakzeka": LlamaCppPreTokenizer((_WORD + r"|\p{N}" + _MARKS + _SPACES,)),
    "afmoe": LlamaCppPreTokenizer(
        (_DIGITS_FROM_RIGHT, _AFMOE_SCRIPTS, _ASCII_MARK_WORD + r"| ?[\p{P}\p{S}]+[\r\n]*" + _SPACES)
    ),
    "laguna": LlamaCppPreTokenizer((r"[^\n]+|\n+", _QWEN2)),
}

_ON_CHARACTERS = ("gemma4", "granite-embed-multi-311m", "sarvam-moe", "whitespace")


def pre_tokenizer(name: str) -> LlamaCppPreTokenizer:
    """The pre-tokenizer that a file names; without a name llama.cpp's "default", with a note that says so.

    Raises:
        UnknownName: llama.cpp has none of this name.
        UnreadableFile: llama.cpp has it, but it works on characters, for which there is no backend here.

    >>> pre_tokenizer("gpt-2").ignore_merges
    False
    """
    if not name:
        note = (
            "The file names no pre-tokenizer; llama.cpp's default is used, which may not be the model's own. Where you "
            "know that, add ?pre=NAME, such as ?pre=llama-bpe."
        )
        return LlamaCppPreTokenizer(_DEFAULT.patterns, note=note)
    if name in _ON_CHARACTERS:
        raise UnreadableFile(f"The file's pre-tokenizer {name} works on characters, not on bytes; it is not read here.")
    if name not in PRE_TOKENIZERS:
        raise UnknownName("GGUF pre-tokenizer", name, PRE_TOKENIZERS)
    return PRE_TOKENIZERS[name]
