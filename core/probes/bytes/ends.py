"""What comes after a prompt, and after the same prompt ended some bytes earlier."""

from core.common.errors import UserError
from core.common.progress import step
from core.models.language_model import LanguageModel
from core.probes.bytes.asking import next_byte
from core.probes.bytes.found import EndAnswer, NextByteEnds
from core.probes.bytes.job import MOST_ENDS, ends_of
from core.probes.bytes.prompt import prompt_of


def next_byte_ends(
    model: LanguageModel, data: bytes, n_walked: int, every: bool, most: int = MOST_ENDS
) -> NextByteEnds:
    """Answers for the ends of a prompt.

    Args:
        data: the prompt.
        n_walked: the last bytes of each to go through one by one.
        every: all spellings count.
        most: bytes that the prompt is ended earlier by.

    Raises:
        UserError: the model cannot be asked about the whole prompt.
    """
    ends, answers = ends_of(data, most), []
    for n, end in enumerate(ends):
        with step(n / len(ends), (n + 1) / len(ends), "Asking the model"):
            answers.append(_answer(model, end, n_walked, every))
    if answers[0].found is None:
        raise UserError(answers[0].why)
    return NextByteEnds(tuple(answers))


def _answer(model: LanguageModel, data: bytes, n_walked: int, every: bool) -> EndAnswer:
    try:
        return EndAnswer(next_byte(model, prompt_of("", data.hex()), n_walked, every))
    except UserError as error:
        return EndAnswer(None, str(error))
