"""The numbers of a page of premiums: the shipped counts, tokenizers that users brought beside them, or another text.

On FLORES-200 the shipped tokenizers are counted already and others are added as rows. On any other text every number
comes from counting jobs on that text, so that premiums of two texts never meet in one picture.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from core.corpora.corpus import Corpus
from core.counting.brought import from_link
from core.counting.growing import Done, growing
from core.counting.job import KIND, counted_as
from core.counting.table import Counted, CountedText, CountTable, stacked
from core.counting.tally import Layout, Tally, known_layout, layout
from core.jobs.job import KINDS, Job
from core.jobs.shared_cache import shared
from core.premium.atlas import atlas_provenance, atlas_tokenizers
from core.premium.chunks import PART, SENTENCES, chunk_index, first_sentences, shipped_chunks
from core.premium.partial import not_yet, together
from core.premium.premium import Per, Premiums, Resampled, premiums, resample

_MOST = 4  # tables of tokenizers brought by users, kept in memory; one is outdated with every language counted


@dataclass(frozen=True)
class CountFacts:
    """Facts about counts, for provenance.

    Args:
        date: when they were made, ISO 8601; empty if not at one time.
        versions: libraries that counted.
        licence: of counts or text.
        notes: what a reader of numbers on this text should know.
    """

    date: str
    versions: tuple[str, ...]
    licence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PremiumChoice:
    """What a user chose to see.

    Args:
        keys: of tokenizers.
        base: code of the base language.
        corpus: spec of the text; empty for the shipped counts.
        part: of the text; empty for all of it.
        sort: order of the languages, one of `core.premium.ordering.SORTS`.
        per: unit.
        search: words that languages are to fit.
    """

    keys: tuple[str, ...]
    base: str
    corpus: str
    part: str
    sort: str
    per: Per
    search: str


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where a workbench finds what it needs; whoever makes one caches as they like.

    Args:
        atlas: the shipped counts of a part of FLORES-200.
        atlas_premiums: their premiums, by part, base and unit.
        corpus: the text that a spec names.
        known: tokenizers that may be chosen, by key.
        jobs: those that the user may see, newest first.
    """

    atlas: Callable[[str], Resampled]
    atlas_premiums: Callable[[str, str, Per], Premiums]
    corpus: Callable[[str], Corpus]
    known: Mapping[str, Counted]
    jobs: Callable[[], Iterable[Job]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Workbench:
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
    counting: CountFacts
    premiums: Callable[[Per], Premiums]
    tallies: tuple[tuple[Tally, int], ...] = ()

    def grown(self) -> bool:
        """Whether more is counted by now."""
        return any(int(one.update().sum()) > n for one, n in self.tallies)

    @property
    def brought(self) -> tuple[int, ...]:
        """Rows of tokenizers that a user brought beside shipped ones; none on another text, where all are equals."""
        return () if self.corpus else tuple(k for k, key in enumerate(self.keys) if from_link(key))

    def uncounted(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that lack a language."""
        return [key for key in keys if not self.done[self.keys.index(key)].all()]


def workbench(choice: PremiumChoice, sources: Sources) -> Workbench:
    """The numbers for what is chosen."""
    if choice.corpus:
        return _on_another_text(choice, sources)
    own = {key: one for key in choice.keys if from_link(key) and (one := sources.known.get(key))}
    if with_segmenters(choice.keys):
        return _with_segmenters(choice, sources, own)
    return _with_own(choice, sources, own) if own else _as_shipped(choice, sources)


def _as_shipped(choice: PremiumChoice, sources: Sources) -> Workbench:
    found = sources.atlas_premiums(choice.part, choice.base, choice.per)
    return Workbench(
        table=sources.atlas(choice.part).table,
        found=found,
        keys=tuple(atlas_tokenizers()),
        done=np.ones(found.value.shape, np.bool_),
        corpus="",
        stamp=choice.part,
        counting=_shipped_facts(),
        premiums=partial(sources.atlas_premiums, choice.part, choice.base),
    )


def _with_own(choice: PremiumChoice, sources: Sources, own: Mapping[str, Counted]) -> Workbench:
    """The shipped tokenizers on FLORES-200, and others that jobs counted."""
    shipped, whole = sources.atlas(choice.part).table, sources.atlas("").table
    plan = known_layout(whole.corpus)
    tallies = [(one, tally(plan, one.fingerprint) if plan else None) for one in own.values()]
    counts = [int(one.update().sum()) if one else 0 for _, one in tallies]
    stamp = (choice.part, tuple(zip(own, counts, strict=True)))

    def tables() -> tuple[CountTable, CountTable, Done]:
        added, done = growing(whole, tallies)
        added = added.select(part=choice.part) if choice.part else added
        return stacked([shipped, added]), added, done

    def both(per: Per) -> Premiums:
        def computed() -> Premiums:
            more = not_yet(premiums(added, choice.base, per, resample(added)), added, done)
            return together(sources.atlas_premiums(choice.part, choice.base, per), more)

        return _remembered((*stamp, choice.base, per), computed)

    table, added, done = shared().get(("workbench", *stamp), tables, most=_MOST)
    return Workbench(
        table=table,
        found=both(choice.per),
        keys=(*atlas_tokenizers(), *own),
        done=np.concatenate([np.ones((len(shipped.tokenizers), len(shipped.languages)), np.bool_), done]),
        corpus="",
        stamp=stamp,
        counting=_shipped_facts(),
        premiums=both,
        tallies=tuple((one, n) for (_, one), n in zip(tallies, counts, strict=True) if one),
    )


def with_segmenters(keys: Iterable[str]) -> bool:
    """Whether a shipped segmenter is among the keys: all numbers on FLORES-200 are then of the sentences it has."""
    return not chunk_index().segmenters.keys().isdisjoint(keys)


def _with_segmenters(choice: PremiumChoice, sources: Sources, own: Mapping[str, Counted]) -> Workbench:
    """All shipped tokenizers and segmenters, and others that jobs counted, on the sentences that segmenters have."""
    whole = sources.atlas("").table
    plan = known_layout(whole.corpus)
    tallies = [(one, tally(plan, one.fingerprint) if plan else None) for one in own.values()]
    counts = [int(one.update().sum()) if one else 0 for _, one in tallies]
    stamp = ("segmenters", tuple(zip(own, counts, strict=True)))

    def made() -> tuple[CountTable, Done]:
        added, done = growing(whole, tallies)
        shipped = first_sentences(whole)
        table = stacked([shipped, shipped_chunks(shipped), first_sentences(added)])
        there = np.ones((len(table.tokenizers) - len(done), len(table.languages)), np.bool_)
        return table, np.concatenate([there, done])

    table, done = shared().get(("workbench", *stamp), made, most=_MOST)

    def found(per: Per) -> Premiums:
        return _remembered(
            (*stamp, choice.base, per),
            lambda: not_yet(premiums(table, choice.base, per, resample(table)), table, done),
        )

    facts = _shipped_facts()
    return Workbench(
        table=table,
        found=found(choice.per),
        keys=(*atlas_tokenizers(), *chunk_index().segmenters, *own),
        done=done,
        corpus="",
        stamp=stamp,
        counting=replace(facts, notes=(*facts.notes, _of_segmenters())),
        premiums=found,
        tallies=tuple((one, n) for (_, one), n in zip(tallies, counts, strict=True) if one),
    )


def _of_segmenters() -> str:
    return (
        f"Segmenters are counted on the first {SENTENCES} sentences of FLORES-200 {PART}: while one is chosen, every "
        "number of the page is of these. What they count are chunks. Those that learnt read "
        f"{len(chunk_index().learnt_from)} of the languages; no price is known for any."
    )


def _on_another_text(choice: PremiumChoice, sources: Sources) -> Workbench:
    """All chosen tokenizers on another text."""
    corpus = sources.corpus(choice.corpus)
    plan = shared().get(("layout", corpus.fingerprint), lambda: layout(corpus), most=_MOST)
    same = counted_as(sources.jobs(), corpus.fingerprint)
    chosen = [sources.known[key] for key in choice.keys]
    tallies = [(one, _best(plan, [one.fingerprint, *(same[s] for s in one.opens if s in same)])) for one in chosen]
    counts = [int(one.update().sum()) for _, one in tallies]
    stamp = (corpus.fingerprint, corpus.groups, tuple(zip(choice.keys, counts, strict=True)))

    def found(per: Per) -> Premiums:
        return _remembered(
            (*stamp, choice.base, per),
            lambda: not_yet(premiums(table, choice.base, per, resample(table)), table, done),
        )

    table, done = shared().get(("workbench", *stamp), lambda: growing(CountedText.of(corpus), tallies), most=_MOST)
    return Workbench(
        table=table,
        found=found(choice.per),
        keys=choice.keys,
        done=done,
        corpus=choice.corpus,
        stamp=stamp,
        counting=_facts_of(corpus),
        premiums=found,
        tallies=tuple((one, n) for (_, one), n in zip(tallies, counts, strict=True)),
    )


def _remembered(key: tuple[Hashable, ...], computed: Callable[[], Premiums]) -> Premiums:
    return shared().get(("workbench premiums", *key), computed, most=_MOST * 3)


def _shipped_facts() -> CountFacts:
    about = atlas_provenance()
    return CountFacts(about.date, about.versions, about.licence)


def _facts_of(corpus: Corpus) -> CountFacts:
    """Of counts that jobs make here, with the libraries that are installed now."""
    kind = KINDS.get(KIND)
    versions = (f"{name} {number}" for name, number in kind.versions().items() if name not in (KIND, "numpy"))
    notes = (*corpus.notes, *(f"{gap.language}: {gap.reason}" for gap in corpus.gaps))
    return CountFacts("", tuple(versions), corpus.licence, notes)


def tally(plan: Layout, fingerprint: str) -> Tally:
    """What is counted so far, kept between runs."""
    return shared().get(("tally", plan.corpus, fingerprint), lambda: Tally(plan, fingerprint), most=64)


def _best(plan: Layout, fingerprints: Sequence[str]) -> Tally:
    """Of tallies of the same tokenizer under several fingerprints (formats), the one that is furthest."""
    return max((tally(plan, one) for one in dict.fromkeys(fingerprints)), key=lambda one: int(one.update().sum()))
