"""The articles that the sentences of FLORES-200 come from, as numbers; they ship, since the text itself may be absent.

`python -m core.premium.atlas` makes the file from the metadata of FLORES-200, in which each sentence has the address of
its article. Source: NLLB Team 2022, No Language Left Behind.
"""

import json
from collections.abc import Sequence
from functools import cache

from core.common.data_folders import DATA
from core.stats.grouped_items import numbered

FILE = "articles.json"
ARTICLE = "article"


def articles(splits: Sequence[str]) -> tuple[int, ...]:
    """For each sentence of these splits the number of its article, from 0.

    >>> len(articles(["dev", "devtest"])), len(set(articles(["devtest"])))
    (2009, 281)
    """
    return numbered([(split, n) for split in splits for n in _number_by_sentence()[split]])


@cache
def _number_by_sentence() -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads((DATA / "atlas" / FILE).read_bytes())["articles"]
    return found
