"""What a module of `core.training.trainers` declares: a way to make a tokenizer from text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tokenizers import AddedToken, Tokenizer

from core.common.errors import UserError
from core.common.need import Need, missing
from core.common.params import Param, Params, read_params
from core.common.registry import Registry
from core.training.options import Options
from core.training.pretokenizers import PATTERNED, Cut, Level
from core.training.text import TrainingText


class NotMakeable(UserError):
    """A text does not give what a recipe asks for: so it is each time."""


@dataclass(frozen=True, eq=False)
class TrainingTask:
    """What a trainer is given.

    Args:
        text: to learn from.
        options: that all trainers share, checked.
        params: of this trainer, all of them, and the seed.
        level: of which its smallest pieces are made.
    """

    text: TrainingText
    options: Options
    params: Params
    level: Level

    @property
    def cut(self) -> Cut:
        """How texts are cut into words."""
        return Cut(self.options.pre, self.options.digits, self.options.normaliser, self.level)


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """A way to train a tokenizer.

    Args:
        key: its name on the command line and in recipes.
        label: for people.
        order: smaller ones stand first.
        about: how it works, in a sentence or two.
        source: papers and libraries.
        train: the tokenizer, in the form that tokenizer.json has.
        level: of which its smallest pieces are made.
        n_least: entries that every vocabulary of it has, special tokens aside.
        pre: how a text is cut into words where nothing else is said.
        cuts: the pre-tokenizers that it can work with.
        params: what can be set.
        needs: what must be there beyond a text.
        unknown: the token for what cannot be written; empty where everything can.
        differs: in what its tokenizer.json may cut otherwise than the algorithm as published; empty if in nothing.
        small: whether it takes small texts only.
        word_bytes: memory per byte of the distinct words of a text.
        counts: the pre-tokenizer whose pieces are counted instead of words; empty where words are.
        text_bytes: memory per byte of all text, which most trainers do not hold.
    """

    key: str
    label: str
    order: int
    about: str
    source: str
    train: Callable[[TrainingTask], Tokenizer]
    level: Level
    n_least: int
    pre: str
    cuts: tuple[str, ...] = PATTERNED
    params: tuple[Param, ...] = ()
    needs: tuple[Need[TrainingText], ...] = ()
    unknown: str = ""
    differs: str = ""
    small: bool = False
    word_bytes: int
    counts: str = ""
    text_bytes: int = 0

    @property
    def exact_export(self) -> bool:
        """Whether a tokenizer.json cuts every text as the algorithm does."""
        return not self.differs

    def task(self, text: TrainingText, options: Options, params: Params) -> TrainingTask:
        """What it is given.

        Raises:
            UserError: something that it needs is not there.
        """
        if lack := missing(self.needs, text):
            raise UserError(f"{self.label} cannot be trained on this. {lack}")
        return TrainingTask(text, options, params, self.level)

    def read(self, given: dict[str, int | float | str | bool], seed: int) -> Params:
        """All parameters: those given, and the defaults of the others.

        Raises:
            UserError: there is no such parameter, or it cannot have that value.
        """
        return read_params(self.key, self.params, given, seed)


def special_tokens(contents: Iterable[str]) -> list[AddedToken]:
    """Special tokens as the library takes them: found in a text as they stand."""
    return [AddedToken(content, special=True, normalized=False) for content in contents]


TRAINERS = Registry(
    package="core.training.trainers",
    constant="TRAINER",
    kind=Trainer,
    noun="trainer",
    order=lambda trainer: trainer.order,
)
