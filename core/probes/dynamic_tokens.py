"""What does a model lose when it reads dynamic tokens, whose rows a hypernetwork predicts?"""

from core.common.errors import TooLarge, UserError
from core.common.numbers import count
from core.probes.long_texts import LONG_TEXTS, long_text
from core.probes.merging.found import DynamicTokens
from core.probes.probe import Asked, Probe
from core.text.utf8 import utf8
from core.transplants.hypernetworks.shipped import shipped_for

MOST_BYTES, MOST_MERGES = 20_000, 20_000
SAMPLE = LONG_TEXTS[0]


def dynamic_tokens(model: str, text: str, sample: str, merges: int, hypernetwork: str | None) -> DynamicTokens:
    """What a model loses on a text that it reads in dynamic tokens.

    Args:
        model: what opens it.
        text: each line of which stands alone; empty takes a sample.
        sample: of `LONG_TEXTS`.
        merges: the most; 0 for all of pairs that stand in the text at least twice.
        hypernetwork: what opens it; None takes the one that ships for the model.

    Raises:
        UserError: there is no such model or hypernetwork, or they cannot be asked about this text; says why.
        TooLarge: the text is too long.
    """
    lines, network = text_of(text, sample), network_of(model, hypernetwork)
    from core.models.load import open_model  # torch takes seconds to import
    from core.probes.merging.reading import read_merged

    return read_merged(open_model(model), network, lines, merges)


def text_of(text: str, sample: str) -> str:
    """The text, or the sample where none is given.

    Raises:
        UserError: it has no UTF-8 form.
        TooLarge: it is too long.
    """
    found = text if text.strip() else long_text(sample)
    if (size := len(utf8(found))) > MOST_BYTES:
        raise TooLarge(f"The text has {count(size)} bytes; up to {count(MOST_BYTES)} are read. Give a part of it.")
    return found


def network_of(model: str, hypernetwork: str | None) -> str:
    """The spec of the hypernetwork for a model: the one given, or the one that ships.

    Raises:
        UserError: none is given, and none ships; says what to do.
    """
    if found := hypernetwork or shipped_for(model):
        return found
    raise UserError(
        f"No hypernetwork ships for {model}, and one is needed to predict the rows of merged tokens. Give as "
        "hypernetwork a checkpoint of ZeTT that was trained for this model, a folder or hub:OWNER/NAME with "
        "config.json and model.safetensors; or take shipped:tiny-english, for which make hypernetwork trained one."
    )


PROBE = Probe(
    key="dynamic_tokens",
    order=34,
    question="What does a model lose when the frequent pairs of a text are merged, and a network predicts their rows?",
    caution=(
        "The model was trained on its tokenizer's tokens and meets merged ones for the first time. Only what follows a "
        "boundary is predicted, a token of the old vocabulary: what stands inside a merged token is read and never "
        "predicted, so that this is no likelihood of the text. The merges follow from the text that is read."
    ),
    source=(
        "Feher, Vulić and Minixhofer 2024, Retrofitting Large Language Models with Dynamic Tokenization (2411.18553); "
        "Minixhofer, Ponti and Vulić 2024, Zero-Shot Tokenizer Transfer, for the hypernetwork. Comparing at boundaries "
        "that all readings have, and the mean beside it, are our own"
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model", default="shipped:tiny-english"),
        Asked(key="text", kind="text", text="lines, each of which is read alone; empty takes the sample", default=""),
        Asked(key="sample", kind="text", text="a text that ships", default=SAMPLE, among=LONG_TEXTS),
        Asked(
            key="merges", kind="whole number", text="at most; 0 for all of pairs that stand there at least twice",
            default=0, least=0, most=MOST_MERGES,
        ),
        Asked(
            key="hypernetwork", kind="text", optional=True,
            text="a folder or hub:OWNER/NAME; left out, the one that ships for the model",
        ),
    ),
    find=dynamic_tokens,
)  # fmt: skip
