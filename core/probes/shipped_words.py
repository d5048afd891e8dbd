"""Lists that come with the probes."""

from functools import cache

from core.common.data_folders import DATA

_FOLDER = DATA / "probes"


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a list, such as "filtered", in order.

    >>> words("filtered")[:2]
    ('attack', 'bank')
    """
    return tuple((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


@cache
def terms_by_field() -> dict[str, tuple[str, ...]]:
    """Terms by field.

    >>> [*terms_by_field()], terms_by_field()["law"][2]
    (['law', 'finance', 'medicine', 'code'], 'breach of contract')
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in (_FOLDER / "terms.tsv").read_text(encoding="utf-8").splitlines():
        field, term = line.split("\t")
        found[field] = (*found.get(field, ()), term)
    return found


@cache
def gap_text() -> str:
    """Pieces of prose and of code with empty lines between, whose words have gaps.

    >>> gap_text()[:17]
    'The bakery on the'
    """
    return (_FOLDER / "gaps.txt").read_text(encoding="utf-8")
