"""Tables for papers: booktabs, everything escaped, in one column or two, a note below; long ones in several parts."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import isnan

from core.export.latex_layout import GAP, TableFit, layout
from core.export.latex_text import OTHER_SCRIPT, escaped, needs_other_script

Columns = Mapping[str, Sequence[object]]

_HEAD = "% Needs booktabs and graphicx in the preamble. LuaLaTeX or XeLaTeX set names in other scripts than Latin."
_NEAR, _SMALLEST = 0.1, 0.001
_AT_ONCE = 12  # parts that may wait for a page of their own
_FIT = r"\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi"


def table(columns: Columns, caption: str, label: str, note: str = "", comments: Sequence[str] = ()) -> str:
    """The columns as a booktabs table that fits one column of a paper or both; numbers to the right.

    What is too long for a page, or too wide for letters that can be read, becomes several tables.

    Args:
        caption, note: plain text; escaped here. The note stands below the table.
        label: for `\\ref`; letters, digits, colons and hyphens.
        comments: lines that only the source shows.

    >>> print(table({"Language": ["Thai"], "Premium": [9.0549]}, "GPT-2", "tab:a").split("midrule")[1].split("%")[0])
    <BLANKLINE>
    Thai & 9.05 \\\\
    \\bottomrule
    \\end{tabular}}
    """
    texts = {name: _texts(column) for name, column in columns.items()}
    found = layout([[name, *column] for name, column in texts.items()], _words(columns))
    parts = list(product(found.panels, found.rows))
    tables = [
        _part(
            columns,
            texts,
            found,
            panel,
            rows,
            _nth(caption, n, len(parts)),
            label if n == 0 else f"{label}-{n + 1}",
            note,
        )
        for n, (panel, rows) in enumerate(parts)
    ]
    body = "".join(_flushed(one, n) for n, one in enumerate(tables))
    head = [_HEAD, *(f"% {' '.join(line.split())}" for line in comments)]
    return "\n".join([*head, *([OTHER_SCRIPT] if needs_other_script(body) else []), body])


def _nth(caption: str, n: int, of: int) -> str:
    return caption if of == 1 else f"{caption} Part {n + 1} of {of}."


def _flushed(one: str, n: int) -> str:
    return f"\\clearpage\n{one}" if n and n % _AT_ONCE == 0 else one


def _part(
    columns: Columns,
    texts: Mapping[str, Sequence[str]],
    found: TableFit,
    panel: Sequence[int],
    rows: tuple[int, int],
    caption: str,
    label: str,
    note: str,
) -> str:
    names, values, written = list(columns), list(columns.values()), list(texts.values())
    environment = "table*" if found.wide else "table"
    lines = [
        rf"\begin{{{environment}}}[tp]",
        r"\centering",
        rf"\caption{{{escaped(caption)}}}\label{{{label}}}",
        r"\smallskip",
        rf"\{found.size}\setlength{{\tabcolsep}}{{{GAP:g}pt}}%",
        rf"\sbox0{{\begin{{tabular}}{{@{{}}{''.join(_kind(values[n], found.breaking.get(n)) for n in panel)}@{{}}}}",
        r"\toprule",
        " & ".join(f"{{{escaped(names[n])}}}" for n in panel) + r" \\",
        r"\midrule",
        *(" & ".join(_cell(values[n][row], written[n][row]) for n in panel) + r" \\" for row in range(*rows)),
        r"\bottomrule",
        r"\end{tabular}}%",
        _FIT,
        *([rf"\par\smallskip\parbox{{\linewidth}}{{\footnotesize\raggedright {escaped(note)}}}"] if note else []),
        rf"\end{{{environment}}}",
    ]
    return "\n".join(lines) + "\n"


def _kind(column: Sequence[object], breaking: float | None) -> str:
    if breaking is not None:
        return f"p{{{breaking:.0f}pt}}"
    return "r" if _numeric(column) else "l"


def _words(columns: Columns) -> list[bool]:
    return [not _numeric(column) for column in columns.values()]


def _numeric(column: Sequence[object]) -> bool:
    known = [value for value in column if value is not None and value != ""]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _texts(column: Sequence[object]) -> list[str]:
    """Its values as they are read; all with three decimals where one lies so near 1 that two would not tell it."""
    near = any(isinstance(value, float) and 0 < abs(value - 1) < _NEAR for value in column)
    return [_plain(value, near) for value in column]


def _plain(value: object, near: bool) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return "--"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if 0 < value < _SMALLEST:
            return f"<{_SMALLEST:g}"
        return f"{value:.3f}" if near or abs(value) < 1 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: object, plain: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return plain.replace(",", r"\,")
    if isinstance(value, str):
        text = escaped(plain)
        return f"{{{text}}}" if text.startswith(("[", "*")) else text  # else the row before would take it for its own
    return plain.replace("<", "$<$")
