"""`python -m core.vocabulary.families`: compare the generations of each family anew, into data/families.

Reads the tokenizers' files from the data folder beside the project, as the atlas does.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import plain
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.numbers import count
from core.premium.atlas import atlas_tokenizers
from core.premium.atlas.wanted import WANTED
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.entries import Entries, entries_of
from core.vocabulary.families.generations import FAMILIES, generation
from core.vocabulary.families.shipped import FILE, ShippedGeneration


def generations(keys: Sequence[str], data: Path) -> Iterator[ShippedGeneration]:
    """Each vocabulary of a family beside the one before."""
    wanted, before = {one.key: one for one in WANTED}, None
    for key in keys:
        one = wanted[key]
        entries: Entries = entries_of(open_tokenizer(one.spec or f"file:{data / 'tokenizers' / one.place}"))
        known = atlas_tokenizers().get(key)
        file = known.file if known else one.place
        fingerprint = entries.tokenizer.info.fingerprint
        found = generation(entries, before)
        print(f"{one.label}: {count(found.size)} ids, {count(found.new)} new", file=sys.stderr, flush=True)
        yield ShippedGeneration(key, one.label, one.year or 0, fingerprint, file, found)
        before = entries


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 with one line on stderr where something is missing."""
    parser = ArgumentParser(prog="python -m core.vocabulary.families", description="Compare families anew.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/")
    parser.add_argument("--out", type=Path, default=FILE, help="where to write; default data/families/families.json")
    options = parser.parse_args(arguments)
    try:
        families = {name: [plain(one) for one in generations(keys, options.data)] for name, keys in FAMILIES.items()}
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.out, (json.dumps({"families": families}, ensure_ascii=False, indent=1) + "\n").encode())
    options.out.chmod(0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
