"""The token view: one text under several tokenizers, its boxes painted behind the unbroken text."""
