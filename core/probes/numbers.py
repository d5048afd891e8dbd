"""Does a model add better when the places of two numbers stand in tokens alike?"""

from core.probes.probe import Asked, Probe
from core.probes.sums.adders import ADDERS, LONGEST
from core.probes.sums.addition import additions
from core.probes.sums.answers import SumsAsked, joined


def find(model: str | None, longest: int, each: int, seed: int) -> SumsAsked:
    """What a model, or the three shipped adders, say to sums.

    Args:
        model: what opens it; None asks the adders.
        longest: digits of the longest numbers.
        each: sums of two numbers of every length.

    Raises:
        UserError: there is no such model, or it cannot be asked.
    """
    sums = additions(longest, each, seed)
    if model is None:
        from core.probes.sums.training import answers_of  # torch takes seconds to import

        return joined([answers_of(adder, adder.folder, sums) for adder in ADDERS])
    from core.models.load import open_model
    from core.probes.sums.asking import asked_in_styles

    return asked_in_styles(open_model(model), sums)


PROBE = Probe(
    key="numbers",
    order=40,
    question="Does a model add better when the places of two numbers stand in tokens alike?",
    caution=(
        "The three adders are alike but for their cuts, and tiny: with more training the left one catches up, and one "
        "seed is one draw. Sums with more carries are longer sums, too. A model that is asked has met numbers with "
        "commas less often than plain ones, and its first wrong digit counts as much as a wild guess."
    ),
    source=(
        "Singh & Strouse 2024, Tokenization counts (2402.14903), for the two directions and the shares of GPT-3.5; the "
        "adders, the sums and the prompt are our own"
    ),
    asked=(
        Asked(
            key="model",
            kind="model",
            text="a language model that is asked with and without commas; without one the shipped adders are",
            optional=True,
        ),
        Asked(
            key="longest", kind="whole number", text="digits of the longest numbers", default=LONGEST, least=1,
            most=LONGEST,
        ),
        Asked(
            key="each", kind="whole number", text="sums of two numbers of every length", default=60, least=1, most=1000
        ),
        Asked(key="seed", kind="whole number", text="of the sums", default=1, least=0),
    ),
    find=find,
)  # fmt: skip
