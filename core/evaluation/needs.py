"""What measures may need beyond a model and texts, and how to get it."""

from core.common.need import Need
from core.evaluation.base import Subject

ORIGINAL = Need[Subject](
    key="original",
    is_there=lambda subject: subject.reference.original is not None,
    advice="It needs the model before the transplant. Give it as reference.",
)
METHOD = Need[Subject](
    key="method",
    is_there=lambda subject: None not in (subject.method, subject.problem, subject.reference.original),
    advice="It needs to know how the new rows were made. Run it in a comparison (lab), together with the transplant.",
)
NO_CONTROL = Need[Subject](
    key="no control",
    is_there=lambda subject: subject.method is None or not subject.method.control,
    advice="Controls are not trained here: a method is held against itself trained otherwise, and not against them.",
)
DONOR_OF_THESE_TOKENS = Need[Subject](
    key="donor with these tokens",
    is_there=lambda subject: (
        subject.reference.donor is not None
        and (subject.model is subject.reference.donor or subject.transplanted is not None)
    ),
    advice=(
        "It needs a donor, for which a model with its tokens drafts. Choose one; the model before the transplant has "
        "other tokens."
    ),
)
PARALLEL_TEXT = Need[Subject](
    key="parallel text",
    is_there=lambda subject: any(text.sentence for text in subject.reference.texts),
    advice="It needs sentences with their translations, which a comparison (lab) on a parallel corpus has.",
)
TRAINING_TEXT = Need[Subject](
    key="training text",
    is_there=lambda subject: bool(subject.reference.training) or len(subject.reference.texts) > 1,
    advice="It needs text to train on besides the text to measure on. Give more than one text.",
)
