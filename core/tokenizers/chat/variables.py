"""What a chat template takes beyond the turns: the variables it reads and never sets, and what it does with each."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import nodes

MOST = 24  # variables of one template; real ones have up to eight
_SETTLED = {"messages", "add_generation_prompt"}
_STRUCTURES = {"tools", "documents"}
_TRUTH_TESTS = {"true", "false", "boolean"}
_FILTERS_OF_STRUCTURES = {"tojson", "length", "list", "items", "map", "selectattr"}


@dataclass(frozen=True)
class Variable:
    """One variable of a template.

    Args:
        name: as the template writes it.
        kind: "switch" (true or false), "choice" (one of some words), "text", or "json" (a list or an object).
        options: words that the template compares it with or falls back on, in the order it names them.
    """

    name: str
    kind: str
    options: tuple[str, ...] = ()


def variables(environment: Any, template: str) -> tuple[Variable, ...]:
    """The variables of a template, by name; special tokens among them, helpers of the environment not.

    Args:
        environment: the `jinja2.Environment` that would render it.

    Raises:
        jinja2.TemplateSyntaxError: it is not valid Jinja.

    >>> from jinja2 import Environment
    >>> variables(Environment(), "{% if thinks is defined and thinks is false %}{{ m }}{% endif %}")
    (Variable(name='m', kind='text', options=()), Variable(name='thinks', kind='switch', options=()))
    """
    from jinja2 import meta

    tree = environment.parse(template)
    uses = _uses(tree)  # first: the search for names folds constants into each other
    names = meta.find_undeclared_variables(tree) - set(environment.globals) - _SETTLED
    return tuple(_variable(name, uses[name]) for name in sorted(names)[:MOST])


def _variable(name: str, uses: list[tuple[str, object]]) -> Variable:
    """The kind that fits what a template does with a variable."""
    does = {how for how, _ in uses}
    words = tuple(dict.fromkeys(word for _, word in uses if isinstance(word, str)))
    if name in _STRUCTURES or "walked" in does:
        return Variable(name, "json")
    if words and "compared" in does:
        return Variable(name, "choice", words)
    if "truth" in does or (does == {"asked"}):
        return Variable(name, "switch")
    return Variable(name, "text", words)


def _uses(tree: "nodes.Template") -> dict[str, list[tuple[str, object]]]:
    """(what is done with it, with which constant) per variable."""
    from jinja2 import nodes

    found = defaultdict[str, list[tuple[str, object]]](list)
    for kind, find in (
        (nodes.Compare, _compared),
        (nodes.Test, _tested),
        (nodes.Filter, _filtered),
        (nodes.Assign, _assigned),
        (nodes.For, _walked),
        (nodes.If, _asked),
        (nodes.CondExpr, _asked),
        (nodes.Output, _written),
    ):
        for node in tree.find_all(kind):
            for name, how, constant in find(node):
                found[name].append((how, constant))
    return found


def _compared(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    sides = [node.expr, *(operand.expr for operand in node.ops)]
    names = [side.name for side in sides if isinstance(side, nodes.Name)]
    listed = [item for side in sides for item in (side.items if isinstance(side, nodes.List | nodes.Tuple) else [side])]
    for constant in (item.value for item in listed if isinstance(item, nodes.Const)):
        for name in names:
            yield name, "truth" if isinstance(constant, bool) else "compared", constant


def _tested(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    if isinstance(node.node, nodes.Name) and node.name in _TRUTH_TESTS:
        yield node.node.name, "truth", None


def _filtered(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    if isinstance(node.node, nodes.Name):
        if node.name in _FILTERS_OF_STRUCTURES:
            yield node.node.name, "walked", None
        elif node.name in ("default", "d") and node.args and isinstance(node.args[0], nodes.Const):
            yield from _fallen_back(node.node.name, node.args[0].value)


def _assigned(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    value = node.node.expr2 if isinstance(node.node, nodes.CondExpr) else node.node
    if isinstance(node.target, nodes.Name) and isinstance(value, nodes.Const):
        yield from _fallen_back(node.target.name, value.value)


def _fallen_back(name: str, value: object) -> Iterator[tuple[str, str, object]]:
    yield name, "truth" if isinstance(value, bool) else "written", value


def _walked(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    if isinstance(node.iter, nodes.Name):
        yield node.iter.name, "walked", None


def _written(node: Any) -> Iterator[tuple[str, str, object]]:
    from jinja2 import nodes

    yield from ((part.name, "written", None) for part in node.nodes if isinstance(part, nodes.Name))


def _asked(node: Any) -> Iterator[tuple[str, str, object]]:
    """Names that stand alone in a condition."""
    from jinja2 import nodes

    stack = [node.test]
    while stack:
        part = stack.pop()
        if isinstance(part, nodes.Name):
            yield part.name, "asked", None
        elif isinstance(part, nodes.Not):
            stack.append(part.node)
        elif isinstance(part, nodes.And | nodes.Or):
            stack += [part.left, part.right]
