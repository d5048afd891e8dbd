"""Whether a text is code: it is then drawn with characters of one width, so that its columns stand under each other."""

import re

_LOOKED_AT = 5_000  # characters; the rest of a long text is of the same kind
_SIGNS = re.compile(
    r"^[ \t]*(?:[})\]]|</?[a-z!]|//|#include|--\s|/\*)"  # a line that begins with a bracket, a tag or a comment
    r"|[{};(\[]\s*$|[)\]]\s*[:,]\s*$"  # or ends as a statement or an open bracket does
    r"|\b(?:def|fn|func|function|return|import|from|const|let|var|class|use|module|where|select|join)\s+\S.*[(){}=.:;*]"
    r"|[=!<>]=|=>|->|::|\w\(|[a-z_)\]]\s=\s",
    re.IGNORECASE,
)


def looks_like_code(text: str) -> bool:
    """True if half of the lines or more bear signs of a programming or markup language; one line must bear two.

    >>> looks_like_code("for (i = 0; i < n; i++) {"), looks_like_code("He said (twice): go, and return.")
    (True, False)
    """
    lines = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()]
    if not lines:
        return False
    signs = [len(_SIGNS.findall(line)) for line in lines]
    return signs[0] >= 2 if len(lines) == 1 else sum(map(bool, signs)) >= len(lines) / 2
