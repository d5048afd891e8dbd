"""What sessions share of chats as tokenizers' own templates write them."""

from components.cached.tokenizers import MOST_OF_A_TEXT, tokenizer
from core.jobs.shared_cache import shared
from core.tokenizers.chat.chat import Given, RenderedChat, Turn, chat_variables, render_chat
from core.tokenizers.chat.variables import Variable


def chat(spec: str, turns: tuple[Turn, ...], prompt: bool, template: str = "", given: Given = ()) -> RenderedChat:
    """A chat as a tokenizer's own template writes it; a template may write millions of characters.

    Raises:
        UserError: it has no template, or that refuses this chat or does not end.
    """
    return shared().get(
        ("chat", spec, turns, prompt, template, given),
        lambda: render_chat(tokenizer(spec), turns, prompt, template, given),
        most=MOST_OF_A_TEXT // 8,
    )


def chat_controls(spec: str, template: str) -> tuple[Variable, ...]:
    """What a tokenizer's chat template takes beyond the turns.

    Raises:
        UserError: the template is not valid, or none can be chosen.
    """
    return shared().get(("chat controls", spec, template), lambda: chat_variables(tokenizer(spec), template))
