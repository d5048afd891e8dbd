"""Any text as LaTeX that compiles with every engine."""

import re
from unicodedata import normalize

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "×": r"\ensuremath{\times}",
    "→": r"\ensuremath{\rightarrow}",
    "−": r"\ensuremath{-}",
    "–": "--",
    "—": "---",
    "…": r"\dots{}",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u00a0": "~",
}
# Combining marks that the commands of LaTeX's oldest font encoding have.
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0331": "b",
}
_PARTS = re.compile(
    f"(?P<accented>[A-Za-z][{''.join(_ACCENTS)}]+)(?![\u0300-\u036f])|(?P<other>[^\\x00-\\x7f]+)|.", re.S
)
_OTHER = r"\otherscript"
# Letters that pdfLaTeX has no font for are question marks there; LuaLaTeX and XeLaTeX set them.
OTHER_SCRIPT = r"\providecommand{\otherscript}[2]{\ifdefined\Umathchar #1\else #2\fi}"


def escaped(text: str) -> str:
    """Text that LaTeX sets as it is; controls become spaces, letters of other scripts wait for an engine that has them.

    >>> escaped("50 % of a_b & c\\\\d")
    '50 \\\\% of a\\\\_b \\\\& c\\\\textbackslash{}d'
    >>> escaped("Kabiyè 日本"), escaped("Đ")
    ('Kabiy\\\\`{e} \\\\otherscript{日本}{??}', '\\\\otherscript{Đ}{?}')
    """
    plain = normalize("NFD", re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text))
    return "".join(_set(match) for match in _PARTS.finditer(plain))


def needs_other_script(text: str) -> bool:
    """Whether LaTeX made by `escaped` has letters that need `OTHER_SCRIPT` before it."""
    return _OTHER in text


def _set(match: re.Match[str]) -> str:
    if match["accented"]:
        return _accented(match["accented"])
    return _foreign(normalize("NFC", match["other"])) if match["other"] else _SPECIAL.get(match[0], match[0])


def _accented(cluster: str) -> str:
    found = {"i": r"\i", "j": r"\j"}.get(cluster[0], cluster[0])
    for mark in cluster[1:]:
        found = rf"\{_ACCENTS[mark]}{{{found}}}"
    return found


def _foreign(run: str) -> str:
    parts = re.split(f"([{''.join(c for c in _SPECIAL if ord(c) > 127)}])", run)
    return "".join(_SPECIAL.get(part) or f"{_OTHER}{{{part}}}{{{'?' * len(part)}}}" for part in parts if part)
