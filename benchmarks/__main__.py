"""`python -m benchmarks [name ...]`: run the named benchmarks, or all of them, and print their tables as Markdown."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from core.common.errors import UnknownName, UserError

FOUND = [info.name for info in iter_modules(benchmarks.__path__)]
NOT_RUN = {"__main__", "hostile", "measure", "plain_mixture", "server", "visitor"}  # and the soaks, which are run by -m
NAMES = [name for name in FOUND if name not in NOT_RUN and not name.startswith("soak")]


def main(wanted: list[str]) -> int:
    """Run them; 2 if a name is unknown."""
    try:
        for name in wanted or NAMES:
            if name not in NAMES:
                raise UnknownName("benchmark", name, NAMES)
            print(import_module(f"benchmarks.{name}").run(), flush=True)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
