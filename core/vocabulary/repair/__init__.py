"""Takes entries out of a `tokenizer.json` so that no text is cut into them any more; every id stays where it is.

A vocabulary with holes is not what it seems: `tokenizers` 0.23 numbers added tokens from the number of entries on, so
that they move, and `len(tokenizer)`, by which matrices are resized, shrinks. So an entry that is taken out leaves
another in its place, which no text reaches. skeletoken 0.6 was looked at: it numbers the entries anew, and drops merges
without saying which entries they made unreachable.
"""
