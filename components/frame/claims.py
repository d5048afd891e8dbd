"""What Streamlit's login knows of whoever sends a request, read from its signed cookie as its websocket reads it."""

from starlette.requests import HTTPConnection
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.starlette import starlette_websocket as streamlit_login
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from components.frame.admission import LOGGED_IN


def claims_of(request: HTTPConnection) -> dict[str, object]:
    """The claims of whoever is logged in, with `is_logged_in`; nothing where no login is configured."""
    if not get_secrets_auth_section():
        return {}
    cookie = streamlit_login._get_signed_cookie_with_chunks(request.cookies, USER_COOKIE_NAME)
    if not cookie:
        return {LOGGED_IN: False}
    return {
        LOGGED_IN: False,
        **streamlit_login._parse_decoded_user_cookie(cookie, get_origin_from_redirect_uri() or ""),
    }
