"""Tries a tokenizer on texts that make bad ones show: every script's neighbourhood, long runs, and backtracking bait.

A regular expression such as `(a+)+$` takes time exponential in a run of letters that is followed by something else, so
the long texts end in a character that is not of the run.
"""

from collections.abc import Callable

from core.tokenizers.tokenizer import Specials, Tokenizer

SHORT = (
    "Hello, world! It's 3.14 – naïve café, e\u0301, ﬁ, ½.\r\n\tdef f(x): return x**2  # 100%",
    "Здравей, свят. Γειά σου Κόσμε. שלום עולם. مرحبا بالعالم. नमस्ते दुनिया। สวัสดีชาวโลก 你好，世界。こんにちは世界 안녕",
    "🧑‍🚀🏳️‍🌈👍🏽 \u200b\u202e\ufeff\x00\x07\x7f \ud7ff\ue000\uffff\U0010ffff",
)
RUN = 10_000
LONG = (
    ("10\u202f000 letters a", "a" * RUN + "!"),
    ("10\u202f000 spaces", " " * RUN + "!"),
    ("10\u202f000 digits", "0123456789" * (RUN // 10) + "!"),
    ("10\u202f000 punctuation marks", "!?.,-" * (RUN // 5) + "a"),
    ("5\u202f000 times a!", "a!" * (RUN // 2) + "\n"),
    ("2\u202f000 words", "aaaa " * (RUN // 5) + "!"),
    ("5\u202f000 newlines", "\r\n" * (RUN // 2) + "!"),
    ("3\u202f000 Chinese characters", "的一是" * 1000 + "!"),
)


def try_out(tokenizer: Tokenizer, entering: Callable[[str], None]) -> None:
    """Use the tokenizer on all of them; `entering` hears what comes next, so that a hang can be named."""
    entering("cutting a short multilingual text")
    for text in SHORT:
        for specials in (Specials(), Specials(add=True, parse=True)):
            ids = tokenizer.segment(text, specials).ids
        tokenizer.describe(ids.tolist())
    tokenizer.segment("", Specials(add=True))
    for name, text in LONG:
        entering(f"cutting {name}")
        tokenizer.count([text])
    tokenizer.segment(LONG[0][1])
    entering("showing its stages")
    tokenizer.stages(SHORT[0])
