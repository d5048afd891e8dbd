"""Memory that training takes at its most, beside what is said before it starts, for every trainer.

The text is what `benchmarks.training` takes. A trainer that needs parallel texts is given its halves, as many lines of
each.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import markdown
from benchmarks.training import installed
from core.common.numbers import count
from core.training.trainer import TRAINERS

_SIZES, _SHORT, _ENTRIES, _FEW = (1_000_000, 6_000_000), 6_000, 4_000, 280  # bytes of text, entries
_CHILD = """
import json, sys
from pathlib import Path
from core.training.asked import asked_recipe
from core.training.train import trained

key, n, parallel, *files = sys.argv[1:]
recipe = asked_recipe(key, int(n), files, parallel=files if parallel else ())
trained(recipe)
status = Path("/proc/self/status").read_text()
print(json.dumps([int(status.partition("VmHWM:")[2].split()[0]) / 1024, recipe.about_mb]))
"""


def run(keys: Sequence[str] = (), sizes: Sequence[int] = _SIZES) -> str:
    """A table; trainers that take small texts only are given one.

    Args:
        keys: of the trainers; all where none are named.
        sizes: of texts, in bytes.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="training-") as scratch:
        for key in keys or TRAINERS.all():
            entry, found = TRAINERS.get(key), dict[str, list[float]]()
            for size in (_SHORT,) if entry.small else sizes:
                files = _written(Path(scratch), size, in_halves=bool(entry.needs))
                n = _FEW if entry.small else _ENTRIES
                found[f"{size / 1e6:g} MB"] = _measured(key, n, files, parallel=bool(entry.needs))
            rows += [
                [key, text, f"{count(peak)} MB", f"{count(said)} MB", f"{said / peak:.2f}×"]
                for text, (peak, said) in found.items()
            ]
    return markdown("Memory of training", ["trainer", "text", "at its most", "said before", "said against taken"], rows)


def _written(folder: Path, size: int, *, in_halves: bool) -> list[str]:
    text = installed(size).encode()[:size].decode(errors="ignore")
    paths = [folder / "one.txt", folder / "other.txt"] if in_halves else [folder / "text.txt"]
    lines = text.splitlines(keepends=True)
    n = len(lines) // len(paths)
    for k, path in enumerate(paths):
        path.write_text("".join(lines[k * n : (k + 1) * n]), encoding="utf-8")
    return list(map(str, paths))


def _measured(key: str, n: int, files: Sequence[str], *, parallel: bool) -> list[float]:
    """MB at the most, and those that were said."""
    asked = [sys.executable, "-c", _CHILD, key, str(n), "parallel" if parallel else "", *files]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False)
    if done.returncode:
        print(f"{key}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return [float("nan"), float("nan")]
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found
