"""How much worse does a model read a text whose tokens are not those that its tokenizer writes?"""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.common.progress import report
from core.probes.probe import Asked, Probe
from core.probes.respelled.respelling import Respelling
from core.probes.spelling_edges import spellers_of
from core.text.samples import parallel_texts
from core.text.utf8 import utf8
from core.tokenizers.tokenizer import PLAIN

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

MOST_BYTES, MOST_SAMPLES = 1_000, 100
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
SAMPLES, SEED = 8, 0
TEXT = next(one.text for one in parallel_texts() if one.code == "eng_Latn")


@dataclass(frozen=True)
class RespelledLoss:
    """What a model needs for a text so far from the tokenizer's own spelling.

    Args:
        share: of the tokens that can be spelled otherwise, those that are.
        n_moved: how many that is.
        n_tokens: of each spelling.
        bits_per_byte: that the model needs for each spelling.
    """

    share: float
    n_moved: int
    n_tokens: tuple[int, ...]
    bits_per_byte: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Bits a byte over the spellings."""
        return sum(self.bits_per_byte) / len(self.bits_per_byte)

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "share": self.share,
            "moved": self.n_moved,
            "tokens": list(self.n_tokens),
            "bits_per_byte": list(self.bits_per_byte),
            "mean": self.mean,
        }


@dataclass(frozen=True)
class SpellingLoss:
    """A model's loss on one text, by how far its spelling is from the tokenizer's own.

    Args:
        model, fingerprint: who read it.
        text: which.
        n_tokens: of the tokenizer's own spelling.
        rows: the own spelling first.
        pieces: tokens of the first spelling drawn for the last row.
    """

    model: str
    fingerprint: str
    text: str
    n_tokens: int
    rows: tuple[RespelledLoss, ...]
    pieces: tuple[bytes, ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "bytes": len(self.text.encode()),
            "tokens": self.n_tokens,
            "rows": [row.document() for row in self.rows],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        own = so_many(self.n_tokens, "token", "tokens")
        said = [f"{self.model} needs for the same text, of {own} as its tokenizer writes it:"]
        return said + [
            f"  {row.share:.0%} of the tokens spelled otherwise: {row.mean:.3f} bits a byte "
            f"({min(row.bits_per_byte):.3f} to {max(row.bits_per_byte):.3f} in "
            f"{so_many(len(row.bits_per_byte), 'spelling', 'spellings')})"
            for row in self.rows
        ]


def spelling_loss(model: str, text: str = TEXT, samples: int = SAMPLES, seed: int = SEED) -> SpellingLoss:
    """What a model needs for a text as its tokenizer spells it, and for spellings drawn by chance.

    Args:
        model: what opens it.
        samples: spellings of each distance.
        seed: of the draws.

    Raises:
        UserError: there is no such model, it cannot be asked, or no token of the text can be spelled otherwise.
        TooLarge: the text is too long.
    """
    bounded(text)
    from core.models.load import open_model  # torch takes seconds to import

    return spelling_loss_of(open_model(model), text, samples, seed)


def bounded(text: str) -> None:
    """Nothing, where the text may be asked about.

    Raises:
        UserError: it is empty, or has no UTF-8 form.
        TooLarge: it is too long.
    """
    size = len(utf8(text))
    if not size:
        raise UserError("The text is empty: there is nothing to spell. Give at least one word.")
    if size > MOST_BYTES:
        raise TooLarge(
            f"The text has {count(size)} bytes; up to {count(MOST_BYTES)} are spelled anew. Give a part of it."
        )


def spelling_loss_of(model: "LanguageModel", text: str, samples: int, seed: int) -> SpellingLoss:
    """The same of a model that is open."""
    from core.probes.respelled.read_ids import bits_of

    own = tuple(model.tokenizer.encode(text, PLAIN).ids.tolist())
    if model.tokenizer.decode(own) != text.encode():
        raise UserError(f"The tokens of {model.name} do not spell this text exactly. Give one that they give back.")
    respelling, dice = Respelling(spellers_of(model.tokenizer), own), random.Random(seed)
    n_movable = len(respelling.movable)
    if not n_movable:
        raise UserError("No token of this text can be spelled by others. Give a longer text.")
    moved = [round(share * n_movable) for share in SHARES]
    drawn = [[respelling.drawn(n, dice) for _ in range(samples if n else 1)] for n in moved]
    rows, done, total = list[RespelledLoss](), 0, sum(map(len, drawn))
    for share, n, spellings in zip(SHARES, moved, drawn, strict=True):
        bits = list[float]()
        for ids in spellings:
            report(done, total, f"Asking {model.name}")
            bits.append(bits_of(model, ids) / len(text.encode()))
            done += 1
        rows.append(RespelledLoss(share, n, tuple(map(len, spellings)), tuple(bits)))
    pieces = tuple(entry.piece for entry in model.tokenizer.describe(drawn[-1][0]))
    return SpellingLoss(model.name, model.fingerprint, text, len(own), tuple(rows), pieces)


PROBE = Probe(
    key="spelling_loss",
    order=31,
    question="How much worse does a model read a text whose tokens are not those that its tokenizer writes?",
    caution=(
        "The bytes are the same, the tokens are more, and the model has hardly met them so. Its probability of a text "
        "is the sum over all spellings, of which each row shows some; what is lost here says nothing of how well it "
        "would answer. Draws are of one text: another has other numbers."
    ),
    source=(
        "Zheng et al. 2025, Broken Tokens? (2506.19004), who spell prompts at random and ask what is still answered; "
        "the distance, and loss in place of answers, are our own"
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(key="text", kind="text", text="the text that is spelled in several ways", default=TEXT),
        Asked(
            key="samples", kind="whole number", text="spellings of each distance", default=SAMPLES, least=1,
            most=MOST_SAMPLES,
        ),
        Asked(key="seed", kind="whole number", text="of the draws", default=SEED, least=0),
    ),
    find=spelling_loss,
)  # fmt: skip
