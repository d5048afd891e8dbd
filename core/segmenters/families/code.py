"""Code with names by their role, as Tokompiler reads it: what a program does, without what its author called things.

Names and literals become their role and a number, and comments go, so a name of any length is one unit. Tokompiler
draws its numbers; here they count first occurrences, so that a text is the same again.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import numpy as np
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, String, Whitespace, _TokenType

from core.common.params import Param, Params
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter

# Those of Pygments whose time is bearable on whatever stands there; of Java's 20 kB of empty lines take half a minute.
LANGUAGES = ("python", "c", "cpp", "csharp", "javascript", "typescript", "go", "rust", "kotlin", "swift", "ruby", "php",
             "r", "julia", "haskell", "sql", "bash")  # fmt: skip
_MOST_BYTES = 8_000
_KEPT = (Name.Builtin, Name.Decorator, Name.Entity, Name.Tag)  # the language's own, and what marks a construct
_ROLES = ("class", "func", "arr", "var")  # of a name that has several, the first
_Token = tuple[_TokenType, str]


def read_by_role(text: str, language: str = "python") -> list[tuple[str, str]]:
    """The units of a program, side by side the text, each with what it is read as.

    Args:
        language: as Pygments calls it.

    >>> [read for _, read in read_by_role("def area(w):  # of a square\\n    return w * 2.5\\n")]
    ['def', 'func_1', '(', 'var_1', ')', ':', '', '\\n', '    ', 'return', 'var_1', '*', 'num_1', '\\n']
    """
    tokens = list(_joined(_lexer(language).get_tokens_unprocessed(text)))
    roles, numbers = _roles(tokens), dict[str, dict[str, int]]()
    units, before = list[tuple[str, str]](), ""
    for kind, written in tokens:
        if _is_room(kind, written) and units and not units[-1][0].endswith("\n"):
            before += written
            continue
        role = _role(kind, written, roles)
        if role:
            known = numbers.setdefault(role, {})
            said = f"{role}_{known.setdefault(written, len(known) + 1)}"
        else:
            said = "" if kind in Comment and kind not in Comment.Preproc else written
        units.append((before + written, said))
        before = ""
    return [*units, (before, "")] if before else units


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language)


def _joined(found: Iterable[tuple[int, _TokenType, str]]) -> Iterator[_Token]:
    """Tokens without empty ones; the parts of a string are one, and a line's end stands alone."""
    string = ""
    for _, kind, written in found:
        if kind in String:
            string += written
            continue
        if string:
            yield String, string
            string = ""
        for line in written.splitlines(keepends=True) if kind in Whitespace or not written.strip() else [written]:
            room = line.rstrip("\n")
            yield from ((kind, part) for part in (room, line[len(room) :]) if part)
    if string:
        yield String, string


def _is_room(kind: _TokenType, written: str) -> bool:
    return not written.strip() and "\n" not in written and kind not in Literal


def _roles(tokens: list[_Token]) -> dict[str, str]:
    """The role of each name: what one occurrence of it says holds for all."""
    found = dict[str, str]()
    solid = [(kind, written) for kind, written in tokens if written.strip()]
    for (kind, written), (_, behind) in pairwise([*solid, (Whitespace, "")]):
        if kind in Name and not any(kind in kept for kept in _KEPT):
            role = "class" if kind in Name.Class else "func" if kind in Name.Function or behind == "(" else "var"
            role = "arr" if role == "var" and behind == "[" else role
            found[written] = min(found.get(written, "var"), role, key=_ROLES.index)
    return found


def _role(kind: _TokenType, written: str, roles: dict[str, str]) -> str:
    if kind in Number:
        return "num"
    if kind in String:
        return "str"
    return "" if kind in Keyword or any(kind in kept for kept in _KEPT) else roles.get(written, "")


def _cutter(params: Params) -> Cutter:
    language = params.word("language")

    def cut(text: str) -> Chunks:
        units = read_by_role(text, language)
        lengths = [len(unit.encode()) for unit, _ in units]
        starts = np.cumsum([0, *lengths[:-1]]).astype(np.int32)
        return Chunks(starts, read_as=tuple(read.encode() for _, read in units))

    return Cutter(cut)


SEGMENTER = ByteSegmenter(
    key="code",
    label="Code by roles (Tokompiler)",
    order=70,
    kind="rule",
    about="Lexical tokens of a program; names and literals are read as their role and a number, comments as nothing.",
    source="Kadosh et al. 2023, Tokompiler; the lexers are those of Pygments, the roles this project's",
    cutter=_cutter,
    params=(
        Param(
            key="language",
            label="Programming language",
            default="python",
            help="Whose lexer reads the text.",
            choices=LANGUAGES,
        ),
    ),
    most_bytes=_MOST_BYTES,
)
