"""Kinds of work that the tests submit: well-behaved ones, and each way to misbehave."""
