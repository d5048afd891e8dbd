"""What people type for a language model, as a spec."""


def model_spec(typed: str) -> str:
    """A model's spec from what a user types: OWNER/NAME is a Hub id, a path is a file.

    >>> model_spec("Qwen/Qwen3-0.6B"), model_spec("/data/model"), model_spec("shipped:a")
    ('hub:Qwen/Qwen3-0.6B', 'file:/data/model', 'shipped:a')
    """
    typed = typed.strip()
    if not typed or ":" in typed:
        return typed
    return f"hub:{typed}" if typed.count("/") == 1 and typed[0] not in "./~" else f"file:{typed}"
