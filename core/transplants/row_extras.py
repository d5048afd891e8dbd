"""Names of numbers that some methods give per row, as stored results know them; without torch."""

LEFT_AFTER = "residual after "  # and a number of atoms
