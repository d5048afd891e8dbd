"""Greedy longest match on bytes: at each place the longest entry that fits, as RWKV's tokenizer does."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from core.common.errors import UnreadableFile
from core.common.numbers import count
from core.tokenizers.backends.display import displayed, undisplayed
from core.tokenizers.explain.longest import longest_matches
from core.tokenizers.segmentation import Encoded, Ints
from core.tokenizers.tokenizer import PLAIN, Explanation, Info, LocalTokenizer, Specials, Stage
from core.tokenizers.vocabulary import Vocabulary


class LongestMatchTokenizer(LocalTokenizer):
    """A tokenizer that takes the longest matching entry, left to right.

    Leftmost-longest matching without overlaps is the same as RWKV's walk down a trie, since every byte is an entry and
    so a match begins wherever the last one ended.

    Args:
        id_by_bytes: the entries that may match; every single byte is among them.
        info: who it is.
        vocabulary: by id, with entries that never match, such as the end of the text.
        before, after: ids put around a text by `Specials.add`.

    Raises:
        UnreadableFile: a byte has no entry.
    """

    vocabulary: Vocabulary

    def __init__(
        self,
        id_by_bytes: Mapping[bytes, int],
        info: Info,
        vocabulary: Vocabulary,
        *,
        before: Sequence[int] = (),
        after: Sequence[int] = (),
    ) -> None:
        lacking = [byte for byte in range(256) if bytes([byte]) not in id_by_bytes]
        if lacking:
            raise UnreadableFile(
                f"The vocabulary has no entry for the byte 0x{lacking[0]:02X}, so it cannot spell every text. "
                "The file is damaged or cut short."
            )
        self.info, self.vocabulary = info, vocabulary
        self._known = id_by_bytes
        self._longest = max(map(len, id_by_bytes))
        self._ids = np.fromiter(id_by_bytes.values(), np.int32, len(id_by_bytes))
        self._matcher = ahocorasick_rs.BytesAhoCorasick(
            list(id_by_bytes), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )
        self._before, self._after = np.array(before, np.int32), np.array(after, np.int32)

    def encode(self, text: str, specials: Specials) -> Encoded:
        ids = self._match(text.encode())
        if not specials.add:
            return Encoded(ids)
        around = np.concatenate([self._before, ids, self._after])
        return Encoded(around, n_before=len(self._before), n_after=len(self._after))

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        return [self.encode(text, PLAIN).ids for text in texts]

    def _match(self, data: bytes) -> Ints:
        found = self._matcher.find_matches_as_indexes(data)
        patterns = np.fromiter(map(itemgetter(0), found), np.int64, len(found))
        return self._ids[patterns]

    def stages(self, text: str) -> list[Stage]:
        tokens = tuple(displayed(self.vocabulary.pieces[i]) for i in self._match(text.encode()).tolist())
        return [
            Stage("Normaliser", "changes nothing", (text,) if text else ()),
            Stage("Pre-tokenizer", "none: the whole text, as UTF-8 bytes", (text,) if text else ()),
            Stage("Model", f"the longest of {count(len(self._known))} entries at each place", tokens),
        ]

    def explain(self, piece: str) -> Explanation | None:
        steps = longest_matches(undisplayed(piece), self._known, self._longest)
        return Explanation(self.info.algorithm, piece, steps=steps)
