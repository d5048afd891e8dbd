"""An example of a file with parallel text, for somebody who wants to bring their own."""

from core.corpora.corpus import open_corpus
from core.export.csv import csv_table, for_spreadsheets

NAME = "parallel-text-example.csv"
_CODES = ("eng_Latn", "deu_Latn", "hin_Deva", "tha_Thai")
_OF_ONE_ARTICLE = 4  # rows


def example_table() -> bytes:
    """A table of 40 rows of our sample: one column per language, and one that says which rows belong together.

    >>> example_table().decode("utf-8-sig").splitlines()[0]
    'article,eng_Latn,deu_Latn,hin_Deva,tha_Thai'
    """
    sentences = open_corpus("sample").only(_CODES).sentences
    rows = list(zip(*sentences.values(), strict=True))[:40]
    numbered = ((f"article {n // _OF_ONE_ARTICLE + 1}", *row) for n, row in enumerate(rows))
    return for_spreadsheets(csv_table(("article", *_CODES), numbered))
