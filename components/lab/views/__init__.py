"""The views under the key picture, one module each with a `VIEW`, found by the registry."""
