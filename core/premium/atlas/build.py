"""Makes the shipped atlas: `python -m core.premium.atlas [--data FOLDER] [--out FOLDER] [--add] [KEY …]`.

The same files give the same bytes: nothing in them depends on time, place or order of work, and the date in the index
changes only when counts, files or versions do. Each tokenizer is written as it is counted, so a run that is stopped
loses the one under way, and of that what the user's cache does not keep. With `--add`, what the shipped atlas has of
the same text, tokenizer and versions of libraries is not counted again; with keys too, all others are taken as they
ship, and are not opened.
"""

import hashlib
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.common.data_folders import BESIDE
from core.common.errors import UnknownName, UserError
from core.common.numbers import count
from core.corpora.corpus import Corpus
from core.counting.corpus import count_corpus
from core.counting.table import Counted, CountTable
from core.premium.atlas import BYTES, CHARACTERS, atlas_provenance, atlas_tokenizers, shipped_atlas
from core.premium.atlas import FOLDER as SHIPPED
from core.premium.atlas.article_file import write_articles
from core.premium.atlas.folder import AtlasEntry, AtlasFolder, versions
from core.premium.atlas.wanted import WANTED, Wanted
from core.tokenizers.catalog import SIBLINGS, open_tokenizer
from core.tokenizers.formats.packaged import PACKAGED
from core.tokenizers.packages.fetch import kept
from core.tokenizers.packages.place import package_place
from core.tokenizers.tokenizer import Info


def build(
    corpus: Corpus,
    wanted: Sequence[Wanted],
    data: Path,
    out: Path,
    date: str,
    *,
    add: bool = False,
    as_shipped: Collection[str] = (),
) -> list[str]:
    """Count, and write each tokenizer's file and the index as it is counted; returns a line on each tokenizer.

    Args:
        data: the folder with `tokenizers/` and `manifest.json`.
        date: of the index, if anything in it has changed.
        add: take what the shipped atlas has as it is, where it would come out the same.
        as_shipped: keys of those that are taken so without a look.

    Raises:
        UserError: the shipped atlas is of another text or other versions of libraries.
    """
    if as_shipped and not _comes_out_the_same(corpus):
        raise UserError("The shipped counts are of another text or by other libraries. Count all: leave the keys out.")
    manifest = _manifest(data)
    folder = AtlasFolder(out, corpus, [one.key for one in wanted], date)
    done: dict[str, AtlasEntry] = {}
    said = []
    for one in wanted:
        if one.key in as_shipped:
            if (counted := atlas_tokenizers().get(one.key)) is not None:
                table = shipped_atlas([one.key])
                done[_digest(table)] = entry = AtlasEntry(one.key, counted, table)
                folder.put(entry)
            continue
        tokenizer = open_tokenizer(one.spec or f"file:{data / 'tokenizers' / one.place}")
        table = (_shipped(one.key, tokenizer.info, corpus) if add else None) or count_corpus(tokenizer, corpus)
        digest = _digest(table)
        if digest in done:
            same = done[digest]
            done[digest] = replace(same, counted=replace(same.counted, also=(*same.counted.also, one.label)))
            folder.pass_over(one.key)
            folder.describe(done[digest])
            said.append(f"{one.key}: the same counts as {same.key}")
        else:
            done[digest] = AtlasEntry(one.key, _described(one, table.tokenizers[0], data, manifest), table)
            folder.put(done[digest])
            said.append(f"{one.key}: {count(int(table.tokens.sum()))} tokens. {table.tokenizers[0].lane}")
        print(said[-1], file=sys.stderr, flush=True)
    folder.finish()
    return said


def _shipped(key: str, info: Info, corpus: Corpus) -> CountTable | None:
    """What the shipped atlas has of a tokenizer, if that is the same, and so are text and libraries."""
    known = atlas_tokenizers().get(key)
    if known is None or known.fingerprint != info.fingerprint or not _comes_out_the_same(corpus):
        return None
    return replace(shipped_atlas([key]), tokenizers=(Counted.of(info),))


def _comes_out_the_same(corpus: Corpus) -> bool:
    """Whether the shipped counts are of this text and by the libraries that are here."""
    about = atlas_provenance()
    return (about.corpus, about.versions) == (corpus.fingerprint, tuple(versions()))


def _digest(table: CountTable) -> str:
    return hashlib.sha256(table.tokens.tobytes() + table.unknown.tobytes()).hexdigest()


def _described(one: Wanted, counted: Counted, data: Path, manifest: dict[str, dict[str, str]]) -> Counted:
    """What the index says of a tokenizer: nothing of where its file lay on this machine."""
    return replace(
        counted,
        spec=one.spec or f"atlas:{one.key}",
        label=one.label,
        lane="",  # which engine was faster on the day is not a fact about the counts
        family=one.family,
        year=one.year,
        file=_packaged(one.spec) if one.spec else _origin(data / "tokenizers" / one.place, data, manifest),
        opens=(*((one.spec,) if one.spec else ()), *one.opens, *_beside(one)),
    )


def _beside(one: Wanted) -> tuple[str, ...]:
    """Where developers have the file, relative to the project."""
    return () if one.spec else (f"file:../shared/data/tokenizers/{one.place}",)


def _packaged(spec: str) -> str:
    """The spec, and which file or archive was opened, with its hash, where that comes out of a package."""
    scheme, _, rest = spec.partition(":")
    if scheme == "packaged":
        file = PACKAGED[rest].file
        return f"{spec}: {file.path} of {file.package}, sha256 {file.sha256}"
    found = kept(package_place(scheme, rest)) if scheme in ("pypi", "npm") else None
    return f"{spec}: {found.archive}, sha256 {found.sha256}" if found else spec


def _origin(place: Path, data: Path, manifest: dict[str, dict[str, str]]) -> str:
    """Where the files came from and the hash of their content."""
    files = sorted(p for p in place.iterdir() if p.name in SIBLINGS) if place.is_dir() else [place]
    parts = []
    for path in files:
        row = manifest.get(path.relative_to(data).as_posix(), {})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        source = f"{row['repo']} {row['path']} at {row['commit']}" if row else path.name
        parts.append(f"{source}, sha256 {digest}")
    return "; ".join(parts)


def _manifest(data: Path) -> dict[str, dict[str, str]]:
    path = data / "manifest.json"
    return {row["file"]: row for row in json.loads(path.read_text(encoding="utf-8"))} if path.is_file() else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 with one line on stderr where something is missing."""
    from core.corpora.sources.flores200 import read

    parser = ArgumentParser(prog="python -m core.premium.atlas", description="Make the shipped counts anew.")
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder with tokenizers/ and parallel/")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="where to write; default data/atlas")
    parser.add_argument("--date", default="", help="date of the index if anything changed; default today")
    parser.add_argument(
        "--add", action="store_true", help="count only what the shipped atlas does not have as it is now"
    )
    parser.add_argument("keys", nargs="*", help="only these tokenizers")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TOKEN_ATLAS_CHILD_SECONDS", "120")  # our own files, perhaps on a busy machine
    try:
        known = {one.key: one for one in WANTED}
        for key in options.keys:
            if key not in known:
                raise UnknownName("tokenizer for the atlas called", key, known)
        some = options.keys and not options.add
        keys = [BYTES, CHARACTERS, *options.keys] if some else list(known)
        as_shipped = set(known) - set(options.keys) if options.keys and options.add else ()
        wanted = [known[key] for key in dict.fromkeys(keys)]
        options.out.mkdir(parents=True, exist_ok=True)
        write_articles(options.data / "parallel", options.out)
        corpus = read(options.data / "parallel", "flores200")
        build(
            corpus, wanted, options.data, options.out, options.date or _today(), add=options.add, as_shipped=as_shipped
        )
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _today() -> str:
    """The date by SOURCE_DATE_EPOCH, or today's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.date().isoformat()
