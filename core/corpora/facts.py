"""What can be said of a corpus without holding its text, found by a process of its own.

So a file that crashes its reader, or unpacks without end, ends that process and not the server, and a page that only
asks what there is to count keeps no corpus in memory.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import TookTooLong, TooLarge, UnknownName, UnreadableFile, UserError, shown
from core.common.places import ROOT
from core.common.redact import harmless_environment, redacted
from core.corpora.corpus import Corpus, Gap, open_corpus
from core.corpora.sources.file import open_path
from core.tokenizers.isolation import wire

SECONDS = 300.0  # 43 MB in 480,000 sentences took 2 s; a busy machine goes first elsewhere
MEMORY_MB = 4096
_SAMPLE = 200  # lines
_KINDS = {kind.__name__: kind for kind in (UserError, UnreadableFile, TooLarge)}


@dataclass(frozen=True)
class CorpusFacts:
    """A corpus but for its text.

    Args:
        spec: the spec string that opens it.
        label: for people.
        languages: codes, in the order of the corpus.
        n_bytes: UTF-8 bytes of each language.
        n_sentences: per language.
        fingerprint: of the whole text, as the corpus itself says it.
        notes: what a user of numbers on it should know.
        gaps: languages left out, and why.
        sample: lines from all over it.
    """

    spec: str
    label: str
    languages: tuple[str, ...]
    n_bytes: tuple[int, ...]
    n_sentences: int
    fingerprint: str
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sample: tuple[str, ...] = ()

    def require(self, code: str) -> None:
        """Do nothing if the corpus has the language.

        Raises:
            UnknownName: it has not; suggests the nearest.
        """
        if code not in self.languages:
            raise UnknownName(f"language in {self.label} called", code, self.languages)

    def bytes_of(self, languages: Sequence[str]) -> int:
        """UTF-8 bytes of these languages."""
        return sum(n for code, n in zip(self.languages, self.n_bytes, strict=True) if code in set(languages))


def facts_of(corpus: Corpus) -> CorpusFacts:
    """The facts of a corpus that is open.

    >>> from core.corpora.corpus import Corpus
    >>> facts_of(Corpus("x", "X", {"eng_Latn": ("A cat.", ""), "deu_Latn": ("Eine Katze.", "Ja.")})).n_bytes
    (6, 14)
    """
    every = [line for lines in corpus.sentences.values() for line in lines if line]
    return CorpusFacts(
        corpus.spec,
        corpus.label,
        corpus.languages,
        tuple(sum(len(line.encode("utf-8", "surrogatepass")) for line in lines) for lines in corpus.sentences.values()),
        corpus.n_sentences,
        corpus.fingerprint,
        corpus.notes,
        corpus.gaps,
        tuple(filter(_is_text, every[:: max(1, len(every) // _SAMPLE)][:_SAMPLE])),
    )


def _is_text(line: str) -> bool:
    """Does it have a UTF-8 form?"""
    return not any("\ud800" <= character <= "\udfff" for character in line)


def examined(spec: str, path: Path | None = None) -> CorpusFacts:
    """The facts of the corpus that a spec names, or of a file that is to get this spec.

    Raises:
        UserError: it cannot be opened; says why.
    """
    command = [sys.executable, "-P", "-m", "core.corpora.facts", spec, *([str(path)] if path else [])]
    environment = {**harmless_environment(), "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    name = shown(path.name if path else spec)
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise TookTooLong(f"{name} took over {SECONDS:g} seconds to read. Take a part of it.") from None
    if done.returncode:
        if b"MemoryError" in done.stderr or b"allocat" in done.stderr:
            raise TooLarge(f"{name} needs more than {MEMORY_MB:,} MB of memory to be read. Take a part of it.")
        code = done.returncode
        how = signal.Signals(-code).name if -code in set(signal.Signals) else f"status {code}"
        raise UnreadableFile(
            f"{name} cannot be read: the process that read it ended ({how}). The file is damaged; make it again."
        )
    answer = json.loads(done.stdout)
    if isinstance(answer, dict):
        raise _KINDS.get(answer["kind"], UserError)(answer["error"])
    try:
        return wire.built(CorpusFacts, answer)
    except wire.Garbled:
        raise UnreadableFile(f"{name} names languages in what is no text. Name them with letters.") from None


def main(spec: str, path: str = "") -> None:
    """Print the facts, or why there are none, as JSON."""
    from core.jobs.runner.child import limit

    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="surrogatepass")
    os.dup2(2, 1)  # what a library prints is no answer
    limit(MEMORY_MB)
    try:
        corpus = open_path(Path(path), spec) if path else open_corpus(spec)
        json.dump(wire.plain(facts_of(corpus)), replies)
    except UserError as error:
        json.dump({"error": redacted(str(error)), "kind": type(error).__name__}, replies)
    replies.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
