"""The card of a trained tokenizer: what it was made from and how it was measured."""

from pathlib import Path

from core.common.numbers import count
from core.common.params import in_words
from core.training.export import differs
from core.training.recipe import Trained
from core.training.trainer import TRAINERS


def card(trained: Trained, name: str) -> str:
    """README.md beside a trained tokenizer; it names files, and no folders."""
    recipe, trainer = trained.recipe, TRAINERS.get(trained.recipe.trainer)
    options = recipe.options
    whole = trained.whole
    measured = "lines kept apart from training" if trained.held_out else "the text that it was trained on"
    rows = {
        "trainer": f"{trainer.label} (`{trainer.key}`)",
        "entries": f"{count(trained.n_vocabulary)}, special tokens included",
        "pre-tokenizer": options.pre,
        "digits": options.digits,
        "normaliser": options.normaliser,
        "least frequency": str(options.min_frequency),
        "special tokens": ", ".join(f"`{one}`" for one in options.specials) or "none",
        **{key: _in_a_row(in_words(value)) for key, value in recipe.params.items()},
        "seed": str(recipe.seed),
        "trained on": f"{count(whole.n_bytes)} bytes",
        "bytes per token": f"{whole.bytes_per_token:.3f} on {count(whole.n_measured_bytes)} bytes, {measured}",
        "tokenizer.json": differs(trained) or "cuts as the trainer does",
        "made with": ", ".join(f"{library} {version}" for library, version in trained.versions.items()),
    }
    files = [f"- `{Path(one.name).name}`, SHA-256 `{one.fingerprint}`" for one in (*recipe.files, *recipe.parallel)]
    return "\n".join(
        [
            f"# {name}",
            "",
            trainer.about,
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {key} | {value} |" for key, value in rows.items()),
            "",
            f"Source: {trainer.source}",
            "",
            "Text:",
            "",
            *files,
            "",
        ]
    )


def _in_a_row(text: str) -> str:
    """A text as it may stand in a table.

    >>> _in_a_row("dose\\nstatin")
    'dose, statin'
    """
    return text.replace("\n", ", ").replace("|", "\\|")
