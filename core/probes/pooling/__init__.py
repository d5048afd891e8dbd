"""Two models as one: the job that asks them, and what two that ship said."""
