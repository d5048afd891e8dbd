"""Tiny models that learn one task, alike but for how their texts are cut."""
