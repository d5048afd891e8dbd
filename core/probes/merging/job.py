"""A job that has a model read dynamic tokens, the kind `core.work.dynamic_tokens`: what to submit."""

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.dynamic_tokens import network_of, text_of

KIND = "dynamic_tokens"
_SHIPPED = "shipped:"


def params_of(model: str, text: str, sample: str, merges: int, hypernetwork: str) -> dict[str, Json]:
    """The parameters of the job.

    Args:
        hypernetwork: empty for the one that ships for the model.

    Raises:
        UserError: this server opens no models of this kind, there is no hypernetwork, or the text cannot be read.

    >>> params_of("shipped:tiny-english", "", "Thai", 9, "")["sample"]
    'Thai'
    """
    text_of(text, sample)
    found = {**model_params(model), "text": text, "sample": sample, "merges": merges, "hypernetwork": hypernetwork}
    network = network_of(model, hypernetwork)
    if network.startswith(_SHIPPED):
        return found
    seen = model_params(network if ":" in network else f"file:{network}")
    return found | {"network_files": seen["files"], "memory_mb": max(found["memory_mb"], seen["memory_mb"])}
