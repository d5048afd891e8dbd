"""Prints constraints.txt: the exact version of every package that the direct requirements bring with them.

Nothing is installed: pip resolves and reports. What only some builds of torch need is left out; torch pins it itself.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FILE = "requirements-dev.txt"  # which names all others
OF_TORCH = re.compile(r"(nvidia|cuda|triton)\b")
HEAD = "# Exact versions of indirect packages, made by `make constraints`; direct ones stand in requirements*.txt."


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=\s;\[]", requirement)[0]).lower()


with tempfile.TemporaryDirectory() as folder:
    report = Path(folder) / "report.json"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    subprocess.run([*command, "-r", FILE, "--report", str(report)], check=True)
    found = [item["metadata"] for item in json.loads(report.read_text())["install"]]
lines = [line for file in Path().glob("requirements*.txt") for line in file.read_text().splitlines()]
direct = {name_of(line) for line in lines if not line.startswith("-")}
versions = {name_of(item["name"]): item["version"].partition("+")[0] for item in found}
kept = sorted(name for name in versions if name not in direct and not OF_TORCH.match(name))
print("\n".join([HEAD, *(f"{name}=={versions[name]}" for name in kept)]))
