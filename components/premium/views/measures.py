"""Every metric with its definition, over the languages and in one; and how far entropy is bias of the sample."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.elements.lib.column_types import ColumnConfig

from components.cached import premium as cached_premium
from components.charts.apart import apart
from components.charts.chart import GRID, Chart, finish
from components.frame.errors import plain
from components.premium.brought.sentences import ShownSentences, cut, opens_here, texts
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import show
from components.premium.take_away import take_away
from components.widgets.view import View
from core.common.numbers import count
from core.metrics.base import Metric, Value, shown, undefined
from core.metrics.evidence import from_table
from core.metrics.intervals import measured
from core.premium.atlas.measures import on_tokens, shipped_measures
from core.stats.entropy import MIN_TOKENS_PER_CONTEXT, EntropyEstimate, curve
from core.text.languages import language
from core.tokenizers.kinds import Kind

_CUT = 300  # sentences for the metrics that look at the tokens themselves, where nothing ships and they are cut now
_LONG = 1_000  # and for entropy, which needs many
_SHARES = tuple(2.0**-n for n in range(6, -1, -1))
_ORDERS = (
    ("none before", "#0072B2", "circle"),
    ("1 before", "#D55E00", "square"),
    ("2 before", "#009E73", "diamond"),
)


def draw(context: PremiumContext) -> None:
    """Two tables that sort by a click on a metric, then the entropies."""
    st.markdown("**Over the languages found**")
    codes = tuple(context.table.languages[c] for c in context.columns)
    _table(context, shown("languages"), {row: _over(context, row, codes) for row in context.rows}, "over_languages")
    st.caption(
        f"{len(codes)} languages, each counts once; masked ones are left out, so compare tokenizers with equal remarks."
        " Costs are tokens per line, whatever the unit of the page. Brackets are 95 % intervals from the same "
        f"resamples of {context.table.drawn} as those of premiums. A metric's name has its definition on hover; a "
        "click sorts. No one number is quality."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column, reference = one_language(context), one_tokenizer(context)
    code = context.table.languages[column]
    _one_language(context, code, reference)
    found = texts(context, (code,))
    if found.remark:
        st.info(plain(found.remark), icon=":material/download:")
    spec = opens_here(context, reference)
    if spec is not None and found.corpus is not None:
        _entropy(context, found, spec, code, reference)


def _over(context: PremiumContext, row: int, codes: tuple[str, ...]) -> dict[str, Value]:
    masked = tuple(n for n, column in enumerate(context.columns) if (row, column) in context.found.reasons)
    return cached_premium.over_languages_values(context.stamp, context.table, row, codes, masked)


def _one_language(context: PremiumContext, code: str, reference: int) -> None:
    st.markdown(f"**In {plain(language(code).label)}**")
    shipped = {row: of for row in context.rows if (of := _shipped(context, row, code))}
    now = {row: _cut_now(context, row, code) for row in context.rows if row not in shipped}
    rows = {row: _counted(context, row, code, reference) | (shipped | now)[row] for row in context.rows}
    _table(context, shown("sentences"), rows, "one_language")
    n = int(context.table.n_present[context.table.language(code)])
    st.caption(
        f"On all {count(n)} sentences of {plain(context.table.corpus_label)}{_sample(context, list(now), n)}. Brackets "
        f"are 95 % intervals: of ratios and means by resampling {context.table.drawn}, of entropies, vocabulary use "
        "and retention by leaving out one at a time, since drawing text twice would lose what occurs once. Normalised "
        f"sequence length is against {plain(context.label(reference))}."
    )


def _sample(context: PremiumContext, rows: Sequence[int], n: int) -> str:
    """Which numbers are of fewer sentences than all."""
    if not rows or n <= _CUT:
        return ""
    names = ", ".join(plain(context.label(row)) for row in rows)
    return f"; what looks at the tokens themselves is of the first {_CUT} for {names}, cut here and now"


def _counted(context: PremiumContext, row: int, code: str, reference: int) -> dict[str, Value]:
    """The metrics that need counts only."""
    of_tokens = {one.key for one in on_tokens()}
    chosen = [one for key, one in shown("sentences").items() if key not in of_tokens]
    if not context.done[row, context.table.language(code)]:
        return {one.key: undefined("It is not counted yet.") for one in chosen}
    return measured(chosen, from_table(context.table, row, code, reference))


def _shipped(context: PremiumContext, row: int, code: str) -> dict[str, Value]:
    """The metrics that look at the tokens, if they ship for all sentences of this text."""
    whole = not context.corpus and not context.part and row not in context.brought
    found = shipped_measures(context.keys[row]) if whole else None
    return found.of(code) if found else {}


def _cut_now(context: PremiumContext, row: int, code: str) -> dict[str, Value]:
    """The same of the first sentences; only here the text itself is needed, which takes seconds to read."""
    found = texts(context, (code,))
    spec = opens_here(context, row) if found.counted else None
    if spec is None or found.corpus is None:
        what = "tokenizer" if found.counted else "text"
        return {one.key: undefined(f"It needs the tokens, and the {what} is not here.") for one in on_tokens()}
    return cached_premium.metric_values(spec, found.corpus.spec, code, _CUT)


def _table(
    context: PremiumContext, known: Mapping[str, Metric], rows: Mapping[int, Mapping[str, Value]], key: str
) -> None:
    named = {context.label(row): values for row, values in rows.items()}
    frame = value_table(known, named)
    st.dataframe(
        with_texts(frame, known, named),
        hide_index=True,
        key=f"measures_{key}",
        column_config={
            "Tokenizer": st.column_config.TextColumn(pinned=True),
            **{one.definition.label: _column(one, frame) for one in known.values()},
            "Remarks": st.column_config.TextColumn(
                help="What a number leaves out, or why it is missing.", width="large"
            ),
        },
        placeholder="–",
    )
    take_away(
        f"measures_{key}",
        context,
        "Measures of tokenizers",
        f"{len(known)} measures of {len(rows)} tokenizers.",
        lambda: long_values(known, named),
        None,
    )


def _column(one: Metric, frame: pd.DataFrame) -> ColumnConfig:
    better = {"lower": " Lower is better.", "higher": " Higher is better.", "": ""}[one.definition.better]
    source = f" Source: {one.definition.source}." if one.definition.source else ""
    unit = f"{one.definition.unit}. " if one.definition.unit else ""
    about = f"{unit}{one.definition.text}{better}{source}"
    if frame[one.definition.label].isna().any():
        return st.column_config.TextColumn(help=about, width="medium")
    return st.column_config.NumberColumn(help=about)


def value_table(known: Mapping[str, Metric], rows: Mapping[str, Mapping[str, Value]]) -> pd.DataFrame:
    """A row per tokenizer, a column per metric, and what there is to say about them.

    >>> gini = {"gini": shown("languages")["gini"]}
    >>> value_table(gini, {"a": {"gini": Value(float("nan"), "One language.")}})["Remarks"][0]
    'Gini coefficient: One language.'
    """
    return pd.DataFrame(
        [
            {
                "Tokenizer": name,
                **{one.definition.label: values[key].number for key, one in known.items()},
                "Remarks": " ".join(
                    f"{one.definition.label}: {values[key].reason}" for key, one in known.items() if values[key].reason
                ),
            }
            for name, values in rows.items()
        ]
    )


def with_texts(frame: pd.DataFrame, known: Mapping[str, Metric], rows: Mapping[str, Mapping[str, Value]]) -> Styler:
    """The same, in which a number shows its interval, and a missing one its reason.

    Streamlit draws None over whatever stands for a missing number, so a column that has one holds texts. The others
    sort by their numbers.
    """
    texts = {one.definition.label: [value_text(row[key]) for row in rows.values()] for key, one in known.items()}
    missing = [label for label in texts if frame[label].isna().any()]
    styled = frame.assign(**{label: texts[label] for label in missing}).style
    for label in texts.keys() - set(missing):
        for place, text in enumerate(texts[label]):
            styled = styled.format(lambda _, text=text: text, subset=pd.IndexSlice[place, label])
    return styled


def value_text(one: Value) -> str:
    """A number with its interval, or the reason why there is none.

    >>> value_text(Value(1.1162, "", 1.11, 1.12)), value_text(Value(2.0)), value_text(Value(float("nan"), "No words."))
    ('1.116 [1.110, 1.120]', '2.000', 'No words.')
    """
    if np.isnan(one.number):
        return one.reason
    return f"{one.number:.3f}" + ("" if np.isnan(one.low) else f" [{one.low:.3f}, {one.high:.3f}]")


def long_values(known: Mapping[str, Metric], rows: Mapping[str, Mapping[str, Value]]) -> pd.DataFrame:
    """A row per tokenizer and metric: the number, its 95 % interval, and what there is to say."""
    return pd.DataFrame(
        [
            {
                "Tokenizer": name,
                "Measure": one.definition.label,
                "Unit": one.definition.unit,
                "Value": values[key].number,
                "Low": values[key].low,
                "High": values[key].high,
                "Remark": values[key].reason,
            }
            for name, values in rows.items()
            for key, one in known.items()
        ]
    )


def _entropy(context: PremiumContext, found: ShownSentences, spec: str, code: str, row: int) -> None:
    """Entropy of a token given those before it, from growing parts of the text."""
    assert found.corpus is not None, "the caller has looked"
    most = min(_LONG, found.corpus.n_sentences)
    cuts = cut(spec, found.corpus, code, most)
    ids = np.concatenate([one.ids[one.kinds != Kind.INSERTED] for one in cuts])
    curves = [curve(ids, before, _SHARES) for before in range(len(_ORDERS))]
    st.markdown(
        f"**Entropy of {plain(context.label(row))} in {plain(language(code).label)}, and how much of it is bias**"
    )
    chart = Chart(
        "entropy",
        entropy_figure(curves),
        f"Entropy of tokens of {context.label(row)} in {language(code).label} against the size of the sample, up to "
        f"{count(len(ids))} tokens: "
        + ", ".join(f"{c[-1].miller_madow:.2f} bits with {o[0]}" for c, o in _with(curves))
        + ".",
        lambda: entropy_table(curves),
    )
    show(chart, context, f"Entropy of tokens of {context.label(row)} in {language(code).label}")
    st.caption(
        f"From growing parts of {count(most)} sentences of {plain(found.corpus.label)}. Solid: with the Miller–Madow "
        "correction; dotted: as observed. What still rises with the sample is not yet known; hollow marks have under "
        f"{MIN_TOKENS_PER_CONTEXT} tokens for each distinct context and are mostly bias. Bits per token differ in unit "
        "between tokenizers: compare entropy per byte. Sources: Miller 1955; Erdogan et al. 2026."
    )


def _with(curves: Sequence[Sequence[EntropyEstimate]]) -> list[tuple[Sequence[EntropyEstimate], tuple[str, str, str]]]:
    return [(c, o) for c, o in zip(curves, _ORDERS, strict=True) if c and c[-1].n_tokens]


def entropy_table(curves: Sequence[Sequence[EntropyEstimate]]) -> pd.DataFrame:
    """A row per size of sample and number of tokens before."""
    return pd.DataFrame(
        [
            {
                "Given": name,
                "Tokens": point.n_tokens,
                "Observed, bits": round(point.plug_in, 3),
                "Corrected, bits": round(point.miller_madow, 3),
                "Tokens per context": round(point.tokens_per_context, 1),
                "Reliable": point.reliable,
            }
            for points, (name, _, _) in _with(curves)
            for point in points
        ]
    )


def entropy_figure(curves: Sequence[Sequence[EntropyEstimate]]) -> go.Figure:
    """Two lines per order, corrected and as observed, over the tokens seen; unreliable points are hollow.

    >>> ids = np.arange(4000) % 7
    >>> figure = entropy_figure([curve(ids, before) for before in range(3)])
    >>> len(figure.data), figure.data[1].marker.symbol[-1]
    (6, 'circle')
    """
    traces = []
    for points, (name, colour, symbol) in _with(curves):
        x = [point.n_tokens for point in points]
        words = [
            f"{name}, {count(p.n_tokens)} tokens: {p.miller_madow:.2f} bits corrected, {p.plug_in:.2f} observed; "
            f"{count(p.tokens_per_context)} tokens per context"
            for p in points
        ]
        common = {"x": x, "customdata": words, "hovertemplate": "%{customdata}<extra></extra>"}
        traces += [
            go.Scatter(
                y=[p.plug_in for p in points],
                mode="lines",
                line={"color": colour, "width": 1.5, "dash": "dot"},
                **common,
            ),
            go.Scatter(
                y=[p.miller_madow for p in points],
                mode="lines+markers",
                line={"color": colour, "width": 2},
                marker={"size": 9, "symbol": [symbol if p.reliable else f"{symbol}-open" for p in points]},
                **common,
            ),
        ]
    figure = go.Figure(traces)
    named = _with(curves)
    heights = [points[-1].miller_madow for points, _ in named]
    for (points, (name, colour, _)), y in zip(named, apart(heights, max(heights) / 14), strict=True):
        figure.add_annotation(
            x=float(np.log10(points[-1].n_tokens)),
            y=y,
            text=f'<span style="color:{colour}">{name}</span>',
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"size": 12},
        )
    sizes = [p.n_tokens for points, _ in _with(curves) for p in points] or [1, 10]
    low, high = float(np.log10(min(sizes))), float(np.log10(max(sizes)))
    marks = [n * 10**power for power in range(7) for n in (1, 3) if 10**low <= n * 10**power <= 10**high]
    return finish(
        figure,
        340,
        xaxis={
            "type": "log",
            "title": "tokens seen",
            "range": [low - 0.05, high + 0.45 * (high - low)],
            "gridcolor": GRID,
            "tickvals": marks,
            "ticktext": [count(mark) for mark in marks],
            "tickangle": 0,
        },
        yaxis={"title": "bits per token, given those before", "rangemode": "tozero", "gridcolor": GRID},
    )


VIEW = View(label="Measures", place=90, draw=draw)
