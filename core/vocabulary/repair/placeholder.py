"""What stands in the place of an entry that was taken out."""


def placeholder(i: int) -> str:
    """The spelling for an id; it has a space, which pre-tokenizers cut at or write otherwise, and no merge makes it.

    >>> placeholder(7)
    '<removed 7>'
    """
    return f"<removed {i}>"
