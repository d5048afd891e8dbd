"""Tables for papers: booktabs, everything escaped; long ones break over pages."""

import re
from collections.abc import Mapping, Sequence
from math import isnan

Columns = Mapping[str, Sequence[object]]

LONGEST_FLOAT = 40  # rows that fit on a page; longer tables are longtables
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
    "…": r"\dots{}",
    "\u2009": r"\,",
    "\u00a0": "~",
}
_HEAD = (
    "% Needs booktabs{more} in the preamble. Names in other scripts than Latin need LuaLaTeX or XeLaTeX with a font "
    "that has them."
)


def escaped(text: str) -> str:
    """Text that LaTeX sets as it is; controls become spaces.

    >>> escaped("50 % of a_b & c\\\\d")
    '50 \\\\% of a\\\\_b \\\\& c\\\\textbackslash{}d'
    """
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)
    return "".join(_SPECIAL.get(c, c) for c in plain)


def table(columns: Columns, caption: str, label: str) -> str:
    """The columns as a booktabs table, numbers to the right; over 40 rows, as a longtable.

    Args:
        caption: plain text; escaped here.
        label: for `\\ref`; letters, digits, colons and hyphens.

    >>> print(table({"Language": ["Thai"], "Premium": [9.0549]}, "GPT-2", "tab:a").split("midrule")[1].strip())
    Thai & 9.05 \\\\
    \\bottomrule
    \\end{tabular}
    \\end{table}
    """
    names = list(columns)
    rows = list(zip(*columns.values(), strict=True))
    kinds = "".join("r" if _numeric(column) else "l" for column in columns.values())
    head = " & ".join(f"{{{escaped(name)}}}" for name in names) + r" \\"
    body = [" & ".join(_cell(value) for value in row) + r" \\" for row in rows]
    title = rf"\caption{{{escaped(caption)}}}"
    if len(rows) <= LONGEST_FLOAT:
        lines = [
            _HEAD.format(more=""),
            r"\begin{table}",
            r"\centering",
            rf"{title}\label{{{label}}}",
            rf"\begin{{tabular}}{{{kinds}}}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    else:
        lines = [
            _HEAD.format(more=" and longtable"),
            rf"\begin{{longtable}}{{{kinds}}}",
            rf"{title}\label{{{label}}}\\",
            r"\toprule",
            head,
            r"\midrule",
            r"\endfirsthead",
            r"\toprule",
            head,
            r"\midrule",
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *body,
            r"\end{longtable}",
        ]
    return "\n".join(lines) + "\n"


def _numeric(column: Sequence[object]) -> bool:
    known = [value for value in column if value is not None and value != ""]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return "--"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", r"\,")
    text = escaped(str(value))
    return f"{{{text}}}" if text.startswith(("[", "*")) else text  # else the row before would take it for its own
