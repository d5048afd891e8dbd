"""A part of a page that refreshes itself asks for nothing once the visitor is on another page."""

from collections.abc import Callable

from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData


def forget_what_was_left() -> None:
    """Have the server leave out runs of parts of a page that is not the one it draws.

    The browser stops the clocks of a page's parts when it goes to another page by itself. When the script sends it
    there (`st.switch_page`), a clock ticks on until the other page begins to arrive; Streamlit 1.67 then runs that
    part, which it no longer has, as one of the page that was left: the browser clears what it shows, and the next
    change to it ends in *Bad delta path index* and a white page.
    """
    ScriptRunner._run_script = _if_here(ScriptRunner._run_script)  # type: ignore[method-assign, assignment]


def _if_here(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_what_is_here(runner: ScriptRunner, asked: RerunData) -> None:
        here = runner._pages_manager.current_page_script_hash
        if not asked.fragment_id_queue or asked.page_script_hash == here:
            run(runner, asked)

    return run_what_is_here
