"""Names and operators of a program, by Python's own rules."""

import builtins
import io
import keyword
import tokenize
from collections.abc import Iterator
from itertools import accumulate

import regex

_PART = regex.compile(r"\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+")
_KEPT = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins)])
_MOST_SPACES = 8
_SPACED = frozenset(
    [
        "=",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "&",
        "|",
        "^",
        "<<",
        ">>",
        ":=",
        "+=",
        "-=",
        "*=",
        "/=",
        "//=",
        "%=",
        "**=",
        "->",
        ",",
    ]
)


def code_tokens(text: str, kind: int) -> Iterator[tuple[int, str]]:
    """Where each token of a kind of `tokenize` begins, and it; as far as the text can be read as Python.

    >>> [*code_tokens("x = f(y)", tokenize.OP)]
    [(2, '='), (5, '('), (7, ')')]
    """
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == kind and token.start[0] <= len(lines):
                yield starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, SyntaxError):  # what came before stands
        return


def names_of_several_words(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Where each name of two words or more begins, it, and its words in small letters; Python's own names are left out.

    >>> [*names_of_several_words("max_size = readLine()")]
    [(0, 'max_size', ['max', 'size']), (11, 'readLine', ['read', 'line'])]
    """
    for at, name in code_tokens(text, tokenize.NAME):
        words = [word.lower() for word in _PART.findall(name)]
        if len(words) > 1 and name not in _KEPT and not name.startswith("__"):
            yield at, name, words


def spaced_operators(text: str) -> Iterator[tuple[int, int, str]]:
    """From where to where each operator stands with the spaces around it, and it, where both sides are on its line.

    >>> [*spaced_operators("a = b+c")]
    [(1, 4, '='), (5, 6, '+')]
    """
    for at, operator in code_tokens(text, tokenize.OP):
        if operator in _SPACED:
            before, behind = (
                text[max(0, at - _MOST_SPACES) : at],
                text[at + len(operator) : at + len(operator) + _MOST_SPACES],
            )
            start = at - len(before) + len(before.rstrip(" "))
            until = at + len(operator) + len(behind) - len(behind.lstrip(" "))
            if start and text[start - 1] not in " \n\t" and until < len(text) and text[until] not in " \n\t\\#":
                yield start, until, operator
