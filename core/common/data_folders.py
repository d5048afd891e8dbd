"""Where this installation lies: its own folder, the facts that ship with it, and data that may lie beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
BESIDE = ROOT.parent / "shared" / "data"  # corpora too large to ship, where a developer has them
