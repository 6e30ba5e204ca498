"""Errors with the library's texts: what was being done, what was expected, what was found, and what to do."""
from __future__ import annotations


class Error(Exception):
    """Anything that this package reports."""


class ArgumentError(Error, ValueError):
    """A call is wrong by itself: a shape, a type, a name that there is not."""


class ContentError(Error, ValueError):
    """What a file or an array holds is wrong, or does not fit the rest."""


class FileError(Error, OSError):
    """A file cannot be read."""


class MissingFileError(FileError, FileNotFoundError):
    """A file is not there."""


class SlowFastWarning(UserWarning):
    """Something makes a result mean something else than one may think."""


def failure(status: int, text: str) -> Error:
    """The exception for a status of the library."""
    if status == 1:
        return ArgumentError(text)
    if status == 2:
        return MissingFileError(text) if "does not exist" in text else FileError(text)
    return ContentError(text)
