"""The parts of a Hugging Face backend as plain dictionaries: what its JSON says of each, sequences laid flat."""

import json
from typing import Any

State = dict[str, Any]

_INNER = ("normalizers", "pretokenizers", "decoders", "processors")


def states(component: Any) -> list[State]:
    """The steps of a normaliser, pre-tokenizer, decoder or post-processor, in order; none for None.

    >>> from tokenizers import normalizers
    >>> states(normalizers.Sequence([normalizers.NFC(), normalizers.Prepend("▁")]))
    [{'type': 'NFC'}, {'type': 'Prepend', 'prepend': '▁'}]
    """
    return [] if component is None else _flat(json.loads(component.__getstate__()))


def _flat(state: State) -> list[State]:
    inner = next((state[key] for key in _INNER if key in state), None)
    return [state] if inner is None else [step for part in inner for step in _flat(part)]


def has(component: Any, kind: str) -> bool:
    """Whether a step of this type is there."""
    return any(state.get("type") == kind for state in states(component))


def pattern(state: State) -> str:
    """What a Replace or Split step looks for, as written."""
    found = state["pattern"]
    return str(found.get("String", found.get("Regex", ""))) if isinstance(found, dict) else str(found)
