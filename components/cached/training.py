"""What sessions share of trained tokenizers: they are opened and their entries read once, by content."""

from core.jobs.shared_cache import shared
from core.probes.morphology import MorphologyScores, morphology_of
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer
from core.training.opened import Growth, as_it_stood, opened
from core.training.opened import growth as growth_of
from core.training.recipe import Trained
from core.training.revealed import Reveal, revealing
from core.training.revealed import tells as tells_of
from core.training.spent import Spent
from core.training.spent import spent as found
from core.vocabulary.entries import Entries, entries_of


def tokenizer(one: Trained, n: int = 0) -> LocalTokenizer:
    """One opened.

    Args:
        n: its first entries only; 0 for all.

    Raises:
        UserError: it has no such beginning.
    """
    if not n or n == one.n_vocabulary:
        return shared().get(("trained", one.content), lambda: opened(one))
    return shared().get(("trained in part", one.content, n), lambda: as_it_stood(one, n), most=32)


def growth(one: Trained) -> Growth | None:
    """How it grew, where it is a list of merges."""
    return shared().get(("growth", one.content), lambda: growth_of(one))


def entries(one: Trained, n: int = 0) -> Entries:
    """Its entries."""
    of = tokenizer(one, n)
    return shared().get(("entries", of.info.spec, of.info.fingerprint), lambda: entries_of(of))


def tells(one: Trained) -> bool:
    """Whether its merges tell of its text."""
    return shared().get(("tells", one.content), lambda: tells_of(one))


def reveal(one: Trained, of: Tokenizer) -> Reveal:
    """What to ask it, whose corpora take seconds to read, beside what its text was.

    Args:
        of: the same, as a job opens it.
    """
    return shared().get(("reveal", one.content, of.info.spec), lambda: revealing(one, of))


def spent(one: Trained) -> Spent:
    """What they are spent on."""
    return shared().get(("spent", one.content, hash(one.counts.tobytes())), lambda: found(one, entries(one)))


def morphology(one: Trained, language: str) -> MorphologyScores:
    """How its tokens agree with the morphemes of the shipped words of a language."""

    def made() -> MorphologyScores:
        of = tokenizer(one)
        return morphology_of([of], language, "", "plain", "space").found[of.info.spec]

    return shared().get(("trained morphology", one.content, language), made)
