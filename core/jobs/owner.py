"""Who is at the screen, and what that lets them do with runs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.common.errors import UserError, shown
from core.common.settings import settings

if TYPE_CHECKING:  # it imports numpy, a tenth of a second of every start of a server
    from core.jobs.job import Job, RunName

_USER, _BROWSER = "user:", "browser:"
_HASH = " #"


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at pages.

    Args:
        key: by which their runs are known to be theirs; of a browser without a login, a secret that is never shown.
        name: what to call them, empty without a login.
        address: an e-mail address that the login vouches for, empty if there is none.
    """

    key: str
    name: str = ""
    address: str = ""

    @property
    def known(self) -> bool:
        """Did they log in?"""
        return self.key.startswith(_USER)

    @property
    def apart(self) -> bool:
        """Is what they own kept apart from what others own: by a login, or because runs are private?"""
        return self.known or settings().private_runs

    def asked_for(self, job: "Job") -> bool:
        """Is it their run?"""
        return self.key in job.sessions

    def calls(self, job: "Job") -> "RunName":
        """What a run is called for them: by whoever named it last, where runs are private by themselves."""
        from core.jobs.job import RunName

        private = settings().private_runs
        return next((each for each in reversed(job.called) if each.session == self.key or not private), RunName())

    def may_change(self, job: "Job") -> bool:
        """May they cancel, resume, repeat and delete it? Where owners are told apart, only those who asked for it."""
        return not self.apart or self.asked_for(job)

    def require_change(self, job: "Job") -> None:
        """Do nothing if they may change it.

        Raises:
            UserError: they may not.
        """
        if not self.may_change(job):
            raise UserError(f"{shown(job.label)} was asked for by somebody else, so only they can change it.")


def browser(secret: str) -> Visitor:
    """A visitor without a login, known by a secret that their browser keeps."""
    return Visitor(_BROWSER + hashlib.sha256(secret.encode()).hexdigest()[:32])


def of_header(value: str) -> Visitor:
    """A visitor whom the proxy names.

    >>> of_header("Ann@Example.org").name
    'ann@example.org'
    """
    name = value.strip().lower()
    return Visitor(_USER + name, name, name)


def of_claims(claims: Mapping[str, object]) -> Visitor:
    """A visitor whom an OpenID provider vouches for.

    They are known by issuer and subject, which never change hands. An address counts only where the provider says that
    it is verified: with some providers anybody may enter anybody's address.

    >>> ann = of_claims({"iss": "https://id.example", "sub": "7", "email": "Ann@x.org", "email_verified": True})
    >>> ann.name, of_claims({"iss": "https://id.example", "sub": "8", "email": "ann@x.org"}).address
    ('ann@x.org', '')
    """
    address = str(claims.get("email") or "").strip().lower() if claims.get("email_verified") is True else ""
    called = next((str(claims[key]) for key in ("preferred_username", "name", "email") if claims.get(key)), "")
    name = address or called.strip() or "somebody"
    who = hashlib.sha256(repr((claims.get("iss"), claims.get("sub"))).encode()).hexdigest()[:16]
    return Visitor(f"{_USER}{name}{_HASH}{who}", name, address)


def name_of(key: str) -> str:
    """What to call the visitor of a key; empty for those without a login.

    >>> name_of("user:ann@x.org #0123456789abcdef"), name_of("browser:0123")
    ('ann@x.org', '')
    """
    return key.removeprefix(_USER).partition(_HASH)[0] if key.startswith(_USER) else ""


def invited(visitor: Visitor, users: tuple[str, ...]) -> bool:
    """Is somebody who has logged in on the list of those who may come in? Everybody is on an empty one.

    >>> invited(of_header("ann@x.org"), ("@x.org",)), invited(of_header("ann@y.org"), ("@x.org", "bob@y.org"))
    (True, False)
    """
    address = visitor.address
    domain = address[address.rfind("@") :] if "@" in address else ""
    return not users or bool({address, domain} & set(users) - {""})
