"""The tools under the token view, one module each with a `VIEW`, found by the registry."""
