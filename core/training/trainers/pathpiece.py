"""PathPiece: entries are taken out of a large vocabulary, those first that the text can best do without."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import replace

from tokenizers import Tokenizer

from core.common.params import Param
from core.common.progress import report
from core.training.fewest import fewest_tokens
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers import bpe

_STEP = 0.1  # share of the entries that are taken out before all is counted anew


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: as few tokens as these entries allow, which is Unigram with all scores equal."""
    options, longest = task.options, task.params.whole("longest")
    n = options.vocab - len(options.specials)
    large, _ = bpe.learned(replace(task, options=replace(options, specials=())), task.params.whole("factor") * n)
    entries = {one for one in large.spellings if len(one) <= longest}
    kept = reduced(task.cut.words(task.text.chunks), entries, n)
    return fewest_tokens(sorted(kept, key=lambda one: (len(one), one)), options.specials, task.cut)


def reduced(words: Mapping[str, int], entries: Set[str], n: int) -> set[str]:
    """So many of the entries, all single ones among them.

    >>> sorted(reduced({"abc": 3, "bc": 1, "ab": 1}, {"a", "b", "c", "ab", "bc", "abc"}, 4))
    ['a', 'abc', 'b', 'c']
    """
    kept, n_first, longest = set(entries), len(entries), max(map(len, entries))
    losses: Counter[str] = Counter()
    told: dict[str, dict[str, int]] = {}
    holding: defaultdict[str, set[str]] = defaultdict(set)
    changed = set(words)
    while len(kept) > n:
        for word in changed:
            for piece, more in told.get(word, {}).items():
                losses[piece] -= words[word] * more
            told[word], matched = tokens_more(word, kept, longest)
            for piece, more in told[word].items():
                losses[piece] += words[word] * more
            for piece in matched:
                holding[piece].add(word)
        report(n_first - len(kept), n_first - n, "Taking out")
        removable = sorted((one for one in kept if len(one) > 1), key=lambda one: (losses[one], one))
        gone = removable[: max(1, min(len(kept) - n, int(_STEP * len(kept))))]
        if not gone:
            break
        kept -= set(gone)
        changed = set().union(*(holding.pop(piece, ()) for piece in gone))
    return kept


def tokens_more(word: str, entries: Set[str], longest: int) -> tuple[dict[str, int], set[str]]:
    """How many tokens more a word takes without each of the entries that it is cut into; and all that it holds.

    Args:
        longest: characters of an entry at most.

    Of several ways with fewest tokens it is cut in the one with the longest last token, and so on.

    >>> tokens_more("abc", {"a", "b", "c", "ab", "abc"}, 3)[0]
    {'abc': 1}
    """
    end = len(word)
    spans = ((i, j) for i in range(end) for j in range(i + 1, min(end, i + longest) + 1))
    matches = [(i, j) for i, j in spans if word[i:j] in entries]
    before, after = [0] + [end + 1] * end, [end + 1] * end + [0]
    for i, j in matches:
        before[j] = min(before[j], before[i] + 1)
    for i, j in reversed(matches):
        after[i] = min(after[i], after[j] + 1)
    more: Counter[str] = Counter()
    for i, j in _path(matches, before, end):
        if j - i > 1:
            through = min(before[k] + after[k] for k in range(i + 1, j))
            over = (before[a] + 1 + after[b] for a, b in matches if a <= i and b >= j and (a, b) != (i, j))
            more[word[i:j]] += min(through, *over, end + 1) - before[end]
    return dict(more), {word[i:j] for i, j in matches if j - i > 1}


def _path(matches: list[tuple[int, int]], before: list[int], end: int) -> list[tuple[int, int]]:
    starts: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in matches:
        starts[j].append(i)
    path, j = list[tuple[int, int]](), end
    while j:
        i = next(i for i in starts[j] if before[i] + 1 == before[j])
        path.append((i, j))
        j = i
    return path


TRAINER = Trainer(
    key="pathpiece",
    label="PathPiece",
    order=70,
    about=(
        "Takes entries out of a large BPE vocabulary, those first without which the text takes hardly more tokens; a "
        "text is cut into as few tokens as the entries allow."
    ),
    source="Schmidt et al. 2024. Our own code, the large vocabulary by ffbpe.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(key="longest", label="Longest piece", default=16, help="Bytes of a piece.", low=2, high=64),
        Param(
            key="factor",
            label="Begins with",
            default=4,
            help="How many times the vocabulary to take entries out of.",
            low=2,
            high=32,
        ),
    ),
    differs="of several cuts with equally few tokens the file may take another than the training did",
    bytes_per_byte=250,
)
