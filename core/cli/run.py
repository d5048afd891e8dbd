"""`run`: the app in a browser."""

from argparse import ArgumentParser, Namespace

from core.cli.base import Command, whole
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.sandbox.start import become

_PORTS = range(1, 65536)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--address", default="localhost", metavar="A", help="to listen on; default localhost")
    parser.add_argument("--port", type=whole, default=8501, metavar="P", help="default 8501")
    parser.add_argument("--base", default="", metavar="PATH", help="serve under /PATH")


def _run(options: Namespace) -> None:
    if options.port not in _PORTS:
        raise UserError(f"--port is {options.port}, no port. Give a number from 1 to {_PORTS[-1]}.")
    server = [f"--server.address={options.address}", f"--server.port={options.port}"]
    server += [f"--server.baseUrlPath={options.base}"] if options.base else []
    become("streamlit", "run", str(ROOT / "app.py"), *server)


COMMAND = Command(
    key="run",
    summary="start the app in a browser",
    details="Starts the app and prints its address; Ctrl+C ends it. docs/serving.md says what to set for a group.",
    arguments=_arguments,
    run=_run,
)
