"""Errors with the library's texts: what was being done, what was expected, what was found, and what to do."""
from __future__ import annotations

import re


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


# The program's options that are parameters here. What stands in a command line of the program stays.
_OPTION = re.compile(r"(?<![^\s(])--(cfg|weights|random-weights|precision|calibration|threads)\b(?: (FILE|SEED|fp32|bf16|int8)\b)?")
_COMMAND = re.compile(r"\bslowfast [a-z]+ [^,;]*$")
# How the library's texts, which speak of slowfast.h's arguments, speak of this package's parameters: of wrong calls, and of
# rows in arrays. What is not here has one name in both.
_CALLS = (
    (r"^slowfast_[a-z_]+: ", ""),
    (r"^'weights' and 'options->random_weights'", "weights and random_weights"),
    (r"^'options->override_count'", "the length of overrides"),
    (r"^'options->([a-z_]+)(\[[0-9]+\])?'", r"\1\2"),
    (r"^'frames->frames_per_second'", "fps"),
    (r"or 0 for the network's own$", "or None for the network's own"),
    (r"^'frames->pixels'", "frames"),
    (r"or boxes_are_fractions 0$", "or normalized=False"),
    (r"or boxes_are_fractions 1$", "or normalized=True"),
    (r"^'classes->(?:ids|names)(\[[0-9]+\])'", r"labelmap\1"),
    (r"^'classes(?:->[a-z_]+)?'", "labelmap"),
    (r"^'ground_truth(->[a-z_]+)?", r"'groundtruth\1"),
    (r"^'([a-z]+)->([a-z_]+)(\[[0-9]+\])?'", r"\1, \2\3"),
    (r"^'features'", "input"),
    (r"^'pooled'", "out"),
)
_ROWS = (
    (r"^taking ground truth from arrays(, row [0-9]+), score:", r"groundtruth\1, person:"),
    (r"^taking ground truth from arrays", "groundtruth"),
    (r"^taking (detections|exclusions) from arrays", r"\1"),
    (r"^taking the classes: 'classes'", "labelmap"),
    (r"^slowfast_[a-z]+: this model", "this model"),
    (r"-> call slowfast_([a-z]+), ", r"-> call \1, "),
)


def in_python(text: str, words: tuple[tuple[str, str], ...] = _CALLS) -> str:
    """A text of the library in this package's words."""
    for pattern, word in words:
        text = re.sub(pattern, word, text)
    return parameters(text)


def parameters(text: str) -> str:
    """A text with this package's parameters where the program's options were: `weights=FILE` for `--weights FILE`."""

    def named(found: re.Match[str]) -> str:
        if _COMMAND.search(text, 0, found.start()):
            return found[0]
        name = found[1].replace("-", "_")
        if found[2] is None:
            return name
        return f'{name}="{found[2]}"' if name == "precision" else f"{name}={found[2]}"

    return _OPTION.sub(named, text)


def failure(status: int, text: str) -> Error:
    """The exception for a status of the library."""
    if status == 1:
        return ArgumentError(in_python(text))
    if status == 2:
        text = parameters(text)
        return MissingFileError(text) if "does not exist" in text else FileError(text)
    return ContentError(in_python(text, _ROWS))
