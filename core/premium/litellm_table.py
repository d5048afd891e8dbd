"""Litellm's public table of prices, fetched when somebody asks for it."""

import http.client
import urllib.error
import urllib.request

from core.common.errors import TooLarge, UserError, shown
from core.common.settings import settings
from core.premium.prices import MOST_BYTES, ModelPrice, read_prices

ADDRESS = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
_SECONDS = 20.0


def fetched_prices() -> list[ModelPrice]:
    """The models of litellm's table whose tokenizer is in the atlas, with today's date.

    Raises:
        UserError: no network, or none allowed (TOKEN_ATLAS_HUB=off), or what came is not the table.
    """
    settings().refuse("network")
    try:
        with urllib.request.urlopen(ADDRESS, timeout=_SECONDS) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        reason = shown(str(getattr(error, "reason", None) or error), 120)
        raise UserError(
            f"Litellm's table could not be fetched: {reason}. Download model_prices_and_context_window.json from its "
            "repository elsewhere, and give it as a file."
        ) from None
    if len(data) > MOST_BYTES:
        raise TooLarge("Litellm's table is larger than it should be, so it was not kept.")
    return read_prices(data, "litellm's table")
