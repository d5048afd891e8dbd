"""The command `token-atlas` of an installed Token Atlas: what `python -m core` does in a checkout, from any folder.

The wheel holds the whole tree under `token_atlas/`, this file as its `__init__.py`, so that names as general as `core`
and `pages` are on the path of this program only.
"""

import sys
from pathlib import Path


def main() -> int:
    """Run one command; returns the exit status."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from core.__main__ import main as run

    return run()
