"""Traps: pairs of words between which no token ends once the space is gone."""

from collections.abc import Sequence
from random import Random

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import probes as cached
from components.charts.chart import Chart
from components.frame.errors import plain
from components.probes.context import ProbeContext
from components.probes.figure import keep, show
from components.probes.joints import Joined, joints
from components.probes.linked import key_of
from components.probes.predict import predicted, verdict
from components.probes.side_by_side import LOOKED_AT, cited, looked_at, open_ones
from components.probes.to_a_model import of_a_model
from components.probes.trap_chart import trap_chart
from components.probes.view import ProbeView
from core.common.numbers import as_typed, count, read_number, so_many
from core.probes.probe import ProbeAnswer
from core.probes.traps import ASKED_OF_MODEL, PROBE, Joint, ModelOnTraps, Pair, SwallowedWords, joint_of, pairs_of
from core.probes.with_model.traps import KIND, params_of
from core.tokenizers.tokenizer import Tokenizer

_OF_CARD = "tiktoken:cl100k_base"
_PAIRS, _MOST_PAIRS, _PAIRS_OF_CARD = 500, 1_000, 200
_SEED = key_of("traps", "seed")
_MOST_SEED = 10_000
_DRAWN, _DRAWN_ON_CARD = 18, 2  # pairs
_ABOUT_A_TOKEN = 8  # bytes, for the start of each text
_KEPT, _LOST = "It is kept", "It is lost"


def draw(context: ProbeContext) -> None:
    """The tokens that swallow most, pairs that they swallow, and how other tokenizers do."""
    if not (opened := open_ones(context)):
        return
    text, n_pairs, seed = context.text("text"), context.number("pairs"), context.number("seed")
    with st.spinner("Cutting pairs …", show_time=True):
        found = cached.traps(tuple(opened), text, n_pairs, seed)
    spec = looked_at(context, opened)
    rows = {context.names[one]: found.found[tokenizer.info.spec] for one, tokenizer in opened.items()}
    name, mine = context.names[spec], rows[context.names[spec]]
    joint = _exercise(opened[spec], mine, pairs_of(text, n_pairs, seed), seed)
    first, second = map(plain, joint.pair)
    question = f"*{first}{second}*, without the space: does {plain(name)} still cut between *{first}* and *{second}*?"
    shown, guess = predicted(context, question, _guess)
    if not shown:
        return
    if guess:
        _judge(guess, joint, context.dark)
    _said(name, mine)
    _picture(context, found, name, mine, opened)
    _table(rows)
    _to_model(text, n_pairs, seed)


def _exercise(tokenizer: Tokenizer, found: SwallowedWords, pairs: Sequence[Pair], seed: int) -> Joint:
    """One of the pairs; as likely one that is swallowed as one that is kept, where there are both."""
    lost = [joint.pair for joint in found.swallowed]
    swallowed, source = {*lost}, Random(seed)
    kept = [pair for pair in pairs if pair not in swallowed]
    return joint_of(tokenizer, source.choice(source.choice([some for some in (lost, kept) if some])))


def _guess() -> str | None:
    guess = st.segmented_control(
        "Your guess", [_KEPT, _LOST], key="traps_guess", label_visibility="collapsed"
    )  # fmt: skip
    st.button("Another pair", icon=":material/casino:", type="tertiary", on_click=_draw_again, key="traps_again")
    return guess


def _draw_again() -> None:
    seed = int(read_number(str(st.session_state[_SEED])) or 0)
    st.session_state[_SEED] = as_typed((seed + 1) % _MOST_SEED)


def _judge(guess: str, joint: Joint, dark: bool) -> None:
    truth = _KEPT if joint.trap is None else _LOST
    verdict(guess == truth, f"You said: {guess.lower()}. {'Right' if guess == truth else 'No'}: {truth.lower()}.")
    joints([_joined(joint)], dark)


def _joined(joint: Joint) -> Joined:
    """The two words, and whether tokens part between them; where else they do is drawn and not marked."""
    return Joined(joint.pair, joint.cuts, extra=False)


def _said(name: str, found: SwallowedWords) -> None:
    """What was found, in one sentence or two."""
    lines = ""
    if found.in_lines is not None:
        n, lost = found.in_lines
        lines = f" In whole lines without spaces it loses **{count(lost)} of {so_many(n, 'boundary', 'boundaries')}**."
    st.markdown(
        f"Without the space {plain(name)} ends no token between **{count(len(found.swallowed))} of "
        f"{so_many(found.n_pairs, 'pair', 'pairs')}** of words ({found.share:.1%}).{lines}"
    )


def _picture(
    context: ProbeContext, found: ProbeAnswer, name: str, mine: SwallowedWords, opened: dict[str, Tokenizer]
) -> None:
    """The tokens that swallow most and a pair for each, where there are any."""
    text, by = context.text("text"), cited(context, opened)
    if not mine.swallowed:
        st.info(f"{plain(name)} keeps the boundary of every pair.", icon=":material/check:")
        keep(
            Chart("traps", go.Figure(), "No pair is swallowed.", pd.DataFrame), context, found.document, text, by, False
        )
        return
    show(trap_chart(mine, name), context, found, text, by)
    st.markdown(f"**Swallowed pairs**, one for each of the first tokens of {plain(name)}: words above, tokens below")
    joints([_joined(joint) for _, _, joint in mine.ranked[:_DRAWN]], context.dark)


def _table(rows: dict[str, SwallowedWords]) -> None:
    st.markdown("**Every tokenizer on the same pairs**")
    lines = {"In lines": [_in_lines(one) for one in rows.values()]} if _with_lines(rows) else {}
    table = {
        "Tokenizer": [*rows],
        "Swallowed": [len(one.swallowed) for one in rows.values()],
        "Of pairs": [one.n_pairs for one in rows.values()],
        "Share": [one.share for one in rows.values()],
        **lines,
    }
    columns = {"Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)}
    st.dataframe(pd.DataFrame(table), hide_index=True, column_config=columns, placeholder="–", key="traps_shares")


def _to_model(text: str, n_pairs: int, seed: int) -> None:
    """What a model needs more for the pairs that its own tokenizer swallows, and for the others."""
    some = pairs_of(text, n_pairs, seed)[: 2 * ASKED_OF_MODEL]
    n_bytes = 2 * sum(len("".join(pair).encode()) + _ABOUT_A_TOKEN for pair in some)
    question = "How much harder do such pairs read without the space?"
    read = of_a_model(ModelOnTraps, KIND, lambda model: params_of(model, text, n_pairs, seed), question, n_bytes)
    if read is not None:
        said = read.sentences() or [f"{read.model} gives no number for these pairs."]
        st.markdown(plain(" ".join(said)))


def _with_lines(rows: dict[str, SwallowedWords]) -> bool:
    return any(one.in_lines is not None for one in rows.values())


def _in_lines(one: SwallowedWords) -> str:
    """Boundaries that are lost in whole lines."""
    n, lost = one.in_lines or (0, 0)
    return f"{count(lost)} of {count(n)}"


def _card(dark: bool) -> str:
    found = next(iter(cached.traps((_OF_CARD,), "", _PAIRS_OF_CARD, 0).found.values()))
    joints([_joined(joint) for _, _, joint in found.ranked[:_DRAWN_ON_CARD]], dark)
    return (
        f"Without the space GPT-4 ends no token between the words of **{len(found.swallowed)} of {found.n_pairs}** "
        "pairs. In Chinese or Thai there is no space to begin with."
    )


VIEW = ProbeView(
    name="traps",
    label="Traps",
    place=60,
    draw=draw,
    about="Two words without a space between them: does a token still end where the first word does?",
    card=_card,
    asked=(PROBE.asked[0], LOOKED_AT, *PROBE.asked[1:4]),
    usual={"pairs": _PAIRS},
    most={"pairs": _MOST_PAIRS, "seed": _MOST_SEED},
    examples={
        "Frequent English words": {"text": ""},
        "English": {"text": "now here\nto get her\nthe rest is in an ice age\nthis he art is mine"},
        "Chinese": {
            "text": "他 从 马 上 下来\n大 学生 活 很 有趣\n结婚 的 和 尚未 结婚 的\n白 天鹅 在 湖 中\n还 有 机会 来"
        },
        "Thai": {"text": "ตา กลม\nประเทศ ไทย มี อากาศ ร้อน มาก\nมา กอด กัน\nคน ไทย กิน ข้าว\nวัน นี้ อากาศ ดี"},
        "Japanese": {"text": "東京 都 に 住む\nで は ない\nし た こと が ある\n外国 人 参政 権"},
    },
)
