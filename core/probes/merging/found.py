"""What a model loses on a text that it reads in dynamic tokens."""

from dataclasses import dataclass
from math import isnan

from core.common.numbers import count, so_many
from core.stats.number import Number

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # of all merges, at which the text is read


@dataclass(frozen=True)
class MergedReading:
    """What a model makes of dynamic tokens whose rows were made in one way.

    Args:
        bits: for each byte of what is predicted, at the boundaries that all readings have.
        lost: of that, beyond what the plain tokens need there.
        own_lost: the same at all boundaries of these dynamic tokens.
    """

    bits: Number
    lost: Number
    own_lost: Number


@dataclass(frozen=True)
class MergedTokens:
    """A text after so many merges.

    Args:
        merges: how many.
        n_tokens: dynamic tokens of all lines.
        n_different: different ones among those that were merged.
        n_longer: of these, those with more old tokens than the hypernetwork reads.
        own_bytes: bytes predicted at all boundaries of these tokens.
        predicted: by rows of the hypernetwork.
        mean: by the mean of the old tokens' rows.
        apart: `lost` of the mean less that of the hypernetwork.
    """

    merges: int
    n_tokens: int
    n_different: int
    n_longer: int
    own_bytes: int
    predicted: MergedReading
    mean: MergedReading
    apart: Number


@dataclass(frozen=True)
class DynamicTokens:
    """What a model loses on a text, by how many of its tokens are saved.

    Args:
        model, fingerprint: who read it.
        hypernetwork, hypernetwork_fingerprint: what predicted the rows.
        n_lines: each of which stands alone.
        n_bytes: of the lines.
        n_tokens: as the tokenizer cuts them.
        n_compared: tokens that are predicted at the boundaries that all readings have.
        compared_bytes: of those.
        plain: bits for each byte of those, by plain tokens.
        rows: by number of merges.
        example: bytes of each dynamic token, after all merges, of the line that shrinks most.
        example_plain: tokens of that line before.
    """

    model: str
    fingerprint: str
    hypernetwork: str
    hypernetwork_fingerprint: str
    n_lines: int
    n_bytes: int
    n_tokens: int
    n_compared: int
    compared_bytes: int
    plain: Number
    rows: tuple[MergedTokens, ...]
    example: tuple[bytes, ...]
    example_plain: int

    def saved(self, row: MergedTokens) -> float:
        """Share of the plain tokens that are saved."""
        return 1 - row.n_tokens / self.n_tokens

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        about = {key: value for key, value in vars(self).items() if key not in ("plain", "rows", "example")}
        about["example_hex"] = [piece.hex() for piece in self.example]
        return about | {"plain": _figure(self.plain), "rows": [self._row(row) for row in self.rows]}

    def _row(self, row: MergedTokens) -> dict[str, object]:
        found: dict[str, object] = {key: value for key, value in vars(row).items() if isinstance(value, int)}
        for name, reading in (("predicted", row.predicted), ("mean", row.mean)):
            found[name] = {key: _figure(value) for key, value in vars(reading).items()}
        return found | {"saved": self.saved(row), "apart": _figure(row.apart)}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        compared = f"{so_many(self.n_compared, 'token', 'tokens')} of {count(self.n_tokens)}"
        said = [
            f"{self.model} needs {self.plain.value:.3f} bits for each byte of {compared}, those that follow a boundary "
            "which all readings have, behind plain tokens. Behind dynamic ones it needs more by:"
        ]
        for row in self.rows:
            merges = so_many(row.merges, "merge", "merges")
            said.append(
                f"  {merges}, {self.saved(row):.1%} of the tokens saved: {_words(row.predicted.lost)} with rows of "
                f"the hypernetwork {self.hypernetwork}, {_words(row.mean.lost)} with the mean of the old rows"
            )
        if longest := max(self.rows, key=lambda row: row.n_longer).n_longer:
            said.append(
                f"  Up to {so_many(longest, 'merged token is', 'merged tokens are')} spelled with more old tokens than "
                "the hypernetwork reads, of which the first count."
            )
        return said


def _figure(number: Number) -> dict[str, float | None]:
    """A number and the ends of its interval; None for what there is not."""
    given = {"value": number.value, "low": number.low, "high": number.high}
    return {key: None if isnan(value) else value for key, value in given.items()}


def _words(number: Number) -> str:
    between = "" if isnan(number.low) else f" ({number.low:+.3f} to {number.high:+.3f})"
    return f"{number.value:+.3f}{between}"
