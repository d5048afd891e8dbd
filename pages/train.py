"""Train: tokenizers made from the same text with one thing changed, and what comes of it."""

import streamlit as st

from components.frame.errors import user_errors
from components.runs.job_cards import OPENED
from components.training.form import is_asked_for, training_form
from components.training.learning.form import learning_form
from components.training.learning.result import is_learning, learning_result
from components.training.linked import LINKED
from components.training.result import shipped_result, training_result
from components.widgets.how_to_read.component import how_to_read
from components.widgets.page_link.component import page_link

SENTENCE = "Tokenizers made here from the same text, with one thing changed, and how many bytes each puts into a token."

how_to_read("Train", SENTENCE, more=False, key="about_train")
with user_errors():
    opened = st.query_params.get(OPENED)
    if opened and is_learning(opened):
        learning_result()
    elif opened:
        training_result()
    else:
        with st.expander("Train your own", expanded=is_asked_for(), icon=":material/model_training:", key="train_form"):
            training_form()
        with st.expander("Watch a segmenter learn", icon=":material/visibility:", key="learn_form"):
            learning_form()
        shipped_result()
page_link(LINKED.parameters(), key="train_link")
