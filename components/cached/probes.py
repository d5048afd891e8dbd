"""What sessions share of probes: answers about texts, which follow what is typed and are few at a time."""

from typing import TYPE_CHECKING

from components.cached.tokenizers import tokenizer
from core.jobs.shared_cache import shared
from core.probes.bytes.found import NextByte
from core.probes.bytes.prompt import prompt_of
from core.probes.chat_prefix import ChatPrefixes, chat_prefixes_of
from core.probes.drift import Drift, drift_of
from core.probes.drift_text import ids_of
from core.probes.entropy import TextEntropy, entropies_of
from core.probes.hidden_words import HiddenWords, hidden_words_of
from core.probes.letters import Letters, letters_of
from core.probes.markov.sampled import sampled_losses
from core.probes.markov.source import SwitchingSource
from core.probes.morphology import Morphology, morphology_of
from core.probes.noise import Noise, noise_of
from core.probes.phantom_edits import PhantomEdits, phantom_edits_of
from core.probes.spellings import Spellings, spellings_of
from core.probes.sums.adders import ADDERS
from core.probes.sums.addition import Addition
from core.probes.terms import TermCounts, terms_of
from core.probes.theory import Theory
from core.probes.theory import theory as theory_of
from core.probes.traps import Traps, traps_of

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

_MOST = 64  # answers of a kind


def spellings(spec: str, text: str, samples: int, seed: int, draws: str = "all") -> Spellings:
    """The spellings of a text under a tokenizer.

    Raises:
        UserError: there are none to count; says why.
    """
    key = "spellings", spec, text, samples, seed, draws
    return shared().get(key, lambda: spellings_of(tokenizer(spec), text, samples, seed, draws), most=_MOST)


def drift(spec: str, ids: tuple[int, ...]) -> Drift:
    """What becomes of ids under a tokenizer.

    Raises:
        UserError: it has no entry for one of them, or no vocabulary.
    """
    return shared().get(("drift", spec, ids), lambda: drift_of(tokenizer(spec), ids), most=_MOST)


def chat_prefixes(specs: tuple[str, ...], conversation: str) -> ChatPrefixes:
    """What becomes of the tokens of a conversation as it goes on.

    Raises:
        UserError: it is no conversation; says why.
    """
    key = "chat prefixes", specs, conversation
    return shared().get(key, lambda: chat_prefixes_of([*map(tokenizer, specs)], conversation), most=_MOST)


def ids_in_parts(spec: str, text: str, way: str) -> tuple[int, ...]:
    """Ids of a text that is cut in parts, by a key of `core.probes.drift_text.WAYS`."""
    return shared().get(("ids in parts", spec, text, way), lambda: ids_of(tokenizer(spec), text, way), most=_MOST)


def entropies(specs: tuple[str, ...], text: str) -> TextEntropy:
    """The entropies of a text under several tokenizers.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or a tokenizer does not open.
    """
    return shared().get(("entropies", specs, text), lambda: entropies_of([*map(tokenizer, specs)], text), most=_MOST)


def noise(specs: tuple[str, ...], text: str, most: int, seed: int) -> Noise:
    """What all edits do to the tokens of a text.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or a tokenizer does not open.
    """
    key = "noise", specs, text, most, seed
    return shared().get(key, lambda: noise_of([*map(tokenizer, specs)], text, (), most, seed), most=_MOST)


def terms(specs: tuple[str, ...], fields: tuple[str, ...], text: str) -> TermCounts:
    """Tokens of the terms of some fields.

    Raises:
        UserError: a term has no UTF-8 form, or a tokenizer does not open.
    """
    key = "terms", specs, fields, text
    return shared().get(key, lambda: terms_of([*map(tokenizer, specs)], fields, text), most=_MOST)


def hidden_words(specs: tuple[str, ...], text: str) -> HiddenWords:
    """Words that a letter hides.

    Raises:
        UserError: the text has no UTF-8 form, or a tokenizer does not open.
    """
    key = "hidden words", specs, text
    return shared().get(key, lambda: hidden_words_of([*map(tokenizer, specs)], text), most=_MOST)


def phantom_edits(specs: tuple[str, ...], text: str, more: int) -> PhantomEdits:
    """Words that other tokens say too.

    Raises:
        UserError: the text has no UTF-8 form, or a tokenizer does not open or has no vocabulary.
    """
    key = "phantom edits", specs, text, more
    return shared().get(key, lambda: phantom_edits_of([*map(tokenizer, specs)], text, more), most=_MOST)


def theory(p: float, q: float, order: int, most: int) -> Theory:
    """What tokens do for a model that only counts them, in closed form.

    Raises:
        UserError: a number is out of its range.
    """
    return shared().get(("theory", p, q, order, most), lambda: theory_of(p, q, order, most), most=_MOST)


def sampled_theory(source: SwitchingSource, most: int, n: int) -> list[float]:
    """The same of merges that were learnt on a sample of so many characters."""
    key = "sampled theory", source, most, n
    return shared().get(key, lambda: sampled_losses(source, most, n, 0), most=_MOST)


def letters(specs: tuple[str, ...], text: str) -> Letters:
    """The letters of a text under tokenizers.

    Raises:
        UserError: it has none, or too many.
    """
    return shared().get(("letters", specs, text), lambda: letters_of([*map(tokenizer, specs)], text), most=_MOST)


def traps(specs: tuple[str, ...], text: str, pairs: int, seed: int) -> Traps:
    """Boundaries of words that tokenizers swallow.

    Raises:
        UserError: no line of the text has two words.
    """
    key = "traps", specs, text, pairs, seed
    return shared().get(key, lambda: traps_of([*map(tokenizer, specs)], text, pairs, seed), most=_MOST)


def morphology(specs: tuple[str, ...], language: str, text: str, layout: str, before: str) -> Morphology:
    """How tokens agree with morphemes.

    Raises:
        UserError: the text cannot be read as words with morphemes; says where.
    """

    def made() -> Morphology:
        return morphology_of([*map(tokenizer, specs)], language, text, layout, before)

    return shared().get(("morphology", specs, language, text, layout, before), made, most=_MOST)


def next_byte(model: str, prompt: bytes, n_walked: int, every: bool) -> NextByte:
    """What a shipped model expects after a prompt; others are asked by a job.

    Raises:
        UserError: it cannot be asked about this prompt; says why.
    """

    def asked() -> NextByte:
        from core.probes.bytes.asking import next_byte as found  # torch takes seconds to import

        return found(_shipped(model), prompt_of("", prompt.hex()), n_walked, every)

    return shared().get(("next byte", model, prompt, n_walked, every), asked, most=_MOST)


def adders_say(a: int, b: int) -> dict[str, int | None]:
    """What the three shipped adders say to a sum, by key."""

    def asked() -> dict[str, int | None]:
        from core.probes.sums.training import answers_of  # torch takes seconds to import

        found = [answers_of(adder, adder.folder, [Addition(a, b)], "cpu") for adder in ADDERS]
        return {one.by[0].key: one.by[0].said[0] for one in found}

    return shared().get(("adders", a, b), asked, most=_MOST)


def _shipped(model: str) -> "LanguageModel":
    from core.models.load import open_model

    return shared().get(("language model", model), lambda: open_model(model), _weight_bytes)


def _weight_bytes(model: "LanguageModel") -> int:
    return sum(one.nbytes for one in model.module.parameters())
