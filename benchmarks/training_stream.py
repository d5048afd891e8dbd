"""Training on a text that is larger than what may lie in memory: what it takes, and what is said of that before.

The text is what `benchmarks.training` takes, again and again with its lines in another order and a letter changed in
one line of a hundred, so that words come that were not there.
"""

import json
import random
import string
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import markdown
from benchmarks.training import installed
from core.common.numbers import count

_ONCE, _ENTRIES, _SIZES = 14_000_000, 32_000, (14_000_000, 56_000_000, 1_000_000_000)
_CHANGED = 100  # lines, of which one is
_CHILD = """
import json, sys, time
from pathlib import Path
from core.training.asked import asked_recipe
from core.training.train import trained

recipe = asked_recipe("bpe", int(sys.argv[2]), [sys.argv[1]])
asked, made = time.process_time(), trained(recipe)
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps([time.process_time() - asked, peak, recipe.about_mb]))
"""


def run() -> str:
    """A table: BPE from the question to the compared file, each in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="training-") as scratch:
        path = Path(scratch) / "text.txt"
        for size in _SIZES:
            n_bytes = _written(path, size)
            asked = [sys.executable, "-c", _CHILD, str(path), str(_ENTRIES)]
            root = Path(__file__).parents[1]
            done = subprocess.run(asked, capture_output=True, text=True, cwd=root, check=True)
            spent, peak, said = json.loads(done.stdout.splitlines()[-1])
            rows.append([f"{count(n_bytes / 1e6)} MB", f"{spent:.0f} s", f"{count(peak)} MB", f"{count(said)} MB"])
    head = ["text", "processor", "memory at its most", "said before"]
    return markdown(f"Byte-pair encoding of a file, {count(_ENTRIES)} entries, with measuring", head, rows)


def _written(path: Path, n_bytes: int) -> int:
    """Write a text of at least so many bytes; how many it has."""
    chance, lines, size = random.Random(0), installed(_ONCE).splitlines(), 0
    with path.open("w", encoding="utf-8") as file:
        while size < n_bytes:
            some = "\n".join(_changed(line, chance) if n % _CHANGED == 0 else line for n, line in enumerate(lines))
            size += len(some.encode()) + 1
            file.write(f"{some}\n")
            chance.shuffle(lines)
    return size


def _changed(line: str, chance: random.Random) -> str:
    at = chance.randrange(len(line) + 1)
    return line[:at] + chance.choice(string.ascii_lowercase) + line[at + 1 :]
