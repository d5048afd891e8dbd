"""What was compared with which library, as a table for the terminal and the README."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One tokenizer's comparison.

    Args:
        lines: lines of FLORES-200 whose ids were equal.
        scripts: scripts among them.
        generated: generated and awkward texts whose ids were equal.
    """

    source: str
    name: str
    library: str
    lines: int
    scripts: int
    generated: int


def markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table.

    >>> print(markdown([Row("tiktoken", "o200k_base", "tiktoken 0.14.0", 4080, 29, 84)]))
    | Source | Tokenizer | Compared with | FLORES-200 lines | Scripts | Generated texts |
    | --- | --- | --- | ---: | ---: | ---: |
    | tiktoken | o200k_base | tiktoken 0.14.0 | 4,080 | 29 | 84 |
    """
    head = "| Source | Tokenizer | Compared with | FLORES-200 lines | Scripts | Generated texts |"
    body = [
        f"| {r.source} | {r.name} | {r.library} | {r.lines:,} | {r.scripts} | {r.generated:,} |"
        for r in sorted(rows, key=lambda r: (r.source, r.name))
    ]
    return "\n".join([head, "| --- | --- | --- | ---: | ---: | ---: |", *body])
