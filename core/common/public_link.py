"""Addresses that others can follow, for citations and exports."""

from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from core.common.settings import settings


def public_link(visited: str) -> str:
    """The address visited, on the public address of this server; empty where nobody else could follow it.

    >>> public_link("http://localhost:8501/premium?find=Thai"), public_link("https://atlas.example.org/premium")
    ('', 'https://atlas.example.org/premium')
    """
    parts = urlsplit(visited)
    if not visited:
        return ""
    if address := settings().address:
        there = urlsplit(address)
        return urlunsplit((there.scheme, there.netloc, _below(there.path, parts.path), parts.query, parts.fragment))
    return visited if _reachable(parts.hostname or "") else ""


def _below(base: str, path: str) -> str:
    """The page's path under that of the public address, whether or not a proxy has taken that off.

    >>> _below("/atlas", "/premium"), _below("/atlas", "/atlas/premium"), _below("", "/")
    ('/atlas/premium', '/atlas/premium', '/')
    """
    return path if not base or path == base or path.startswith(f"{base}/") else f"{base}{path}"


def _reachable(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal", ".lan"))
