"""The one error that ends a run with a line instead of a traceback."""


class Problem(Exception):
    """Bad input: what was being done, where, what was expected and found, and what to do after an arrow."""
