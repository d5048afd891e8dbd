"""The tokenizers on the page that open, by their names and in their colours."""

from dataclasses import dataclass

from components.probes.context import ProbeContext
from components.probes.side_by_side import colours, open_ones
from core.export.provenance import CitedTokenizer


@dataclass(frozen=True)
class OnPage:
    """A tokenizer.

    Args:
        spec: what it was chosen by.
        key: what it is called in answers.
        label, colour: on the page.
    """

    spec: str
    key: str
    label: str
    colour: str
    fingerprint: str

    @property
    def cited(self) -> CitedTokenizer:
        """It, to be named under a picture."""
        return CitedTokenizer(self.label, self.fingerprint)


def that_open(context: ProbeContext) -> list[OnPage]:
    """Those that open, in order; each of the others gives one message."""
    opened = open_ones(context)
    return [
        OnPage(spec, one.info.spec, context.names[spec], colour, one.info.fingerprint)
        for (spec, one), colour in zip(opened.items(), colours([*opened.values()]), strict=True)
    ]
