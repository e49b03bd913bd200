"""What is said about a text that is no handle."""


class HandleProblem(ValueError):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The text names nobody on a network; the message says, for a person, what was expected."""
