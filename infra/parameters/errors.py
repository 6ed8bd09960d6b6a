"""What is wrong with parameters."""


class ParameterError(ValueError):
    """A parameter's value can't be deployed."""
