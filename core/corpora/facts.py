"""What can be said of a corpus without holding its text, found by a process of its own.

So a file that crashes its reader, or unpacks without end, ends that process and not the server, and a page that only
asks what there is to count keeps no corpus in memory.
"""

import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.common.codec import Mismatch, built, plain
from core.common.errors import TookTooLong, TooLarge, UnknownName, UnreadableFile, UserError, shown
from core.common.redact import redacted
from core.common.sandbox.answer import answer
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after, give_way
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed, private_pipes
from core.common.sandbox.start import ONE_THREAD, environment_without_secrets
from core.common.sandbox.turns import Turns
from core.corpora.corpus import CORPORA, Corpus, Gap, open_corpus, parse_corpus
from core.corpora.sources.file import open_path

SECONDS = 300.0  # 43 MB in 480,000 sentences took 2 s; a busy machine goes first elsewhere
MEMORY_MB = 4096
ANSWER_BYTES = 2**30
_SAMPLE = 200  # lines
_TURNS = Turns("corpora")
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
    name = shown(path.name if path else spec)
    try:
        with _TURNS.turn():
            done = answer(
                "core.corpora.facts",
                spec,
                *([str(path)] if path else []),
                environment={**environment_without_secrets(), **ONE_THREAD},
                seconds=SECONDS,
                most_bytes=ANSWER_BYTES,
                memory_mb=MEMORY_MB,
            )
    except DeadlinePassed:
        raise TookTooLong(f"{name} took over {SECONDS:g} seconds to read. Take a part of it.") from None
    except AnswerTooLong:
        raise TooLarge(f"{name} has lines too long to be shown. Cut it into sentences.") from None
    if done.status:
        if b"MemoryError" in done.said or b"allocat" in done.said:
            raise TooLarge(f"{name} needs more than {MEMORY_MB:,} MB of memory to be read. Take a part of it.")
        how = signal.Signals(-done.status).name if -done.status in set(signal.Signals) else f"status {done.status}"
        raise UnreadableFile(
            f"{name} cannot be read: the process that read it ended ({how}). The file is damaged; make it again."
        )
    said = json.loads(done.output)
    if "error" in said:
        raise _KINDS.get(said["kind"], UserError)(said["error"])
    try:
        return built(CorpusFacts, said["facts"])
    except Mismatch:
        raise UnreadableFile(f"{name} names languages in what is no text. Name them with letters.") from None


def main(spec: str, path: str = "") -> None:
    """Print the facts, or why there are none, as JSON."""
    _, replies = private_pipes()
    try:
        _limit(spec, path)
        said = {"facts": plain(facts_of(open_path(Path(path), spec) if path else open_corpus(spec)))}
    except UserError as error:
        said = {"error": redacted(str(error)), "kind": type(error).__name__}
    replies.write(json.dumps(said).encode())
    replies.close()


def _limit(spec: str, path: str) -> None:
    """Keep this process to its time, its memory and its corpus.

    One that has to be fetched may write and use the network: it is its publishers', not a stranger's.
    """
    give_way()
    end_after(0, SECONDS)
    kind, rest, _ = ("file", path, "") if path else parse_corpus(spec)
    source = CORPORA.get(kind)
    ProcessLimits(data_mb=MEMORY_MB, writes=source.fetches).apply()
    if not source.fetches:
        confine(source.reads(rest))


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main(*sys.argv[2:])
