"""Pictures of what trained tokenizers cost languages: premium by size of the vocabulary, and Gini against tokens."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish
from components.training.charts import Ends, by_size, interval_bars, size_height, size_lines
from components.training.looks import label_of, looks_of, run_name
from core.common.numbers import count
from core.stats.bootstrap import Floats
from core.training.fairness import Fairness
from core.training.recipe import Trained
from core.training.runs import by_run

Measured = Sequence[tuple[Trained, Fairness]]


def premium_chart(found: Measured, language: str) -> Chart:
    """A line per run: tokens of a language / tokens of the reference, against the size of the vocabulary."""
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
    """A line per run through its sizes: how unequal the languages are, against the tokens of all of them."""
    fair = dict(found)
    made = list(fair)
    traces, looks = list[go.Scatter](), looks_of(made)
    for run, ones in by_run(made).items():
        look = looks[run]
        costs, ginis = [fair[one].tokens for one in ones], [fair[one].gini for one in ones]
        traces.append(
            go.Scatter(
                x=[value[0] for value in costs],
                y=[value[0] for value in ginis],
                error_y=interval_bars([_ends(one) for one in ginis], 4),
                mode="lines+markers",
                **look.named(traces),
                line={"color": look.colour, "width": 1, "dash": "dot"},
                marker={"size": 9, "symbol": look.symbol, "color": look.colour},
                customdata=[count(one.n_vocabulary) for one in ones],
                hovertemplate=f"{run_name(ones[0], made)}, %{{customdata}} entries: %{{x:.1f}} tokens a sentence, "
                "Gini %{y:.3f}<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        size_height(traces),
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
        f"{label_of(fairest, made)}, with {each.gini[0]:.3f}.",
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
    made = [one for one, _ in found]
    return pd.DataFrame([_row(one, run_name(one, made, with_seed=False), fair) for one, fair in found])


def _row(one: Trained, name: str, fair: Fairness) -> dict[str, object]:
    numbers = {"Gini": fair.gini, "Tokens a sentence": fair.tokens} | {
        f"Premium of {name}": value for name, value in zip(fair.languages, fair.premiums, strict=True)
    }
    ends = {
        f"{name}{end}": float(value[at])
        for name, value in numbers.items()
        for at, end in enumerate(("", ", low", ", high"))
    }
    return {
        "Trainer": name,
        "Entries": one.n_vocabulary,
        "Seed": one.recipe.seed,
    } | ends
