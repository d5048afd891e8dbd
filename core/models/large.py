"""What optional packages add for models that are too large for one device: words that need no torch."""

from core.common.optional_package import OptionalPackage

SPREAD = "spread"
QUANTISED = ("8-bit", "4-bit")
SPREADS = OptionalPackage("accelerate, which spreads a model,", ("accelerate",), "large")
PACKS = OptionalPackage("bitsandbytes, which packs weights,", ("accelerate", "bitsandbytes"), "large")


def how_to_spread() -> str:
    """What else to do where models are too large for a device, in a sentence or two for the user."""
    can = "Models can be spread over all devices, memory and disk where a device can be chosen (--device spread, or "
    return f"{can}Machine in the lab); {SPREADS.advice}" if SPREADS.advice else f"{can}Machine in the lab)."
