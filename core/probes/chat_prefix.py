"""Is the encoding of a conversation the beginning of that of the same conversation with one more turn?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.common.errors import UserError
from core.common.numbers import count
from core.probes.chats.turns import CONVERSATION, turns_of
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.written_tokens import written_tokens
from core.tokenizers.chat.chat import AskedChat, Given, RenderedChat, Turn, render_chats
from core.tokenizers.tokenizer import Tokenizer

_SYSTEM = Turn("system", "Answer briefly.")
_THOUGHT = "That is easy."
_WITHIN = f"<think>\n{_THOUGHT}\n</think>\n\n"
_TOOLS: Given = (
    (
        "tools",
        '[{"type": "function", "function": {"name": "add", "description": "Add two numbers.", "parameters": {"type": '
        '"object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}}}]',
    ),
)
_SHOWN = 8  # tokens where two encodings part
_NOT_WRITTEN = {
    "tools": "It does not write tools that are offered.",
    "thinking": "It takes thinking parts out of every turn, the newest too: what a model thought is in no encoding.",
    "reasoning": "It does not write thoughts that stand in a field of their own, reasoning_content or thinking.",
}
KINDS = {
    "plain": "as it is",
    "system": "with a system prompt",
    "thinking": "with thinking parts",
    "reasoning": "with thoughts in their field",
    "tools": "with tools",
}
CAUSES = {
    "thoughts": "the template leaves out thoughts of earlier turns",
    "template": "the template writes earlier turns otherwise",
    "seam": "tokens merge over the seam",
}


@dataclass(frozen=True)
class ChatStep:
    """A conversation, and the same with one more turn.

    Args:
        added: role of the turn that comes in addition.
        n_before, n_after: tokens of both.
        first: place of the first token that is no longer what it was; None where all stay.
        cause: a key of `CAUSES`, what changes the tokens; empty where they stay.
        before, after: bytes of the tokens from there on, some of them.
    """

    added: str
    n_before: int
    n_after: int
    first: int | None
    cause: str = ""
    before: tuple[bytes, ...] = ()
    after: tuple[bytes, ...] = ()

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        return {
            "added": self.added,
            "tokens_before": self.n_before,
            "tokens_after": self.n_after,
            "first": self.first,
            "cause": self.cause or None,
            "before_hex": [piece.hex() for piece in self.before],
            "after_hex": [piece.hex() for piece in self.after],
        }


@dataclass(frozen=True, eq=False)
class ChatGrowth:
    """One conversation under one tokenizer, turn by turn.

    Args:
        steps: in order.
        whole: all of it.
        written: places in it of the tokens that a model wrote, from and up to, of each of its turns: those to train on,
            all others to mask. None for a turn whose tokens are no longer there when the conversation goes on.
        why: why it cannot be said; there are no steps then.
    """

    steps: tuple[ChatStep, ...] = ()
    whole: RenderedChat | None = None
    written: tuple[tuple[int, int] | None, ...] = ()
    why: str = ""

    @property
    def broken(self) -> ChatStep | None:
        """The first step at which tokens do not stay."""
        return next((step for step in self.steps if step.first is not None), None)

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "prefix": None if self.why else self.broken is None,
            "steps": [step.document() for step in self.steps],
            "train_on": [place and list(place) for place in self.written],
            "why": self.why or None,
        }

    def sentence(self) -> str:
        """It in words."""
        if self.whole is None:
            return self.why
        if (step := self.broken) is None:
            places = ", ".join(f"{a}–{b - 1}" for a, b in filter(None, self.written))
            n = len(self.whole.segmentation.ids)
            return (
                f"every encoding is the beginning of the next; train on tokens {places} of {count(n)} (the first is "
                "0), mask the rest."
            )
        return (
            f"it breaks when a turn of the {step.added} is added: from token {count(step.first or 0)} on (the "
            f"first is 0), {written_tokens(step.before)} becomes {written_tokens(step.after)}, since "
            f"{CAUSES[step.cause]}."
        )


@dataclass(frozen=True)
class ChatPrefixes:
    """Conversations of several kinds under several tokenizers, by spec and then by a key of `KINDS`."""

    labels: Mapping[str, str]
    found: Mapping[str, Mapping[str, ChatGrowth]]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "tokenizers": [
                {"tokenizer": spec, "label": self.labels[spec], **{kind: one.document() for kind, one in rows.items()}}
                for spec, rows in self.found.items()
            ]
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        return [
            line
            for spec, rows in self.found.items()
            for line in (f"{self.labels[spec]}:", *(f"  {KINDS[kind]}: {one.sentence()}" for kind, one in rows.items()))
        ]


def chat_prefixes(tokenizers: Sequence[str], conversation: str = CONVERSATION) -> ChatPrefixes:
    """What becomes of the tokens of a conversation as it goes on.

    Args:
        tokenizers: their specs.
        conversation: as `turns_of` reads it.

    Raises:
        UserError: it is no conversation; says why.
    """
    return chat_prefixes_of(open_tokenizers(tokenizers), conversation)


def chat_prefixes_of(tokenizers: Sequence[Tokenizer], conversation: str) -> ChatPrefixes:
    """The same of tokenizers that are open."""
    turns = turns_of(conversation)
    return ChatPrefixes(
        {one.info.spec: one.info.label for one in tokenizers},
        {one.info.spec: _grown(one, turns) for one in tokenizers},
    )


def conversations(turns: Sequence[Turn]) -> dict[str, tuple[tuple[Turn, ...], Given]]:
    """The turns and further variables of each of `KINDS`."""
    spoken = tuple(turn for turn in turns if turn.role != "system")
    thinking = (replace(t, content=_WITHIN + t.content) if t.role == "assistant" else t for t in turns)
    reasoning = (replace(t, thought=_THOUGHT) if t.role == "assistant" else t for t in turns)
    return {
        "plain": (spoken, ()),
        "system": (tuple(turns) if len(spoken) < len(turns) else (_SYSTEM, *turns), ()),
        "thinking": (tuple(thinking), ()),
        "reasoning": (tuple(reasoning), ()),
        "tools": (tuple(turns), _TOOLS),
    }


def _grown(tokenizer: Tokenizer, turns: Sequence[Turn]) -> dict[str, ChatGrowth]:
    """All kinds, written by one child process."""
    asked = {kind: _beginnings(*chat) for kind, chat in conversations(turns).items()}
    try:
        rendered = iter(render_chats(tokenizer, [chat for chats in asked.values() for chat in chats]))
    except UserError as error:
        return {kind: ChatGrowth(why=str(error)) for kind in asked}
    written = {kind: [next(rendered) for _ in chats] for kind, chats in asked.items()}
    found = {kind: _growth(asked[kind], written[kind], kind in ("thinking", "reasoning")) for kind in asked}
    alike = next(kind for kind in ("plain", "system") if _turns(asked[kind]) == _turns(asked["tools"]))
    for kind, why in _NOT_WRITTEN.items():
        if _texts(written[kind]) == _texts(written[alike]):
            found[kind] = ChatGrowth(why=why)
    return found


def _turns(chats: Sequence[AskedChat]) -> list[tuple[Turn, ...]]:
    return [chat.turns for chat in chats]


def _texts(rendered: Sequence[RenderedChat | UserError]) -> list[str]:
    return [str(one) if isinstance(one, UserError) else one.text for one in rendered]


def _beginnings(turns: tuple[Turn, ...], given: Given) -> list[AskedChat]:
    """The conversation after each turn but the system's, with what begins the model's turn where that is next."""
    return [
        AskedChat(turns[: n + 1], turn.role == "user", given) for n, turn in enumerate(turns) if turn.role != "system"
    ]


def _growth(chats: Sequence[AskedChat], rendered: Sequence[RenderedChat | UserError], thinks: bool) -> ChatGrowth:
    known = [one for one in rendered if isinstance(one, RenderedChat)]
    if len(known) < len(rendered):
        return ChatGrowth(why=str(next(one for one in rendered if isinstance(one, UserError))))
    roles = [chat.turns[-1].role for chat in chats]
    steps = tuple(_step(role, a, b, thinks) for role, a, b in zip(roles[1:], known[:-1], known[1:], strict=True))
    return ChatGrowth(steps, known[-1], tuple(_written(steps)))


def _step(role: str, before: RenderedChat, after: RenderedChat, thinks: bool) -> ChatStep:
    a, b = (one.segmentation.ids.tolist() for one in (before, after))
    if b[: len(a)] == a:
        return ChatStep(role, len(a), len(b), None)
    first = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(b))
    shown = slice(first, first + _SHOWN)
    pieces = (tuple(one.segmentation.pieces[shown]) for one in (before, after))
    return ChatStep(role, len(a), len(b), first, _cause(role, before.text, after.text, thinks), *pieces)


def _cause(role: str, before: str, after: str, thinks: bool) -> str:
    """Why tokens do not stay, from the texts of both."""
    if after.startswith(before):
        return "seam"
    due = before.count(_THOUGHT) + (role == "assistant")
    return "thoughts" if thinks and after.count(_THOUGHT) < due else "template"


def _written(steps: Sequence[ChatStep]) -> list[tuple[int, int] | None]:
    """Places of the tokens of each of the model's turns, where they stay to the end."""
    found: list[tuple[int, int] | None] = []
    for n, step in enumerate(steps):
        if step.added == "assistant":
            later = [one.first for one in steps[n:] if one.first is not None]
            kept = step.n_after <= min(later, default=step.n_after)
            found.append((step.n_before, step.n_after) if kept else None)
    return found


PROBE = Probe(
    key="chat_prefix",
    order=14,
    question="Is a conversation's encoding the beginning of the same conversation with one more turn?",
    caution=(
        "Looked at is one conversation: another may meet a branch of the template that this one does not. Thinking "
        "parts are written into the turns between <think> and </think>, as models write them, or stand in a field of "
        "their own; tools are only offered: what a template does with calls of them is another question."
    ),
    source="After what trainers of chat models ran into in 2025; kinds of conversations and the rule are our own",
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="tokenizers with a chat template"),
        Asked(
            key="conversation", kind="text", text="turns, each as user: or assistant: and words", default=CONVERSATION
        ),
    ),
    find=chat_prefixes,
)
