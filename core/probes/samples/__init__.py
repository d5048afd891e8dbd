"""A model's own samples that drift: the job that draws them, and those of a real model that ship."""
