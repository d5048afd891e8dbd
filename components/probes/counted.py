"""Who counts letters rightly, as it ships: three tiny models that learnt it, and a real one that is asked."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.frame.errors import plain
from components.probes.answers_chart import answers_chart
from components.probes.chosen import chosen
from components.probes.context import ProbeContext
from components.probes.figure import show
from components.probes.linked import key_of
from components.widgets.chips import visible
from core.common.numbers import count
from core.export.provenance import CitedTokenizer
from core.probes.counting.counters import COUNTERS, STEPS
from core.probes.counting.shipped import ShippedCounts, WordCounted, shipped_counts
from core.stats.shares import share

_PART = key_of("letters", "part")
_OF_DIGITS = "Share of the right digit among digits"


def counted(context: ProbeContext) -> None:
    """The picture of the three, and a table of the real model."""
    ready = shipped_counts()
    found = ready.counters
    st.markdown("**Can a model count them?** Three tiny models that learnt to, from the same strings")
    part = chosen("Share of right counts by", found.in_words, _PART, 230)
    by = [CitedTokenizer(one.label, f"{count(STEPS)} steps") for one in found.by]
    longest = max(len(word) for word, _ in found.strings)
    subject, extent = f"Strings of up to {longest} letters", (count(len(found.strings)), "strings")
    show(answers_chart(found, part, "letters_counted"), context, found, subject, by, extent)
    cuts = "; ".join(f"{one.label} {'|'.join(map(visible, one.tokens('abcab')))}" for one in COUNTERS)
    st.caption(
        f"Of abcab they read the tokens: {cuts}. Nothing tells them which letters a token holds: of each they have to "
        f"learn it. They were asked {count(len(found.strings))} other strings; bars are Wilson's 95 % intervals. With "
        "more training the first catches up."
    )
    _real(ready)


def _real(ready: ShippedCounts) -> None:
    st.markdown(f"**{plain(ready.name)}**, asked how often a letter occurs in {count(len(ready.words))} English words")
    forms = [*ready.words[0].by_form]
    percent = st.column_config.NumberColumn(format="percent")
    of_digits = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        pd.DataFrame([_row(form, ready.words) for form in forms]), hide_index=True, placeholder="–",
        key="letters_real", column_config={"Right": percent, "From": percent, "To": percent, _OF_DIGITS: of_digits},
    )  # fmt: skip
    said = Counter(found.says for one in ready.words for found in one.by_form.values())
    [(usual, n)] = said.most_common(1)
    st.caption(
        "A third of the words have the letter once, a third twice and a third three times; it says "
        f"{usual} to {count(n)} of {count(said.total())} questions. Asked on {ready.date}; below a "
        "model is asked about your word."
    )


def _row(form: str, words: Sequence[WordCounted]) -> dict[str, object]:
    right = share(sum(one.by_form[form].says == one.n for one in words), len(words))
    mean = sum(one.by_form[form].p_right for one in words) / len(words)
    said = sorted({one.by_form[form].says for one in words})
    return {
        "Written": form, "Right": right.value, "From": right.low, "To": right.high, "Words": len(words),
        _OF_DIGITS: mean, "Says": ", ".join(map(str, said)),
    }  # fmt: skip
