"""Parameters of a method or a measure, as they declare themselves."""

from collections.abc import Sequence

from components.frame.errors import show_error
from components.lab.form.state import named, param_key, usual
from components.widgets.param_control import param_control
from core.common.errors import UnknownName
from core.common.params import Param, Value, unusual


def param_controls(of: str, params: Sequence[Param]) -> dict[str, Value]:
    """The parameters that are not as by default."""
    found: dict[str, Value] = {}
    for param in params:
        usual(param_key(of, param.key), param.default)
        found[param.key] = param_control(param, param_key(of, param.key))
    return unusual(params, found)


def say_unknown(of: str, params: Sequence[Param]) -> None:
    """A message for each name in a link that is no parameter here, and so is left away."""
    known = [param.key for param in params]
    for name in named(of):
        if name not in known:
            show_error(UnknownName(f"parameter of {of}", name, known))
