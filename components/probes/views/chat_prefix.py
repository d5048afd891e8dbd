"""Chats: whether the tokens of a conversation stay what they are as it goes on, and what a trainer must mask."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import probes as cached
from components.charts.chart import Chart
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import keep
from components.probes.linked import LINKED
from components.probes.predict import predicted, verdict
from components.probes.side_by_side import LOOKED_AT, cited, looked_at, open_ones
from components.probes.view import ProbeView
from components.widgets.chips import chips, piece_shown
from core.common.numbers import count
from core.probes.chat_prefix import CAUSES, KINDS, PROBE, ChatGrowth, ChatPrefixes, ChatStep
from core.probes.chats.shipped import ShippedGrowth, shipped_chats
from core.probes.chats.turns import CONVERSATION

_KIND = "chat_prefix_kind"  # in the session and in the link
_STAY, _BREAK = "They stay", "They change"
_ON_CARD = 6  # rows


def draw(context: ProbeContext) -> None:
    """A table of tokenizers and kinds of conversations, and the tokens of one of them."""
    if not (opened := open_ones(context)):
        return
    with st.spinner("Writing the conversation turn by turn …", show_time=True):
        found = cached.chat_prefixes(tuple(opened), context.text("conversation"))
    kind = LINKED.choice("Kind", {key: words.capitalize() for key, words in KINDS.items()}, _KIND)
    writing = {key: each for key, each in opened.items() if not found.found[each.info.spec][kind].why}
    spec = looked_at(context, opened)
    if spec not in writing and writing:  # there is nothing to see, or to guess
        if not context.predicts:
            st.info(plain(found.found[opened[spec].info.spec][kind].why), icon=":material/block:")
        st.caption(f"{plain(context.names[spec])} does not write this, so another one is shown.")
        spec = next(iter(writing))
    one = found.found[opened[spec].info.spec][kind]
    if not one.why:  # else there is nothing to guess
        question = f"{KINDS[kind].capitalize()}: do the tokens of {plain(context.names[spec])} stay as turns are added?"
        seen, guess = predicted(context, question, _guess)
        if not seen:
            return
        _judge(guess, one)
    called = {tokenizer.info.spec: context.names[key] for key, tokenizer in opened.items()}
    table = _table(found, called)
    if len(table):
        st.markdown("**Is each encoding the beginning of the next?**")
        st.dataframe(table, hide_index=True, placeholder="–", key="chat_prefix_table")
    _left_out(found, called)
    st.markdown(f"**{plain(context.names[spec])}, {KINDS[kind]}**")
    _tokens(one)
    chart = Chart("chat_prefix", go.Figure(), one.sentence(), lambda: table)
    keep(chart, context, found.document, context.text("conversation"), cited(context, opened), False)
    _at_hand()


def _guess() -> str | None:
    return st.segmented_control("Your guess", [_STAY, _BREAK], key="chat_prefix_guess", label_visibility="collapsed")


def _judge(guess: str | None, found: ChatGrowth) -> None:
    if guess:
        truth = _STAY if found.broken is None else _BREAK
        verdict(guess == truth, f"You said: {guess.lower()}. {'Right' if guess == truth else 'No'}: {truth.lower()}.")


def _table(found: ChatPrefixes, called: Mapping[str, str]) -> pd.DataFrame:
    """A row for each tokenizer that writes a kind of conversation."""
    rows = [
        {"Tokenizer": called[spec], **{KINDS[kind].capitalize(): _in_short(one) for kind, one in kinds.items()}}
        for spec, kinds in found.found.items()
        if _writes(kinds)
    ]
    return pd.DataFrame(rows)


def _writes(kinds: Mapping[str, ChatGrowth]) -> bool:
    return not all(one.why for one in kinds.values())


def _left_out(found: ChatPrefixes, called: Mapping[str, str]) -> None:
    """Which tokenizers write no conversation, and that some do not write each kind."""
    without = [plain(called[spec]) for spec, kinds in found.found.items() if not _writes(kinds)]
    if without:
        st.caption(
            f"Without a chat template: {', '.join(without)}. Choose one above to see why; at the end of the page are "
            "some that have one."
        )
    if any(one.why for kinds in found.found.values() if _writes(kinds) for one in kinds.values()):
        st.caption("– it does not write this: choose that tokenizer and kind to see why.")


def _in_short(found: ChatGrowth) -> str:
    return "–" if found.why else "✓" if found.broken is None else _broken(found.broken.first)


def _broken(first: int | None) -> str:
    return f"✕ token {count((first or 0) + 1)}"


def _tokens(found: ChatGrowth) -> None:
    """All tokens with those to train on stronger; and where they do not stay, both sides."""
    if found.whole is None:
        st.info(plain(found.why), icon=":material/block:")
        return
    if (step := found.broken) is not None:
        _parted(step)
    lost = sum(place is None for place in found.written)
    places = [place for place in found.written if place is not None]
    st.caption(
        "The whole conversation: train on the strong tokens, mask the others"
        + (f". Of {count(lost)} of the model's turns the tokens that it wrote are no longer there." if lost else ".")
    )
    pieces = [piece_shown(piece) for piece in found.whole.segmentation.pieces]
    chips(pieces, lambda at: any(start <= at < end for start, end in places))
    if step is not None:
        st.caption("Train each of the model's turns on the encoding that it was written in, not on this one.")


def _parted(step: ChatStep) -> None:
    st.markdown(
        f":material/call_split: With one more turn, of the {step.added}, the tokens from {count((step.first or 0) + 1)}"
        f" on are others: {CAUSES[step.cause]}."
    )
    for title, pieces in (("Before", step.before), ("With the turn", step.after)):
        st.caption(title)
        chips([piece_shown(piece) for piece in pieces] or ["(nothing)"])


def _at_hand() -> None:
    """What ships."""
    there = shipped_chats()
    with st.expander(f"{len(there.rows)} chat tokenizers, asked on {there.date}", expanded=True):
        rows = [
            {"Tokenizer": label, **{KINDS[kind].capitalize(): _as_shipped(one) for kind, one in kinds.items()}}
            for label, kinds in there.rows.items()
        ]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, placeholder="–", key="chat_prefix_shipped", height="content",
            column_config={"Tokenizer": st.column_config.TextColumn(width=210)}
            | {words.capitalize(): st.column_config.TextColumn(width=160) for words in KINDS.values()},
        )  # fmt: skip
        causes = "; ".join(f"({cause}) {words}" for cause, words in CAUSES.items())
        st.caption(f"✕ with the first token that is another: {causes}; – its template does not write this.")


def _as_shipped(one: ShippedGrowth) -> str:
    if one.prefix is None:
        return "–"
    return "✓" if one.prefix else f"{_broken(one.first)} ({one.cause})"


def _card(dark: bool) -> str:
    rows = shipped_chats().rows
    marks = {True: "✓", False: "✕", None: "–"}
    head = "".join(f'<th style="font-weight:400;padding:0 2px">{kind}</th>' for kind in KINDS)
    body = "".join(
        f'<tr><td style="padding-right:2px">{escape(label)}</td>'
        + "".join(f'<td style="text-align:center">{marks[kinds[kind].prefix]}</td>' for kind in KINDS)
        + "</tr>"
        for label, kinds in [*rows.items()][:_ON_CARD]
    )
    st.html(f'<table style="font-size:.76rem;line-height:1.6;width:100%"><tr><th></th>{head}</tr>{body}</table>')
    changed = sum(any(one.prefix is False for one in kinds.values()) for kinds in rows.values())
    return (
        f"One more turn, and tokens before it change (✕) in some chats of **{changed} of {len(rows)}** tokenizers (–: "
        "not written): "
        "whoever trains on the whole chat trains on tokens that no model wrote."
    )


VIEW = ProbeView(
    name="chat_prefix",
    label="Chats",
    place=32,
    draw=draw,
    about="A chat goes on by a turn. Are its first tokens still those that the model wrote?",
    card=_card,
    asked=(PROBE.asked[0], LOOKED_AT, PROBE.asked[1]),
    examples={
        "A sum": {"conversation": CONVERSATION},
        "Spaces at the ends": {"conversation": "user: Say yes. \nassistant:  Yes. \nuser: Again?\nassistant:  Yes. "},
        "Code": {"conversation": "user: A loop?\nassistant: for i in range(3):\n    print(i)\nuser: Shorter?"},
        "Arabic": {"conversation": "user: ما عاصمة مصر؟\nassistant: القاهرة.\nuser: والأردن؟\nassistant: عمّان."},
    },
)
