"""The prompt of a probe on bytes: a text, or bytes that may end inside a character, cut to what a model can read."""

from dataclasses import dataclass

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.evaluation.passes.byte_marginals import is_whole
from core.text.utf8 import utf8
from core.tokenizers.tokenizer import LocalTokenizer

MOST_TOKENS = 2_048  # of a prompt that are read, the last ones
_MOST_BYTES_PER_TOKEN = 16
_MOST_BROKEN = 512  # bytes behind the last place where the prompt is a text
_SPARE = 32  # tokens that a model can look back on beyond the prompt


@dataclass(frozen=True)
class Prompt:
    """What is asked about.

    Args:
        text: its whole characters.
        rest: bytes behind them, which are no text, mostly the first ones of a character.
        n_left_out: bytes before it that are not read.
    """

    text: str
    rest: bytes = b""
    n_left_out: int = 0


def prompt_of(text: str, in_hex: str | None) -> Prompt:
    """The prompt that was given as a text, or as bytes in hexadecimal.

    Raises:
        UserError: both are given, the digits are none, or the text has no UTF-8 form.

    >>> prompt_of("", "61 e4bd")
    Prompt(text='a', rest=b'\\xe4\\xbd', n_left_out=0)
    """
    if in_hex is None:
        utf8(text)
        return Prompt(text)
    if text:
        raise UserError("There are two prompts, a text and one in hexadecimal. Give one of them.")
    try:
        data = bytes.fromhex(in_hex)
    except ValueError:
        raise UserError(f"{shown(in_hex)} is no list of bytes in hexadecimal. Give one such as 61e4bd.") from None
    n = _whole_part(data)
    if len(data) - n > _MOST_BROKEN:
        raise UserError(
            f"Byte {count(n + 1)} of the prompt is no UTF-8, and {count(len(data) - n)} bytes follow. Give a text."
        )
    return Prompt(data[:n].decode(), data[n:])


def as_given(prompt: bytes) -> dict[str, str]:
    """What one gives for these bytes: a text, or where they are none, hexadecimal digits.

    >>> as_given(b"a"), as_given(b"\\xe4")
    ({'prompt': 'a', 'prompt_hex': ''}, {'prompt': '', 'prompt_hex': 'e4'})
    """
    given = prompt_of("", prompt.hex())
    return {"prompt": "", "prompt_hex": prompt.hex()} if given.rest else {"prompt": given.text, "prompt_hex": ""}


def _whole_part(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def fitted(prompt: Prompt, tokenizer: LocalTokenizer, max_tokens: int | None) -> Prompt:
    """The last part of a prompt that a model can look back on.

    Args:
        max_tokens: that it looks back on; None where it sets no limit.
    """
    most = min(max_tokens or MOST_TOKENS, MOST_TOKENS)
    room = max(1, most - _SPARE - len(prompt.rest), most // 2)
    data = prompt.text.encode()
    kept = _from_character(data, max(0, len(data) - most * _MOST_BYTES_PER_TOKEN))
    while kept and len(ends := tokenizer.segment(kept.decode()).ends) > room:
        kept = _from_character(kept, int(ends[-room - 1]) or 1)
    return Prompt(kept.decode(), prompt.rest, len(data) - len(kept))


def _from_character(data: bytes, at: int) -> bytes:
    while at < len(data) and not is_whole(data[at:]):
        at += 1
    return data[at:]
