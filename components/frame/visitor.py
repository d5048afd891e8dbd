"""Who is at the screen: by Streamlit's own login, by what a trusted proxy says, or by a cookie of this browser."""

from uuid import uuid4

import streamlit as st

from components.frame.admission import LOGGED_IN, named, refusal
from components.frame.errors import show_error
from components.frame.visits import COOKIE
from core.common.errors import UserError
from core.common.program import installing
from core.common.redact import conceal
from core.common.settings import settings
from core.jobs.owner import Visitor, browser

_SESSION = "visitor_session"
_SECRETS = {"client_secret", "cookie_secret"}


_stand_in: list[Visitor] = []


def stand_in(who: Visitor) -> None:
    """From here on everybody in this process is this visitor: for one that draws a page in somebody's place."""
    _stand_in[:] = [who]


def visitor() -> Visitor:
    """The visitor whom `admitted` let in."""
    if _stand_in:
        return _stand_in[0]
    if who := named(st.context.headers, st.user.to_dict()):
        return who
    kept = st.context.cookies.get(COOKIE)
    if isinstance(kept, str) and kept:
        return browser(kept)
    # Without cookies, and in a test without a browser, the session stands for it as long as it lasts.
    return browser(st.session_state.setdefault(_SESSION, uuid4().hex))


def oidc() -> bool:
    """Is Streamlit's login configured?"""
    return LOGGED_IN in st.user.to_dict()


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
    if oidc():
        _conceal_secrets()
    return refusal(st.context.headers, st.user.to_dict())


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
                        "The login of this server is not configured rightly. Whoever runs it: "
                        f"{installing('login')}, and give [auth] in secrets.toml redirect_uri, cookie_secret, "
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
