"""A model at work on one piece: its steps one at a time, played or by hand, and the tree that merges grow."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from components.frame.scripted_component import ScriptedComponent
from components.widgets.chips import piece_shown
from core.tokenizers.explain.merges import replaced
from core.tokenizers.tokenizer import Step

_HERE = Path(__file__).parent

_COMPONENT = ScriptedComponent(
    "token_atlas_step_player",
    css=(_HERE / "step_player.css").read_text(encoding="utf-8"),
    js=(_HERE / "step_player.js").read_text(encoding="utf-8"),
)


def step_player(steps: Sequence[Step], *, tree: bool, key: str) -> None:
    """Draw the steps, the first shown until the reader goes on; other steps under the same key begin anew.

    Args:
        steps: the starting state, then what changed it; at least two.
        tree: draw what was made of what.
    """
    _COMPONENT(key=key, data=played(steps) | {"tree": tree})


def played(steps: Sequence[Step]) -> dict[str, Any]:
    """The starting symbols, and per step which of them are replaced by what, and why.

    >>> played([Step((b"a", b"b"), -1, ""), Step((b"ab",), 0, "merge rank 7")])
    {'symbols': ['a', 'b'], 'steps': [{'at': 0, 'old': 2, 'made': ['ab'], 'why': 'merge rank 7'}]}
    """
    changes = []
    for before, step in pairwise(steps):
        old, new = replaced(before.symbols, step.symbols, step.at)
        made = [piece_shown(symbol) for symbol in step.symbols[step.at : step.at + new]]
        changes.append({"at": step.at, "old": old, "made": made, "why": step.why})
    return {"symbols": [piece_shown(symbol) for symbol in steps[0].symbols], "steps": changes}
