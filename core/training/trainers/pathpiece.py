"""PathPiece: entries are taken out of a large vocabulary, those first that the text can best do without."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
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
    ends = {word: matches(word, kept, longest) for word in words}
    holding: defaultdict[str, list[str]] = defaultdict(list)
    for word, rows in ends.items():
        for piece in {word[i:j] for i, row in enumerate(rows) for j in row if j - i > 1}:
            holding[piece].append(word)
    changed = set(words)
    while len(kept) > n:
        for word in changed:
            for piece, more in told.get(word, {}).items():
                losses[piece] -= words[word] * more
            told[word] = tokens_more(word, ends[word], longest)
            for piece, more in told[word].items():
                losses[piece] += words[word] * more
        report(n_first - len(kept), n_first - n, "Taking out")
        removable = sorted((one for one in kept if len(one) > 1), key=lambda one: (losses[one], one))
        gone = removable[: max(1, min(len(kept) - n, int(_STEP * len(kept))))]
        if not gone:
            break
        kept -= set(gone)
        changed = set().union(*(holding.pop(piece, ()) for piece in gone))
        for word in changed:
            ends[word] = [[j for j in row if word[i:j] in kept] for i, row in enumerate(ends[word])]
    return kept


def matches(word: str, entries: Set[str], longest: int) -> list[list[int]]:
    """For each place in a word where the entries that stand there end, ascending.

    Args:
        longest: characters of an entry at most.

    >>> matches("abc", {"a", "b", "c", "ab", "abc"}, 3)
    [[1, 2, 3], [2], [3]]
    """
    end = len(word)
    return [[j for j in range(i + 1, min(end, i + longest) + 1) if word[i:j] in entries] for i in range(end)]


def tokens_more(word: str, ends: Sequence[Sequence[int]], longest: int) -> dict[str, int]:
    """How many tokens more a word takes without each of the entries that it is cut into.

    Args:
        ends: of the entries that stand at each place, one of which is single.
        longest: characters of an entry at most.

    Of several ways with fewest tokens it is cut in the one with the longest last token, and so on.

    >>> tokens_more("abc", [[1, 2, 3], [2], [3]], 3)
    {'abc': 1}
    """
    end = len(word)
    before, after, came = [0] + [end + 1] * end, [0] * (end + 1), [0] * (end + 1)
    for i, row in enumerate(ends):
        n = before[i] + 1
        for j in row:
            if n < before[j]:
                before[j], came[j] = n, i
    for i in range(end - 1, -1, -1):
        after[i] = 1 + min([after[j] for j in ends[i]])
    more, j = dict[str, int](), end
    while j:
        i = came[j]
        if j - i > 1:
            least = min([before[k] + after[k] for k in range(i + 1, j)])
            for a in range(max(0, j - longest), i + 1):
                if ends[a][-1] >= j and before[a] + 1 < least:
                    over = [before[a] + 1 + after[b] for b in ends[a] if b >= j and (a, b) != (i, j)]
                    least = min([least, *over])
            more[word[i:j]] = more.get(word[i:j], 0) + least - before[end]
        j = i
    return more


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
    word_bytes=190,
)
