"""Do wins and losses differ by more than a fair coin's heads and tails would?"""


def sign_test_p(won: int, lost: int) -> float:
    """The exact two-sided p-value of the sign test, which is McNemar's of pairs; 1 where nothing was won or lost.

    In whole numbers, without the library that would take a second to import.

    >>> sign_test_p(1, 5), sign_test_p(3, 3), sign_test_p(0, 0)
    (0.21875, 1.0, 1.0)
    """
    n, tail, ways = won + lost, 0, 1
    for k in range(min(won, lost) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << n))
