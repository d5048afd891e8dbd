"""What goes around a text where no tokenizer.json says it: by class, or by add_bos_token and add_eos_token."""

from collections.abc import Mapping

import tokenizers
from tokenizers import AddedToken

from core.tokenizers.auto.names import VERSION
from core.tokenizers.auto.pipelines import CLASSES, Settings
from core.tokenizers.backends.ends import Ends


def ends_by_class(
    backend: tokenizers.Tokenizer,
    kind: str,
    settings: Settings,
    roles: Mapping[str, AddedToken],
    begins: bool = False,
) -> tuple[Ends, list[str]]:
    """What goes around a text, and notes where transformers would put something else.

    Args:
        begins: whether the makers of such models put BOS in front unless a file says otherwise.
    """
    built = CLASSES.get(kind)
    if built is not None and built.ends is not None:
        before, after = built.ends
        return Ends(_ids(backend, before, roles), _ids(backend, after, roles)), []
    said = settings.get("add_bos_token")
    usual = begins or kind == "CodeLlamaTokenizer"
    first = said if isinstance(said, bool) else usual
    ends = Ends(
        _ids(backend, ["bos_token"] if first else [], roles),
        _ids(backend, ["eos_token"] if settings.get("add_eos_token") is True else [], roles),
    )
    unsaid = ends.before and not isinstance(said, bool) and kind != "CodeLlamaTokenizer"
    return ends, [_unsaid(roles["bos_token"].content)] if unsaid else []


def _ids(
    backend: tokenizers.Tokenizer, names: tuple[str, ...] | list[str], roles: Mapping[str, AddedToken]
) -> tuple[int, ...]:
    found = (backend.token_to_id(roles[name].content) for name in names if name in roles)
    return tuple(i for i in found if i is not None)


def _unsaid(bos: str) -> str:
    return (
        f"{bos} goes in front of a text, as the makers of such models have it; transformers {VERSION} puts it there "
        "only where tokenizer_config.json says add_bos_token."
    )
