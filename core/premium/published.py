"""Token counts published by others, kept apart from our own: the table of Petrov et al. 2023.

Its counts are of each language as one text (`Corpus.joined`), so they compare with joined counts only.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.common.data_folders import DATA
from core.counting.table import CountTable
from core.text.languages import flores_languages

FOLDER = DATA / "published" / "petrov2023"
SOURCE = "Petrov et al. 2023, Language Model Tokenizers Introduce Unfairness Between Languages (arXiv 2305.15425)"

# Which published column is which tokenizer of the atlas. Qwen stands for its first version, which has the same ranks.
COLUMN_BY_KEY = {
    "gpt-2": "GPT-2",
    "p50k": "p50k_base",
    "cl100k": "cl100k_base",
    "llama-2": "LLAMA",
    "qwen": "Qwen",
    "xlm-r": "XLM-RoBERTa",
    "utf8-bytes": "ByT5",
    "characters": "UTF-32",
}


@dataclass(frozen=True, eq=False)
class Published:
    """A published table of token counts.

    Args:
        source: who published it.
        languages: FLORES codes, L of them.
        tokenizers: names as published, P of them.
        tokens: of each language as one text, int64 (L, P).
        unknown_share: share of characters mapped to unknown, float64 (L, P).
    """

    source: str
    languages: tuple[str, ...]
    tokenizers: tuple[str, ...]
    tokens: NDArray[np.int64]
    unknown_share: NDArray[np.float64]

    def column(self, tokenizer: str) -> dict[str, int]:
        """Tokens by language of one tokenizer."""
        counts = self.tokens[:, self.tokenizers.index(tokenizer)].tolist()
        return dict(zip(self.languages, counts, strict=True))


@cache
def petrov() -> Published:
    """The published counts of 27 tokenizers in the 204 language-scripts of FLORES-200.

    >>> petrov().column("GPT-2")["eng_Latn"], len(petrov().tokenizers)
    (52567, 27)
    """
    codes = {row[0]: row[1] for row in _rows("flores_language_map.csv")[1:]}
    head, *rows = _rows("tokenization_lengths.csv")
    unknown_head, *unknown = _rows("tokenization_unknown_fraction.csv")
    assert head == unknown_head and [row[0] for row in rows] == [row[0] for row in unknown], "one layout in both"
    languages = tuple(codes[row[0]] for row in rows)
    assert set(languages) == set(flores_languages()), "204 codes"
    return Published(
        SOURCE,
        languages,
        tuple(head[1:]),
        np.array([list(map(int, row[1:])) for row in rows], np.int64),
        np.array([list(map(float, row[1:])) for row in unknown], np.float64),
    )


@dataclass(frozen=True)
class Reproduction:
    """How far counts agree with published ones.

    Args:
        tokenizer: label of ours.
        column: name in the published table.
        n_equal: languages on which the counts are the same integer.
        n_languages: languages in both.
        unequal: codes of the others.
    """

    tokenizer: str
    column: str
    n_equal: int
    n_languages: int
    unequal: tuple[str, ...]


def reproduction(table: CountTable, keys: dict[str, int]) -> list[Reproduction]:
    """Our joined counts against the published ones.

    Args:
        keys: rows of the table by key of the atlas; keys without a published column are passed over.

    >>> from core.premium.atlas import shipped_atlas
    >>> found = reproduction(shipped_atlas(["gpt-2"]), {"gpt-2": 0})[0]
    >>> found.column, found.n_equal, found.n_languages
    ('GPT-2', 204, 204)
    """
    found = []
    for key, row in keys.items():
        if key not in COLUMN_BY_KEY:
            continue
        published = petrov().column(COLUMN_BY_KEY[key])
        ours = dict(zip(table.languages, table.joined[row].tolist(), strict=True))
        unequal = tuple(code for code in table.languages if ours[code] != published.get(code))
        n = sum(code in published for code in table.languages)
        label = table.tokenizers[row].label
        found.append(Reproduction(label, COLUMN_BY_KEY[key], len(ours) - len(unequal), n, unequal))
    return found


def _rows(name: str) -> list[list[str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file)]
