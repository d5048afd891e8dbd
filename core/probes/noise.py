"""How many tokens change when a text is edited in a way that a reader hardly minds?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.probes.edits.edit import EDITS, Edit, TextChange, drawn, edited
from core.probes.moved_cuts import MovedCuts, byte_changes, moved_cuts
from core.probes.probe import Asked, Probe
from core.probes.recut import Recut, recut
from core.probes.several import open_tokenizers
from core.probes.written_tokens import written_tokens
from core.text.utf8 import utf8
from core.tokenizers.tokenizer import Tokenizer

if TYPE_CHECKING:
    from core.probes.bytes.read_by_model import ModelReader

MOST_BYTES = 200_000
MOST_BYTES_OF_MODEL = 20_000


@dataclass(frozen=True)
class EditEffect:
    """What one edit does.

    Args:
        key, label, group: of the edit.
        changes: those made, in order.
        by_tokenizer: what became of the cuts, by spec.
        recut: of an edit of code, what became of the cuts between its letters, by spec; empty of others.
        bits_per_byte: of the edited text to the model, by the bytes of the text as it is; None without a model, or
            where it has none.
    """

    key: str
    label: str
    group: str
    changes: tuple[TextChange, ...]
    by_tokenizer: Mapping[str, MovedCuts]
    recut: Mapping[str, Mapping[Recut, int]] = field(default_factory=dict)
    bits_per_byte: float | None = None

    def document(self, plain: float | None) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        rows = {
            spec: {
                "moved_per_edit": found.moved / len(self.changes),
                "lost": found.lost,
                "gained": found.gained,
                "more_tokens_per_edit": found.more_tokens / len(self.changes),
                "before_hex": [piece.hex() for piece in found.before],
                "after_hex": [piece.hex() for piece in found.after],
                "recut": {kind.value: n for kind, n in self.recut.get(spec, {}).items()} or None,
            }
            for spec, found in self.by_tokenizer.items()
        }
        rise = None if plain is None or self.bits_per_byte is None else self.bits_per_byte - plain
        return {
            "edit": self.key,
            "label": self.label,
            "group": self.group,
            "edits": len(self.changes),
            "tokenizers": rows,
            "bits_per_byte": self.bits_per_byte,
            "more_bits_per_byte": rise,
        }


@dataclass(frozen=True)
class NoiseToModel:
    """What edits of a text cost a model.

    Args:
        bits_per_byte: of the text as it is; None where the model has no number for it.
        by_edit: of the edited text, by the bytes of the text as it is, by the key of an edit that could be made.
    """

    model: str
    bits_per_byte: float | None
    by_edit: Mapping[str, float | None]


@dataclass(frozen=True)
class Noise:
    """What edits do to a text under several tokenizers.

    Args:
        n_bytes: of the text.
        labels: of the tokenizers, by spec.
        effects: of the edits that could be made.
        missing: labels of the edits for which the text has no place.
        model: its name, empty without one.
        bits_per_byte: of the text as it is, to the model.
    """

    n_bytes: int
    labels: Mapping[str, str]
    effects: tuple[EditEffect, ...]
    missing: tuple[str, ...]
    model: str = ""
    bits_per_byte: float | None = None

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "bytes": self.n_bytes,
            "labels": dict(self.labels),
            "edits": [effect.document(self.bits_per_byte) for effect in self.effects],
            "no_place_for": list(self.missing),
            "model": self.model or None,
            "bits_per_byte": self.bits_per_byte,
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = ["Cuts that moved, and tokens that came in addition, for each edit:"] if self.effects else []
        said += [line for effect in self.effects for line in self._about(effect)]
        if self.bits_per_byte is not None:
            said.append(f"{self.model} needs {self.bits_per_byte:.3f} bits a byte for the text as it is.")
        if self.missing:
            said.append(f"The text has no place for: {', '.join(self.missing)}.")
        return said

    def _about(self, effect: EditEffect) -> list[str]:
        n = len(effect.changes)
        cost = ""
        if effect.bits_per_byte is not None and self.bits_per_byte is not None:
            cost = f"; {effect.bits_per_byte - self.bits_per_byte:+.3f} bits a byte"
        rows = (
            f"  {self.labels[spec]}: {found.moved / n:.2f} moved, {found.more_tokens / n:+.2f} tokens, "
            f"{written_tokens(found.before)} → {written_tokens(found.after)}{_recut(effect.recut.get(spec))}"
            for spec, found in effect.by_tokenizer.items()
        )
        return [f"{effect.label}, {so_many(n, 'time', 'times')}{cost}", *rows]


def _recut(kinds: Mapping[Recut, int] | None) -> str:
    return "" if kinds is None else "; " + ", ".join(f"{count(n)} {kind.value}" for kind, n in kinds.items())


def noise(
    tokenizers: Sequence[str],
    text: str,
    edits: Sequence[str] = (),
    most: int = 100,
    seed: int = 0,
    model: str | None = None,
) -> Noise:
    """What edits do to the tokens of a text.

    Args:
        tokenizers: their specs.
        edits: keys of `EDITS`; none stand for all.
        most: places that each is made at, at most; fewer where the text has fewer, and none beside another.
        seed: of the draw of places.
        model: what opens a language model that reads the text with each edit.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or a name is unknown.
        TooLarge: the text is too long.
    """
    return noise_of(open_tokenizers(tokenizers), text, edits, most, seed, model)


def noise_of(
    tokenizers: Sequence[Tokenizer], text: str, edits: Sequence[str], most: int, seed: int, model: str | None = None
) -> Noise:
    """The same of tokenizers that are open."""
    made = edits_made(text, edits, most, seed, MOST_BYTES if model is None else MOST_BYTES_OF_MODEL)
    read = None
    if model is not None:
        from core.probes.bytes.read_by_model import reader_of  # torch takes seconds to import

        read = noise_to_model(reader_of(model), text, edits, most, seed)
    return Noise(
        len(utf8(text)),
        {one.info.spec: one.info.label for one in tokenizers},
        tuple(
            _effect(tokenizers, text, edit, changes, None if read is None else read.by_edit[edit.key])
            for edit, changes in made
            if changes
        ),
        tuple(edit.label for edit, changes in made if not changes),
        "" if read is None else read.model,
        None if read is None else read.bits_per_byte,
    )


def edits_made(
    text: str, edits: Sequence[str], most: int, seed: int, most_bytes: int = MOST_BYTES_OF_MODEL
) -> list[tuple[Edit, list[TextChange]]]:
    """Each edit with its changes, which are none where the text has no place for it.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or an edit is unknown.
        TooLarge: the text is too long.
    """
    n_bytes = len(utf8(text))
    if not text:
        raise UserError("The text is empty: there is nothing to edit. Give a few sentences.")
    if n_bytes > most_bytes:
        raise TooLarge(f"The text has {count(n_bytes)} bytes; up to {count(most_bytes)} are edited. Give a part of it.")
    chosen = [EDITS.get(key) for key in dict.fromkeys(edits)] or [*EDITS.all().values()]
    return [(edit, drawn(edit, text, most, seed)) for edit in chosen]


def noise_to_model(reader: "ModelReader", text: str, edits: Sequence[str], most: int, seed: int) -> NoiseToModel:
    """What the edits of a text cost a model that is open.

    Raises:
        UserError: the text cannot be edited, or the model cannot read it.
    """
    made = {edit.key: changes for edit, changes in edits_made(text, edits, most, seed) if changes}
    bits = reader.bits([text, *(edited(text, changes) for changes in made.values())])
    plain, *others = (None if one is None else one / len(utf8(text)) for one in bits)
    return NoiseToModel(reader.name, plain, dict(zip(made, others, strict=True)))


def _effect(
    opened: Sequence[Tokenizer], text: str, edit: Edit, changes: Sequence[TextChange], bits: float | None
) -> EditEffect:
    places, after = byte_changes(text, changes), edited(text, changes)
    cuts = {one.info.spec: (one.segment(text), one.segment(after)) for one in opened}
    found = {spec: moved_cuts(*pair, places) for spec, pair in cuts.items()}
    kinds = {spec: recut(*pair, places) for spec, pair in cuts.items()} if edit.code else {}
    return EditEffect(edit.key, edit.label, edit.group, tuple(changes), found, kinds, bits)


PROBE = Probe(
    key="noise",
    order=100,
    question="How many tokens change when a text is edited in a way that a reader hardly minds?",
    caution=(
        "Places are drawn, and a text of a few words has few: with a handful of edits the numbers say little. Names of "
        "a program are written otherwise one place at a time, so the program may not run; only how it is cut is asked. "
        "That cuts move does not say that a model minds."
    ),
    source=(
        "KL3M tokenizers 2025 (2503.17247) for scans and domains; TokDrift 2025 (2510.14972) for names and operators; "
        "the edits, their places and the count of cuts are our own"
    ),
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers that cut the text"),
        Asked(key="text", kind="text", text="the text, or a program in Python"),
        Asked(key="edits", kind="words", text="edits, or all", default=(), among=tuple(EDITS.all())),
        Asked(key="most", kind="whole number", text="places of each edit, at most", default=100, least=1, most=10_000),
        Asked(key="seed", kind="whole number", text="of the draw of places", default=0),
        Asked(key="model", kind="model", text="a language model that reads it too", optional=True),
    ),
    find=noise,
)
