"""Pictures of what trained tokenizers cost languages: premium by size of the vocabulary, and Gini against tokens."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish
from components.training.charts import Ends, by_size, by_trainer, interval_bars, look_of, size_lines
from core.common.numbers import count
from core.stats.bootstrap import Floats
from core.training.fairness import Fairness
from core.training.recipe import Trained
from core.training.trainer import TRAINERS

Measured = Sequence[tuple[Trained, Fairness]]


def premium_chart(found: Measured, language: str) -> Chart:
    """A line per trainer: tokens of a language / tokens of the reference, against the size of the vocabulary."""
    fair, made = dict(found), [one for one, _ in found]
    lines = size_lines(made, lambda one: _ends(_premium(fair[one], language)), "%{y:.2f}×")
    reference = found[0][1].reference
    figure = by_size(made, lines, f"tokens / tokens of {reference}")
    low, high = (pick(_premium(each, language)[0] for _, each in found) for pick in (min, max))
    return Chart(
        "train_premium",
        figure,
        f"{language} takes {low:.2f} to {high:.2f} times the tokens of {reference} for the same sentences.",
        lambda: _table(found),
    )


def price_chart(found: Measured) -> Chart:
    """A line per trainer through its sizes: how unequal the languages are, against the tokens of all of them."""
    fair = dict(found)
    traces = list[go.Scatter]()
    for (key, _), ones in by_trainer([one for one, _ in found]).items():
        colour, symbol = look_of(key)
        costs, ginis = [fair[one].tokens for one in ones], [fair[one].gini for one in ones]
        traces.append(
            go.Scatter(
                x=[value[0] for value in costs],
                y=[value[0] for value in ginis],
                error_y=interval_bars([_ends(one) for one in ginis], 4),
                mode="lines+markers",
                name=TRAINERS.get(key).label,
                legendgroup=key,
                showlegend=key not in {trace.legendgroup for trace in traces},
                line={"color": colour, "width": 1, "dash": "dot"},
                marker={"size": 9, "symbol": symbol, "color": colour},
                customdata=[count(one.n_vocabulary) for one in ones],
                hovertemplate=f"{TRAINERS.get(key).label}, %{{customdata}} entries: %{{x:.1f}} tokens a sentence, "
                "Gini %{y:.3f}<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        380,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "tokens a sentence", "gridcolor": GRID},
        yaxis={"title": "Gini of languages", "gridcolor": GRID, "automargin": True, "rangemode": "tozero"},
    )
    fairest, each = min(found, key=lambda pair: float(pair[1].gini[0]))
    return Chart(
        "train_price",
        figure,
        f"Gini of tokens over languages against tokens a sentence; the least has "
        f"{TRAINERS.get(fairest.recipe.trainer).label}, {count(fairest.n_vocabulary)}, with {each.gini[0]:.3f}.",
        lambda: _table(found),
    )


def _premium(fair: Fairness, language: str) -> Floats:
    row: Floats = fair.premiums[fair.languages.index(language)]
    return row


def _ends(value: Floats) -> Ends:
    middle, low, high = map(float, value)
    return middle, low, high


def _table(found: Measured) -> pd.DataFrame:
    """A row per tokenizer: its Gini, tokens a sentence and premiums, each with its interval."""
    return pd.DataFrame([_row(one, fair) for one, fair in found])


def _row(one: Trained, fair: Fairness) -> dict[str, object]:
    numbers = {"Gini": fair.gini, "Tokens a sentence": fair.tokens} | {
        f"Premium of {name}": value for name, value in zip(fair.languages, fair.premiums, strict=True)
    }
    ends = {
        f"{name}{end}": float(value[at])
        for name, value in numbers.items()
        for at, end in enumerate(("", ", low", ", high"))
    }
    return {
        "Trainer": TRAINERS.get(one.recipe.trainer).label,
        "Entries": one.n_vocabulary,
        "Seed": one.recipe.seed,
    } | ends
