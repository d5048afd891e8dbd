"""What opens a trained tokenizer outside this page: what ships has a name, another is kept under its own."""

from components.frame.visitor import visitor
from core.tokenizers.trained import SCHEME, place_of
from core.training.controlled.source import SCHEME as CONTROLLED
from core.training.family import controlled_names, shipped_family
from core.training.keep import kept, usual_name
from core.training.recipe import Trained


def spec_of(one: Trained) -> str:
    """Its spec, which opens it once it is kept."""
    name = f"{one.recipe.trainer}-{one.n_vocabulary}"
    ships = {each.content for each in shipped_family()[1].made}
    if one.content in ships and name in controlled_names():
        return f"{CONTROLLED}:{name}"
    return f"{SCHEME}:{usual_name(one)}"


def opens(one: Trained, spec: str) -> bool:
    """Whether its spec opens it now."""
    return not spec.startswith(f"{SCHEME}:") or place_of(usual_name(one)).is_dir()


def keep(one: Trained, spec: str) -> None:
    """Keep it as this visitor's, unless it ships.

    Raises:
        UserError: it cannot be written, or another has its name.
    """
    if spec.startswith(f"{SCHEME}:"):
        kept(one, owner=visitor().key)
