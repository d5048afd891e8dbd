"""By which names this server may be asked: a page elsewhere that lets its own name point here is no visitor."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st
from streamlit.auth_util import get_origin_from_redirect_uri

from core.common.errors import shown
from core.common.settings import settings

_HERE = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = {"", "0.0.0.0", "::"}


def host_refusal(host: str) -> str | None:
    """Why a request with this header Host is not answered; None if it is.

    Answered are `localhost`, the served address, the host to which a login returns, and those of TOKEN_ATLAS_HOSTS.
    A server for all addresses of its machine answers to the machine's own name too, and to every numeric address:
    whoever rebinds a name sends that name, never a number.
    """
    name = _name(host)
    if name is None:
        return f"The header Host of this request, {shown(host)}, names no host."
    allowed = settings().hosts
    if "*" in allowed or name in {*_HERE, *_served(), *allowed}:
        return None
    if any(name.endswith(pattern[1:]) for pattern in allowed if pattern.startswith("*.")):
        return None
    if _for_everybody() and (_is_numeric(name) or name in _own_names()):
        return None
    return (
        f"This server does not answer to the name {shown(name)}. Whoever runs it: if people are to reach it by that "
        f"name, set TOKEN_ATLAS_HOSTS={name} and start it again."
    )


def origin_refusal(origin: str | None, host: str) -> str | None:
    """Why a page of this origin may not act here; None if it may, which a page of this server may."""
    if origin is None or urlsplit(origin).netloc.lower() == host.lower():
        return None
    if origin in (st.get_option("server.corsAllowedOrigins") or []):
        return None
    return f"A page of {shown(origin)} may not act on this server, which was asked for as {shown(host)}."


def _name(host: str) -> str | None:
    """The name or number in a header Host, in lower case, without port, brackets and closing dot.

    >>> _name("[::1]:8501"), _name("Atlas.Example.org."), _name("user@localhost"), _name("localhost:x")
    ('::1', 'atlas.example.org', None, None)
    """
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    plain = parts.netloc == host and "@" not in host
    return (parts.hostname or "").rstrip(".").lower() or None if plain else None


def _served() -> set[str]:
    """The address that Streamlit was told to serve, that it was told to show, and that a login comes back to."""
    addresses = (st.get_option("server.address"), st.get_option("browser.serverAddress"))
    back = urlsplit(get_origin_from_redirect_uri() or "").hostname
    return {str(address).lower() for address in (*addresses, back) if address} - _EVERYWHERE


def _for_everybody() -> bool:
    return str(st.get_option("server.address") or "") in _EVERYWHERE


def _own_names() -> set[str]:
    own = socket.gethostname().lower().rstrip(".")
    return {own, f"{own}.local", own.partition(".")[0]}


def _is_numeric(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
