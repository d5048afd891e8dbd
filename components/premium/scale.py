"""The colours and numbers of premiums: one scale, symmetric around 1 on a log axis, on every chart."""

from itertools import pairwise
from math import ceil, floor, isnan, log2, log10
from textwrap import wrap

from core.common.numbers import between, times

TICKS = {-4: "1/16", -3: "⅛", -2: "¼", -1: "½", 0: "1", 1: "2", 2: "4", 3: "8", 4: "16", 5: "32", 6: "64", 7: "128"}
_TITLE = 32  # letters of a title that fit under a chart on a phone
_FULL = 4  # doublings at which a colour is fully reached, both ways

# Stops at 0 (cheaper, full), 0.5 (the same) and 1 (dearer, full); lightness falls, or rises in dark, towards both ends.
_LIGHT = (
    (0.0, (0, 66, 84)),
    (0.25, (0, 126, 138)),
    (0.4, (122, 194, 192)),
    (0.5, (246, 243, 235)),
    (0.62, (246, 204, 112)),
    (0.75, (224, 138, 46)),
    (0.88, (172, 66, 28)),
    (1.0, (96, 22, 20)),
)
_DARK = (
    (0.0, (190, 250, 240)),
    (0.25, (70, 190, 190)),
    (0.4, (32, 112, 120)),
    (0.5, (46, 52, 62)),
    (0.62, (122, 84, 28)),
    (0.75, (196, 124, 40)),
    (0.88, (240, 150, 96)),
    (1.0, (255, 208, 184)),
)


def colour(doublings: float, dark: bool = False) -> str:
    """The colour of a premium of 2 to this power; as far from neutral for ½ as for 2.

    >>> colour(0), colour(9) == colour(4)
    ('rgb(246,243,235)', True)
    """
    at = min(1.0, max(0.0, 0.5 + doublings / (2 * _FULL)))
    stops = _DARK if dark else _LIGHT
    (left, a), (right, b) = next(pair for pair in pairwise(stops) if at <= pair[1][0])
    share = (at - left) / (right - left)
    return "rgb(" + ",".join(str(round(x + (y - x) * share)) for x, y in zip(a, b, strict=True)) + ")"


def reach(lowest: float) -> tuple[int, int]:
    """Doublings from which to which the colours run: to 16, from ½ or as far down as needed and told apart.

    >>> reach(0.9), reach(0.05)
    ((-1, 4), (-4, 4))
    """
    if isnan(lowest) or lowest <= 0:
        return -1, _FULL
    return max(-_FULL, min(-1, floor(log2(lowest)))), _FULL


def colour_scale(low: int, high: int, dark: bool = False) -> list[tuple[float, str]]:
    """A plotly colour scale from 2^low to 2^high; the part of the symmetric scale that is needed.

    >>> colour_scale(-1, 4)[8][1] == colour(0)
    True
    """
    steps = 8 * (high - low)
    return [(n / steps, colour(low + n / 8, dark)) for n in range(steps + 1)]


def ticks(low: int, high: int) -> tuple[list[int], list[str]]:
    """Doublings to mark on an axis, and what to write there.

    >>> ticks(-1, 2)
    ([-1, 0, 1, 2], ['½', '1', '2', '4'])
    """
    marks = list(range(low, high + 1))
    return marks, [TICKS.get(mark, f"1/{2**-mark}" if mark < 0 else str(2**mark)) for mark in marks]


def log_axis(low: float, high: float, title: str) -> dict[str, object]:
    """A plotly axis for ratios from `low` to `high`, on a log scale with a tick at each doubling, or closer.

    >>> log_axis(0.9, 7.0, "x")["ticktext"], log_axis(7.4, 18.7, "x")["ticktext"]
    (['½', '1', '2', '4', '8'], ['6', '8', '12', '16', '24'])
    """
    edge = 0.15 if high / low > 2 else 0.05
    span = (log2(low) - edge, log2(high) + edge)
    at, texts = _marks(low, high)
    return {
        "type": "log",
        "range": [span[0] * log2_10, span[1] * log2_10],
        "tickvals": at,
        "ticktext": texts,
        "title": title,
        "gridcolor": "rgba(128,140,160,.18)",
        "zeroline": False,
    }


def title_across(title: str) -> str:
    """The title of a horizontal axis in lines that a phone has room for.

    >>> title_across("GPT-2: tokens, × English"), title_across("DeepSeek V4: tokens per character, × English")
    ('GPT-2: tokens, × English', 'DeepSeek V4: tokens per<br>character, × English')
    """
    return "<br>".join(wrap(title, _TITLE))


def _marks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Ratios to mark: doublings; with less than two of them to see, halfway ones too; with less still, round steps."""
    first, last = floor(log2(low) - 0.05), ceil(log2(high) + 0.05)
    if high / low > 4:
        marks, texts = ticks(first, last)
        return [2.0**mark for mark in marks], texts
    if high / low > 2:
        every = [ratio for mark in range(first, last + 1) for ratio in (2.0**mark, 1.5 * 2.0**mark)]
        at = [r for n, r in enumerate(every) if every[min(n + 1, len(every) - 1)] > low and every[max(n - 1, 0)] < high]
    else:
        step = _round_step((high - low) / 4 or high / 20)
        at = [n * step for n in range(floor(low / step), ceil(high / step) + 1)]
    return at, [f"{ratio:.4g}" for ratio in at]


def _round_step(least: float) -> float:
    """The next of 1, 2 and 5 times a power of ten.

    >>> _round_step(0.13), _round_step(3.0)
    (0.2, 5.0)
    """
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


log2_10 = 1 / log2(10)


_PER = {"line": "the tokens", "byte": "the tokens per byte", "character": "the tokens per character"}


def sentence(language: str, tokenizer: str, base: str, per: str, value: float, low: float, high: float) -> str:
    """A premium in words.

    >>> sentence("Burmese", "GPT-2", "English", "line", 16.94, 16.7, 17.14)
    'Burmese costs GPT-2 16.9 times the tokens of English [16.7, 17.1]'
    """
    return f"{language} costs {tokenizer} {times(value)} times {_PER[per]} of {base}{between(low, high)}"
