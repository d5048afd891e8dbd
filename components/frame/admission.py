"""Who may come in, decided from what a request carries; the same for pages, files and uploads."""

from collections.abc import Mapping

from core.common.settings import settings
from core.jobs.owner import Visitor, invited, of_claims, of_header

LOGGED_IN = "is_logged_in"


def named(headers: Mapping[str, str], claims: Mapping[str, object]) -> Visitor | None:
    """Whom the proxy or the provider vouches for; None where nobody does.

    Args:
        headers: of the request.
        claims: what Streamlit's login knows; with `is_logged_in` where such a login is configured.
    """
    if header := settings().user_header:
        value = (headers.get(header) or "").strip()
        return of_header(value) if value else None
    return of_claims(claims) if claims.get(LOGGED_IN) else None


def refusal(headers: Mapping[str, str], claims: Mapping[str, object]) -> str | None:
    """Why a request may not come in, empty if its visitor only needs to log in; None if it may.

    Raises:
        UserError: a setting cannot be understood.
    """
    allowed = settings()
    who = named(headers, claims)
    if who is None and allowed.user_header:
        return (
            f"This server lets its proxy say who you are, in the header {allowed.user_header}, and this request "
            "has none. Reach it through the proxy."
        )
    if who is None and LOGGED_IN in claims:
        return ""
    if who is None and allowed.login:
        return (
            "This server takes nobody in before a login is configured (TOKEN_ATLAS_LOGIN=on). Whoever runs it: give "
            "secrets.toml an [auth] section that can be read, or set TOKEN_ATLAS_USER_HEADER."
        )
    if who is not None and not invited(who, allowed.users):
        return (
            f"You are logged in as {who.name}, who is not on the list of this server's users. Ask whoever runs it, or "
            "log in with another account."
        )
    return None
