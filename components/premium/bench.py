"""The numbers of the page: the shipped counts, tokenizers that users brought beside them, or another text altogether.

On FLORES-200 the shipped tokenizers are counted already and others are added as rows. On any other text every number
comes from counting jobs on that text, so that premiums of two texts never meet in one picture.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from components.cached import tokenizers as cached
from components.premium.brought.known import known_tokenizers
from components.premium.context import Counting
from components.premium.controls import Choice
from core.counting.brought import from_link
from core.counting.table import CountTable, sizes, stacked
from core.counting.tally import Layout, Tally, known_layout, layout
from core.jobs.shared_cache import shared
from core.premium.atlas import atlas_provenance, atlas_tokenizers
from core.premium.growing import Done, growing, not_yet, together
from core.premium.premium import Per, Premiums, premiums, resample

_MOST = 4  # tables of tokenizers brought by users, kept in memory; one is outdated with every language counted


@dataclass(frozen=True, eq=False)
class Bench:
    """Everything there is to draw from.

    Args:
        table, found: counts and premiums, K tokenizers.
        keys: of the tokenizers, in links.
        done: which languages each is counted on, (K, L).
        corpus: spec string; empty for the shipped counts.
        stamp: changes with the counts.
        counting: where they come from.
        premiums: the same by another unit.
        tallies: what was read of counts that may still grow, and how many languages were whole then.
    """

    table: CountTable
    found: Premiums
    keys: tuple[str, ...]
    done: Done
    corpus: str
    stamp: Hashable
    counting: Counting
    premiums: Callable[[Per], Premiums]
    tallies: tuple[tuple[Tally, int], ...] = ()

    def grown(self) -> bool:
        """Whether more is counted by now."""
        return any(int(one.update().sum()) > n for one, n in self.tallies)

    def uncounted(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that lack a language."""
        return [key for key in keys if not self.done[self.keys.index(key)].all()]


def bench(choice: Choice) -> Bench:
    """The numbers for what is chosen."""
    return _on_flores(choice) if not choice.corpus else _elsewhere(choice)


def _on_flores(choice: Choice) -> Bench:
    about = atlas_provenance()
    counting = Counting(about.date, about.versions, about.licence)
    shipped = cached.atlas(choice.part).table
    found = cached.atlas_premiums(choice.part, choice.base, choice.per)
    keys = tuple(atlas_tokenizers())
    own = {key: one for key in choice.keys if from_link(key) and (one := known_tokenizers().get(key))}
    everything = np.ones(found.value.shape, np.bool_)
    if not own:
        alone = partial(cached.atlas_premiums, choice.part, choice.base)
        return Bench(shipped, found, keys, everything, "", choice.part, counting, alone)
    plan = known_layout(shipped.corpus)
    whole = cached.atlas("").table
    tallies = [(one, tally(plan, one.fingerprint) if plan else None) for one in own.values()]
    counts = [int(one.update().sum()) if one else 0 for _, one in tallies]
    stamp = (choice.part, tuple(zip(own, counts, strict=True)))

    def tables() -> tuple[CountTable, CountTable, Done]:
        added, done = growing(whole, tallies)
        added = added.select(part=choice.part) if choice.part else added
        return stacked([shipped, added]), added, done

    def both(per: Per) -> Premiums:
        def computed() -> Premiums:
            more = premiums(added, choice.base, per, resample(added))
            return together(cached.atlas_premiums(choice.part, choice.base, per), not_yet(more, added, done))

        return shared().get(("bench premiums", *stamp, choice.base, per), computed, most=_MOST * 3)

    table, added, done = shared().get(("bench", *stamp), tables, most=_MOST)
    grow = tuple((one, n) for (_, one), n in zip(tallies, counts, strict=True) if one)
    all_done = np.concatenate([everything, done])
    return Bench(table, both(choice.per), (*keys, *own), all_done, "", stamp, counting, both, grow)


def _elsewhere(choice: Choice) -> Bench:
    """All chosen tokenizers on another text."""
    corpus = cached.corpus(choice.corpus)
    known = known_tokenizers()
    chosen = [known[key] for key in choice.keys]
    plan = shared().get(("layout", corpus.fingerprint), lambda: layout(corpus), most=_MOST)
    same = counted_as(corpus.fingerprint)
    tallies = [(one, _best(plan, [one.fingerprint, *(same[s] for s in one.opens if s in same)])) for one in chosen]
    counts = [int(one.update().sum()) for _, one in tallies]
    stamp = (corpus.fingerprint, tuple(zip(choice.keys, counts, strict=True)))

    def tables() -> tuple[CountTable, Done]:
        text = (corpus.fingerprint, corpus.label, corpus.languages, *sizes(corpus))
        return growing(text, tallies)

    def found(per: Per) -> Premiums:
        return shared().get(
            ("bench premiums", *stamp, choice.base, per),
            lambda: not_yet(premiums(table, choice.base, per, resample(table)), table, done),
            most=_MOST * 3,
        )

    table, done = shared().get(("bench", *stamp), tables, most=_MOST)
    notes = tuple(corpus.notes) + tuple(f"{gap.language}: {gap.reason}" for gap in corpus.gaps)
    about = Counting("", _versions(), corpus.licence, notes)
    grow = tuple((one, n) for (_, one), n in zip(tallies, counts, strict=True))
    return Bench(table, found(choice.per), choice.keys, done, choice.corpus, stamp, about, found, grow)


def tally(plan: Layout, fingerprint: str) -> Tally:
    """What is counted so far, kept between runs."""
    return shared().get(("tally", plan.corpus, fingerprint), lambda: Tally(plan, fingerprint), most=64)


def _best(plan: Layout, fingerprints: Sequence[str]) -> Tally:
    """Of tallies of the same tokenizer under several fingerprints (formats), the one that is furthest."""
    return max((tally(plan, one) for one in dict.fromkeys(fingerprints)), key=lambda one: int(one.update().sum()))


def counted_as(corpus: str) -> dict[str, str]:
    """Fingerprint by spec of every tokenizer that jobs counted on this text."""
    from components.cached.runs import jobs
    from components.runs.job_cards import visible

    found: dict[str, str] = {}
    for job in visible(jobs()):
        if job.kind == "count" and job.inputs and job.inputs[-1].fingerprint == corpus:
            found |= {each.name: each.fingerprint for each in reversed(job.inputs[:-1]) if each.name not in found}
    return found


def _versions() -> tuple[str, ...]:
    from core.work.count import JOB

    return tuple(f"{name} {number}" for name, number in JOB.versions().items() if name not in (JOB.key, "numpy"))
