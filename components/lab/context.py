"""What every view of the lab is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components.lab.entrant_marks import Mark, marks
from core.jobs.job import Job
from core.lab.outcome import Outcome
from core.lab.result import LabResult
from core.lab.setting import Setting
from core.lab.verdict import Verdict
from core.text.languages import language

_ROLES = {"original": " (no transplant)", "donor": " (native donor)", "control": " (control)"}


@dataclass(frozen=True, eq=False)
class LabContext:
    """A comparison, finished or under way.

    Args:
        job: that makes it.
        result: what is there of it; its setting is.
        setting: of the result.
        verdict: on what is there.
        dark: whether the theme is dark.
    """

    job: Job
    result: LabResult
    setting: Setting
    verdict: Verdict
    dark: bool

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """How each entrant is drawn."""
        return marks(self.result.outcomes, self.dark)

    def mark(self, outcome: Outcome) -> Mark:
        """How a model is drawn."""
        return self.marks[outcome.entrant]

    def name(self, outcome: Outcome) -> str:
        """What a model is called: the method, with its seed where there are several."""
        seed = f", seed {outcome.seed}" if len(self.result.plan.seeds) > 1 and not outcome.anchor else ""
        return f"{outcome.label.removesuffix(_ROLES['control'])}{_ROLES.get(outcome.role, '')}{seed}"

    @cached_property
    def names(self) -> dict[str, str]:
        """The same by name of the outcome, unique."""
        found: dict[str, str] = {}
        for outcome in self.result.outcomes:
            name = self.name(outcome)
            found[outcome.name] = f"{name} ({outcome.name})" if name in found.values() else name
        return found

    @cached_property
    def languages(self) -> Sequence[str]:
        """Codes of the languages measured; empty if the texts have none."""
        return list(dict.fromkeys(code for code in self.setting.texts.words("language") if code))

    @cached_property
    def domains(self) -> Sequence[str]:
        """Domains of the texts without a language, which a mean over languages takes beside them."""
        texts = zip(self.setting.texts.words("language"), self.setting.texts.words("domain"), strict=True)
        return list(dict.fromkeys(domain for code, domain in texts if domain and not code))

    @property
    def parts(self) -> Sequence[tuple[str, str]]:
        """(language, domain) of what is shown apart, one of the two empty: what means over languages are over."""
        return [(code, "") for code in self.languages] + [("", domain) for domain in self.domains]

    def part(self, code: str, domain: str) -> str:
        """Name of a language, or of a domain of texts without one; all texts for neither."""
        return domain or self.language(code)

    def language(self, code: str) -> str:
        """Name of a language; all of them for none."""
        return language(code).label or language(code).name if code else "All texts"
