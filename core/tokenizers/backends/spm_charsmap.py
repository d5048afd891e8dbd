"""The character map of a SentencePiece normaliser: what becomes of which characters, alone or together.

A map in wide use has 220,000 keys, most of them the same marks in every order; their trie shares what follows, so it is
walked place by place and not key by key.

Layout: uint32 bytes of the trie; the trie, uint32 units; NUL-terminated replacements, named by their offset. A unit has
its label in bits 0-7, in bit 8 whether it has a value, in bits 10-30 (times 256 if bit 9) the way to its children.
Source: Yata's darts-clone; normalizer.cc of SentencePiece.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LONGEST = 8  # characters in a key; the library's own maps have 4
_MOST_PLACES = 20_000  # of one depth; the library's own maps have 12,000
Places = NDArray[np.int64]  # where the children of a node begin, before their labels


class CharacterMap:
    """A map that `check_proto` has found sound.

    Args:
        charsmap: as in the model; not empty.
    """

    def __init__(self, charsmap: bytes) -> None:
        size = int.from_bytes(charsmap[:4], "little")
        self._units = np.frombuffer(charsmap, "<u4", size // 4, 4).astype(np.int64)
        self._texts = charsmap[4 + size :]
        self._root = self._children(np.zeros(1, np.int64))
        self.longest = lru_cache(4096)(self._longest)

    def single(self) -> dict[str, str]:
        """What becomes of characters by themselves.

        Raises:
            ValueError: a key is no text.
        """
        characters, nodes = self._characters(self._root)
        with_value = np.flatnonzero(self._units[nodes] & 0x100)
        values = self._units[self._children(nodes[with_value])] & 0x7FFFFFFF
        return {characters[n]: self._text(at) for n, at in zip(with_value.tolist(), values.tolist(), strict=True)}

    def joined(self) -> tuple[set[str], set[str]]:
        """Characters that stand first, and later, in keys of several; where in doubt, more than those.

        Raises:
            ValueError: a key is no text, or very long.
        """
        characters, nodes = self._characters(self._root)
        places, place_of = np.unique(self._children(nodes), return_inverse=True)
        leads_on = np.isin(place_of, self._step(places)[0])
        first = {character for character, more in zip(characters, leads_on.tolist(), strict=True) if more}
        later: set[str] = set()
        for _ in range(LONGEST):
            characters, nodes = self._characters(np.unique(self._children(nodes)))
            if not characters:
                return first, later
            later.update(characters)
        raise ValueError(f"a key has more than {LONGEST} characters")

    def _longest(self, text: str) -> tuple[int, str] | None:
        """Characters of the longest key that a text begins with, and what becomes of it; None if there is none."""
        data = text.encode()
        place, found = int(self._root[0]), None
        for n, byte in enumerate(data, 1):
            node = place ^ byte
            unit = int(self._units[node])
            if unit & 0x800000FF != byte:
                break
            place = node ^ (unit >> 10 << ((unit & 0x200) >> 6))
            if unit & 0x100:
                found = len(data[:n].decode()), self._text(int(self._units[place]) & 0x7FFFFFFF)
        return found

    def _text(self, at: int) -> str:
        return self._texts[at : self._texts.index(b"\0", at)].decode()

    def _characters(self, places: Places) -> tuple[list[str], NDArray[np.int64]]:
        """Every character that leads on from places, and the node that each leads to.

        Raises:
            ValueError: what leads on is no character.
        """
        begun, ended, nodes = [b""] * len(places), list[bytes](), [np.empty(0, np.int64)]
        for _ in range(4):
            parents, labels, reached = self._step(places)
            spelled = [begun[p] + bytes([label]) for p, label in zip(parents.tolist(), labels.tolist(), strict=True)]
            whole = np.array([len(s) == _width(s[0]) for s in spelled], np.bool_)
            ended += [s for s, is_whole in zip(spelled, whole.tolist(), strict=True) if is_whole]
            nodes.append(reached[whole])
            begun = [s for s, is_whole in zip(spelled, whole.tolist(), strict=True) if not is_whole]
            if (self._units[reached[~whole]] & 0x100).any():
                raise ValueError("a key ends inside a character")
            places = self._children(reached[~whole])
        return [spelling.decode() for spelling in ended], np.concatenate(nodes)

    def _step(self, places: Places) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
        """(index of the place, label, node) of every child.

        Raises:
            ValueError: they would take too much room.
        """
        if len(places) > _MOST_PLACES:
            raise ValueError("too many keys")
        labels = np.arange(1, 256)
        nodes = places[:, None] ^ labels  # (P, 255)
        parents, columns = np.nonzero(self._units[nodes] & 0x800000FF == labels)
        return parents, labels[columns], nodes[parents, columns]

    def _children(self, nodes: NDArray[np.int64]) -> Places:
        unit = self._units[nodes]
        return nodes ^ (unit >> 10 << ((unit & 0x200) >> 6))


def _width(lead: int) -> int:
    """Bytes of a character by its first; 4 for what begins none."""
    return 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
