"""Who is at the screen: by Streamlit's own login, by what a trusted proxy says, or by a cookie of this browser."""

from uuid import uuid4

import streamlit as st

from components.frame.errors import show_error
from components.frame.visits import COOKIE
from core.common.errors import UserError
from core.common.redact import conceal
from core.common.settings import settings
from core.jobs.owner import Visitor, browser, invited, of_claims, of_header

_SESSION = "visitor_session"
_SECRETS = {"client_secret", "cookie_secret"}


def visitor() -> Visitor:
    """The visitor whom `admitted` let in."""
    if header := settings().user_header:
        return of_header(st.context.headers.get(header) or "")
    if oidc():
        return of_claims(st.user.to_dict())
    kept = st.context.cookies.get(COOKIE)
    if isinstance(kept, str) and kept:
        return browser(kept)
    # Without cookies, and in a test without a browser, the session stands for it as long as it lasts.
    return browser(st.session_state.setdefault(_SESSION, uuid4().hex))


def oidc() -> bool:
    """Is Streamlit's login configured?"""
    return "is_logged_in" in st.user.to_dict()


def login_is_on() -> bool:
    """Must one log in here, or be named by a proxy?"""
    return bool(settings().user_header) or oidc()


def admitted() -> None:
    """Go on if the visitor may come in; otherwise draw what they can do about it, and stop."""
    try:
        reason = _refused()
    except UserError as error:  # a setting that cannot be understood lets nobody in
        reason = str(error)
    if reason is None:
        return
    st.space("large")
    with st.container(horizontal_alignment="center"), st.container(border=True, width=460, key="login"):
        st.title("Token Atlas", anchor=False)
        if reason:
            show_error(UserError(reason))
        if not _can_log_in():
            st.stop()
        if st.user.is_logged_in:
            st.button("Log out", icon=":material/logout:", on_click=st.logout)
        else:
            st.markdown("An instrument for comparing tokenizers. Log in to use it.")
            _login_buttons()
    st.stop()


def _can_log_in() -> bool:
    """Is there a login that a button could start?"""
    try:
        return not settings().user_header and oidc()
    except UserError:
        return False


def _refused() -> str | None:
    """Why the visitor may not come in, empty if they only need to log in; None if they may."""
    allowed = settings()
    if allowed.user_header:
        if not (st.context.headers.get(allowed.user_header) or "").strip():
            return (
                f"This server lets its proxy say who you are, in the header {allowed.user_header}, and this request "
                "has none. Reach it through the proxy."
            )
    elif oidc():
        _conceal_secrets()
        if not st.user.is_logged_in:
            return ""
    elif allowed.login:
        return (
            "This server takes nobody in before a login is configured (TOKEN_ATLAS_LOGIN=on). Whoever runs it: give "
            "secrets.toml an [auth] section that can be read, or set TOKEN_ATLAS_USER_HEADER."
        )
    else:
        return None
    who = visitor()
    if not invited(who, allowed.users):
        return (
            f"You are logged in as {who.name}, who is not on the list of this server's users. Ask whoever runs it, or "
            "log in with another account."
        )
    return None


def _login_buttons() -> None:
    """One button, or one per provider where secrets.toml names several."""
    section = st.secrets["auth"].to_dict()
    providers = [name for name, value in section.items() if isinstance(value, dict) and "client_id" in value]
    for name in providers or [None]:
        label = f"Log in with {name.capitalize()}" if name else "Log in"
        if st.button(label, icon=":material/login:", type="primary", key=f"login_{name or 'default'}"):
            try:
                st.login(name)
            except Exception:  # whatever Streamlit finds wrong may quote the secrets
                show_error(
                    UserError(
                        "The login of this server is not configured rightly. Whoever runs it: install "
                        "requirements-login.txt, and give [auth] in secrets.toml redirect_uri, cookie_secret, "
                        "client_id, client_secret and server_metadata_url."
                    )
                )


def _conceal_secrets() -> None:
    """Keep the secrets of the login out of whatever may be shown."""
    pending = [st.secrets["auth"].to_dict()]
    while pending:
        for key, value in pending.pop().items():
            if isinstance(value, dict):
                pending.append(value)
            elif key in _SECRETS:
                conceal(str(value))
