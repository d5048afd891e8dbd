"""What a module of `core.vocabulary.audits` declares: something to look for among the entries of a vocabulary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.common.definitions import Definition
from core.common.registry import Registry
from core.vocabulary.entries import Entries, Ids


@dataclass(frozen=True, eq=False)
class Finding:
    """Which entries an audit found, by what is the matter with them.

    Args:
        by_group: ids in ascending order, by name of group, for the reader; none is empty.
        remark: what the reader should know; empty where there is nothing.
        unavailable: why it could not be looked for, with what to do; empty where it was.
    """

    by_group: Mapping[str, Ids]
    remark: str = ""
    unavailable: str = ""

    @property
    def ids(self) -> Ids:
        """Every id found, ascending, int64 (n,)."""
        return np.unique(np.concatenate([np.empty(0, np.int64), *self.by_group.values()]))


def not_looked_for(why: str) -> Finding:
    """What was found where nothing could be looked for."""
    return Finding({}, unavailable=why)


def grouped(groups: Mapping[str, Ids], remark: str = "") -> Finding:
    """What was found, without the groups that are empty.

    >>> grouped({"here": np.array([2, 1]), "there": np.empty(0, np.int64)}).by_group
    {'here': array([1, 2])}
    """
    return Finding({name: np.sort(ids) for name, ids in groups.items() if len(ids)}, remark)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Something to look for in a vocabulary.

    Args:
        definition: what is looked for, and who defined it.
        order: smaller ones stand first on the page.
        find: the entries it finds.
    """

    definition: Definition
    order: int
    find: Callable[[Entries], Finding]

    @property
    def key(self) -> str:
        """Its name in links and JSON."""
        return self.definition.key


AUDITS = Registry(
    package="core.vocabulary.audits",
    constant="AUDIT",
    kind=Audit,
    noun="audit of a vocabulary",
    order=lambda audit: audit.order,
)
