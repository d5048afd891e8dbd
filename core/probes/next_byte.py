"""What byte comes after a prompt, and what the end of the prompt does to the answer."""

from core.common.errors import UnknownName
from core.probes.bytes.found import NextByte
from core.probes.bytes.prompt import prompt_of
from core.probes.probe import Asked, Probe

SPELLINGS = ("written", "all")


def find(model: str, prompt: str, prompt_hex: str | None, walked: int, spellings: str) -> NextByte:
    """The next byte after a prompt: naive, healed and exact.

    Args:
        model: what opens it.
        prompt_hex: the prompt as bytes in hexadecimal, in place of a text.
        walked: the last bytes of the prompt to go through one by one.
        spellings: of `SPELLINGS`, those that the tokenizer writes, or all.

    Raises:
        UserError: there is no such model, or it cannot be asked about this prompt; says why.
    """
    if spellings not in SPELLINGS:
        raise UnknownName("set of spellings", spellings, SPELLINGS)
    given = prompt_of(prompt, prompt_hex)
    from core.models.load import open_model  # torch takes seconds to import
    from core.probes.bytes.asking import next_byte

    return next_byte(open_model(model), given, walked, every=spellings == "all")


PROBE = Probe(
    key="next_byte",
    order=20,
    question="Which byte does a model expect after a prompt, and how much of that is the doing of its tokenizer?",
    caution=(
        "The exact answer is that of the model if it gives no probability to spellings which its tokenizer never "
        "writes. What it does give them is left over, and is shown; with some per cent of it the answer is as rough."
    ),
    source=(
        "Phan et al. 2024, Exact Byte-Level Probabilities from Tokenized Language Models (2410.09303); Vieira et al. "
        "2024, From Language Models over Tokens to Language Models over Characters (2412.03719), for all spellings; "
        "token healing: guidance, 2023. The share left over is measured as here only."
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(key="prompt", kind="text", text="the text that the next byte follows; may be empty", default=""),
        Asked(key="prompt_hex", kind="text", text="the same as bytes in hexadecimal, such as 61e4bd", optional=True),
        Asked(key="walked", kind="whole number", text="last bytes to go through one by one", default=64, least=0),
        Asked(
            key="spellings",
            kind="text",
            text="which token sequences count, written or all",
            default="written",
            among=SPELLINGS,
        ),
    ),
    find=find,
)
