"""The command line: one module per command, each declaring `COMMAND`; `core.__main__` finds and runs them."""
