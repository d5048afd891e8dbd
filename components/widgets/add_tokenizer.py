"""Brings a tokenizer in: from the Hub, from a file of the user's, or from a path on the server."""

from collections.abc import Callable

import streamlit as st

from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.widgets.pickers import TOKENIZERS, remember
from core.common.errors import UserError
from core.common.progress import listening
from core.common.settings import settings
from core.tokenizers.uploads import keep_upload


def add_tokenizer(choice: str = TOKENIZERS) -> None:
    """A popover that adds one to the chosen ones.

    Args:
        choice: the chooser that it goes to, by its key.
    """
    with st.popover("Add", icon=":material/add:", help="Bring a tokenizer: a Hub id, a file, or a path"):
        bring_forms(lambda spec: remember(spec, choice), "add")


def bring_forms(take: Callable[[str], None], key: str) -> None:
    """Three ways to bring a tokenizer, as far as this server allows them.

    Args:
        take: opens the spec and does with it what the page wants; may raise `UserError`.
        key: begins the keys of the forms.
    """
    allowed = settings()
    if allowed.hub:
        with st.form(f"{key}_hub", border=False):
            name = st.text_input(
                "Hub id",
                placeholder="OWNER/NAME or OWNER/NAME@REVISION",
                help="Only tokenizer files are downloaded.",
            )
            if st.form_submit_button("Add from the Hub", icon=":material/cloud_download:") and name.strip():
                _bring(f"hub:{name.strip().removeprefix('hub:')}", take)
    if allowed.uploads:
        with st.form(f"{key}_files", border=False, clear_on_submit=True):
            files = st.file_uploader(
                "Files",
                accept_multiple_files=True,
                max_upload_size=allowed.upload_mb,
                help="One tokenizer in any format: tokenizer.json, a SentencePiece .model, .tiktoken, tekken.json, "
                ".gguf, vocab.json with merges.txt, vocab.txt, tokenizer.bin, or a .zip of these.",
            )
            if st.form_submit_button("Add files", icon=":material/upload_file:") and files:
                contents = {file.name: file.getvalue() for file in files}
                try:
                    _bring(keep_upload(contents, visitor().key), take)
                except UserError as error:
                    show_error(error)
    if allowed.paths:
        with st.form(f"{key}_path", border=False):
            path = st.text_input("Path on this machine", placeholder="folder/tokenizer.json or a folder")
            if st.form_submit_button("Add path", icon=":material/folder_open:") and path.strip():
                _bring(f"file:{path.strip().removeprefix('file:')}", take)


def _bring(spec: str, take: Callable[[str], None]) -> None:
    """Open the tokenizer under a progress bar and take it; a failure is one message here, and nothing changes."""
    bar = st.progress(0.0, f"Opening {plain(spec)} …")
    try:
        with listening(lambda done, total, stage: bar.progress(min(1.0, done / total) if total else 0.0, plain(stage))):
            take(spec)
    except UserError as error:
        bar.empty()
        show_error(error)
        return
    bar.empty()
    st.rerun()
