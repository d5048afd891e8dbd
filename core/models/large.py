"""What optional packages add for models that are too large for one device: words that need no torch."""

from core.common.optional_package import OptionalPackage

SPREAD = "spread"
QUANTISED = ("8-bit", "4-bit")
SPREADS = OptionalPackage("accelerate, which spreads a model,", ("accelerate",), "large")
PACKS = OptionalPackage("bitsandbytes, which packs weights,", ("accelerate", "bitsandbytes"), "large")
