"""What a language model needs of libraries, imported before there is one."""


def import_models() -> None:
    """Import what the first model that is opened would import, most of it late in its libraries: three seconds.

    No model is read, no thread is started.
    """
    from core.models.load import outline
    from core.models.shipped import shipped

    for name in shipped()[:1]:
        outline(f"shipped:{name}")
