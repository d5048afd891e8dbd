"""Chats for the tokenizers of mistral-common, which encodes them itself and has no template."""

import logging
import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.common.errors import UserError

if TYPE_CHECKING:
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer


def chat_ids(path: Path, messages: Sequence[tuple[str, str]], tools: object = None) -> list[int]:
    """The ids of a chat, control tokens included, as Mistral's own library encodes it for this tokenizer's version.

    Args:
        path: the tokenizer's file inside mistral-common.
        messages: (role, content) per turn; roles system, user and assistant.
        tools: JSON schemas of functions, as the library takes them; None for none.

    Raises:
        UserError: the library refuses the chat; has its message.
    """
    from mistral_common.exceptions import MistralCommonException
    from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
    from mistral_common.protocol.instruct.request import ChatCompletionRequest

    kinds = {"system": SystemMessage, "user": UserMessage, "assistant": AssistantMessage}
    unknown = [role for role, _ in messages if role not in kinds]
    if unknown:
        raise UserError(f"Mistral's chat encoding has no role {unknown[0]!r} here. Use system, user or assistant.")
    try:
        turns = [kinds[role](content=content) for role, content in messages]
        request: ChatCompletionRequest[Any] = ChatCompletionRequest.model_validate({"messages": turns, "tools": tools})
        return list(_tokenizer(path).encode_chat_completion(request).tokens)
    except (MistralCommonException, ValueError) as error:
        said = " ".join(str(error).split())[:500].rstrip(".")
        raise UserError(
            f"Mistral's chat encoding refuses this chat: {said}. Change the turns, or choose another tokenizer."
        ) from None


@lru_cache(maxsize=8)
def _tokenizer(path: Path) -> "MistralTokenizer[Any, Any, Any, Any, Any]":
    from mistral_common.protocol.instruct.validator import ValidationMode
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("mistral_common").setLevel(logging.ERROR)  # it reports loading
        # agnostic: a chat to look at may end with any turn
        return MistralTokenizer.from_file(path, mode=ValidationMode.agnostic)
