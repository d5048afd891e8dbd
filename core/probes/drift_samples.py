"""How many of a model's own samples do not come back when their text is cut again?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.common.errors import UnknownName, UserError, shown
from core.common.numbers import count
from core.common.progress import step
from core.probes.drifting import Drifting, drifting_of
from core.probes.probe import Asked, Probe
from core.text.samples import parallel_texts
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

_PROMPT_WORDS, _PROMPT_CHARACTERS = 6, 40
_KNOWN = tuple(one.code for one in parallel_texts())
LANGUAGES = ("eng_Latn", "deu_Latn", "arb_Arab", "hin_Deva", "zho_Hans")
TEMPERATURES = ("0.5", "1", "1.5")
SAMPLES, TOKENS, SEED = 20, 48, 0


@dataclass(frozen=True)
class SampledDrift:
    """Samples of one temperature that go on from a text in one language.

    Args:
        language: ISO 639-3 and script.
        found: of prompts and what the model wrote behind them.
    """

    temperature: float
    language: str
    found: Drifting


@dataclass(frozen=True)
class DriftSamples:
    """A model's samples, and those of them that drift."""

    model: str
    fingerprint: str
    rows: tuple[SampledDrift, ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = [{"temperature": r.temperature, "language": r.language, **r.found.document()} for r in self.rows]
        return {"model": self.model, "fingerprint": self.fingerprint, "rows": rows}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [f"Samples of {self.model} that do not come back when their text is cut again, with 95 % intervals:"]
        for row in self.rows:
            share = row.found.share
            said.append(
                f"  {row.language} at temperature {row.temperature:g}: {share.value:.0%} [{share.low:.0%}, "
                f"{share.high:.0%}] of {count(row.found.n)}, {count(row.found.n_tokens)} tokens"
            )
        return said


def drift_samples(
    model: str,
    languages: Sequence[str] = LANGUAGES,
    temperatures: Sequence[str] = TEMPERATURES,
    samples: int = SAMPLES,
    tokens: int = TOKENS,
    seed: int = SEED,
) -> DriftSamples:
    """Samples of a model, checked.

    Args:
        model: what opens it.
        languages: of the shipped parallel text, whose first words are the prompt.
        temperatures: numbers over 0.
        samples: of each temperature and language.
        tokens: of each sample, at most.

    Raises:
        UserError: there is no such model or language, a temperature is none, or the model cannot be asked.
    """
    chosen, degrees = known(languages), degrees_of(temperatures)
    from core.models.load import open_model  # torch takes seconds to import

    return drift_samples_of(open_model(model), chosen, degrees, samples, tokens, seed)


def known(languages: Sequence[str]) -> list[str]:
    """The languages, each once.

    Raises:
        UserError: there are none, or one is none of the shipped text.
    """
    for language in languages:
        if language not in _KNOWN:
            raise UnknownName("language of the shipped text", language, _KNOWN)
    if not languages:
        raise UserError("There is no language to draw in. Give codes, such as eng_Latn deu_Latn.")
    return [*dict.fromkeys(languages)]


def degrees_of(temperatures: Sequence[str]) -> list[float]:
    """The temperatures as numbers, each once.

    Raises:
        UserError: there are none, or one is no number over 0.

    >>> degrees_of(["0.5", "1", "1.0"])
    [0.5, 1.0]
    """
    if not temperatures:
        raise UserError("There is no temperature. Give some, such as 0.5 1 1.5.")
    return [*dict.fromkeys(map(_temperature, temperatures))]


def _temperature(text: str) -> float:
    """
    >>> _temperature("0.5")
    0.5
    """
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 10:
        raise UserError(f"{shown(text)} is no temperature. Give numbers over 0 and up to 10, such as 0.5 1 1.5.")
    return found


def drift_samples_of(
    model: "LanguageModel", languages: Sequence[str], temperatures: Sequence[float], n: int, n_tokens: int, seed: int
) -> DriftSamples:
    """The same of a model that is open."""
    from core.probes.bytes.samples import sampled

    wanted = [(degree, language) for language in languages for degree in temperatures]
    rows = []
    for place, (degree, language) in enumerate(wanted):
        with step(place / len(wanted), (place + 1) / len(wanted), f"Drawing {language} at {degree:g}"):
            prompt = model.tokenizer.encode(prompt_in(language), PLAIN).ids.tolist()
            drawn = sampled(model, prompt, n, n_tokens, degree, seed)
            written = [_whole(model.tokenizer, [*prompt, *ids]) for ids in drawn]
            rows.append(SampledDrift(degree, language, drifting_of(model.tokenizer, written)))
    return DriftSamples(model.name, model.fingerprint, tuple(rows))


def prompt_in(language: str) -> str:
    """The first words of the shipped text in a language, or its first characters where words are not parted.

    >>> prompt_in("eng_Latn").count(" "), len(prompt_in("zho_Hans")) <= 40
    (5, True)
    """
    text = next(one.text for one in parallel_texts() if one.code == language)
    return " ".join(text.split(" ")[:_PROMPT_WORDS])[:_PROMPT_CHARACTERS]


def _whole(tokenizer: LocalTokenizer, ids: Sequence[int]) -> tuple[int, ...]:
    """The ids without those at the end that begin a character and do not end it: there the sample was cut off."""
    for n in range(len(ids), max(0, len(ids) - 4), -1):
        try:
            tokenizer.decode(ids[:n]).decode()
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                break
        else:
            return tuple(ids[:n])
    return tuple(ids)


PROBE = Probe(
    key="drift_samples",
    order=13,
    question="How many of a model's own samples do not come back when their text is cut again?",
    caution=(
        "A sample counts once, however often it drifts, so longer samples drift more. All that the model gives a "
        "probability to is drawn from; who leaves out unlikely tokens (top-k, top-p) has less drift. A model that "
        "knows no word of a language writes something else behind a prompt in it."
    ),
    source="As the probe drifting; that trainers of models met it, and the prompts, are of our own choice",
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(
            key="languages",
            kind="words",
            text="languages of the prompts",
            default=LANGUAGES,
            among=_KNOWN,
        ),
        Asked(key="temperatures", kind="words", text="temperatures", default=TEMPERATURES),
        Asked(key="samples", kind="whole number", text="samples of each", default=SAMPLES, least=1, most=1_000),
        Asked(
            key="tokens", kind="whole number", text="tokens of a sample, at most", default=TOKENS, least=1, most=2_000
        ),
        Asked(key="seed", kind="whole number", text="of the draws", default=SEED),
    ),
    find=drift_samples,
)
