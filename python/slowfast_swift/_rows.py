"""Rows of detections and ground truth, whatever they come as, in the columns that the library reads."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional

import numpy as np

from ._errors import ArgumentError, ContentError
from ._library import NO_CLASS, Classes, Rows, address, array_of, encoded, strings, structure

BOX = ("x1", "y1", "x2", "y2")
# The names that a column may have.
NAMES = {
    "video": ("video", "video_id", "video_name"),
    "second": ("second", "seconds", "timestamp", "time", "sec"),
    "boxes": ("boxes", "box", "bboxes"),
    "class": ("class", "class_id", "action_id", "action", "label", "label_id"),
    "score": ("score", "scores", "confidence"),
    "person": ("person", "person_id", "entity_id"),
}


def is_path(value: Any) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))


class Given:
    """Arguments for the library that keep alive what they point to."""

    def __init__(self, value: Any, *kept: Any, seems_swapped: bool = False) -> None:
        self.value = value
        self.kept = kept
        # Ground truth whose columns are those of detections, and the reverse.
        self.seems_swapped = seems_swapped


def given_rows(value: Any, name: str, kind: str) -> Given:
    """Rows as a `slowfast_rows`.

    `kind` is "detections", "truth" or "exclusions".
    """
    if is_path(value):
        return Given(structure(Rows, file=encoded(value)))
    columns = Columns(value, name)
    names, numbers = video_numbers(columns.required("video"), name)
    count = len(numbers)
    seconds = columns.numbers("second", count)
    boxes = classes = last = None
    if kind != "exclusions":
        boxes = columns.boxes(count)
        classes = columns.classes(count, may_be_empty=kind == "truth")
        column = "score" if kind == "detections" else "person"
        if columns.has(column):
            last = columns.numbers(column, count)
    texts = strings(names)
    rows = structure(
        Rows,
        count=count,
        video_names=texts,
        video_count=len(names),
        videos=address(numbers),
        seconds=address(seconds),
        boxes=address(boxes),
        classes=address(classes),
        scores=address(last),
    )
    has_scores, has_persons = columns.has("score"), columns.has("person")
    seems_swapped = has_scores and not has_persons if kind == "truth" else kind == "detections" and not has_scores
    return Given(rows, names, texts, numbers, seconds, boxes, classes, last, seems_swapped=seems_swapped)


def given_classes(value: Any) -> Given:
    """A label map as a `slowfast_classes`: a file, ids with names, or ids."""
    if is_path(value):
        return Given(structure(Classes, file=encoded(value)))
    names: Optional[list[bytes]] = None
    if isinstance(value, Mapping):
        names = [text(name, "labelmap") for name in value.values()]
        value = list(value.keys())
    elif not isinstance(value, (Sequence, np.ndarray, set, frozenset, range)):
        raise ArgumentError(f"labelmap is {type(value).__name__} -> give a path, a dict id -> name, or a list of ids")
    if isinstance(value, (set, frozenset)):
        value = list(value) if any(not hasattr(id, "__index__") for id in value) else sorted(value)
    ids = whole_numbers(array_of(value, "labelmap"), "labelmap")
    texts = None if names is None else strings(names)
    return Given(structure(Classes, count=len(ids), ids=address(ids), names=texts), ids, names, texts)


class Columns:
    """The columns of a data frame, a dict, a structured array, or of a sequence of rows."""

    def __init__(self, value: Any, name: str) -> None:
        self.name = name
        if isinstance(value, np.ndarray) and value.dtype.names:
            self.source: Mapping[str, Any] = {column: value[column] for column in value.dtype.names}
        elif isinstance(value, Mapping):
            self.source = value
        elif hasattr(value, "columns") and hasattr(value, "__getitem__"):
            self.source = {str(column): value[column] for column in value.columns}
        elif isinstance(value, (Sequence, np.ndarray)):
            self.source = self.split(list(value))
        else:
            raise ArgumentError(
                f"{name} is {type(value).__name__} -> give a path, a data frame, a dict of columns, a structured array, "
                "or rows"
            )

    def split(self, rows: list[Any]) -> dict[str, Any]:
        """Rows of video, second, x1, y1, x2, y2, class[, score or person] as columns; rows of two list key frames."""
        order = ("video", "second", *BOX, "class", "last")
        columns: dict[str, list[Any]] = {column: [] for column in order}
        widths = set()
        for number, row in enumerate(rows):
            width = len(row) if isinstance(row, (Sequence, np.ndarray, np.void)) and not isinstance(row, str) else 0
            if width not in (2, 7, 8):
                raise ContentError(
                    f"{self.name}, row {number}: expected 2, 7 or 8 values (video, second, x1, y1, x2, y2, class, score), "
                    f"found {width or type(row).__name__} -> correct that row"
                )
            widths.add(width)
            for column, value in zip(order, row):
                columns[column].append(value)
            if width == 2:
                for column in BOX:
                    columns[column].append(0.0)
                columns["class"].append(None)
            if width != 8:
                columns["last"].append(1.0)
        last = columns.pop("last")
        if 8 in widths:
            columns["score"] = columns["person"] = last
        return columns

    def found(self, column: str) -> Optional[str]:
        return next((name for name in NAMES.get(column, (column,)) if name in self.source), None)

    def has(self, column: str) -> bool:
        return self.found(column) is not None

    def required(self, column: str) -> Any:
        name = self.found(column)
        if name is None:
            there = ", ".join(map(str, self.source)) or "none"
            raise ArgumentError(
                f"{self.name} has no column '{column}'; it has {there} -> name the columns video, second, x1, y1, x2, y2, "
                "class, and score or person"
            )
        return self.source[name]

    def check(self, array: np.ndarray, column: str, shape: tuple[int, ...]) -> None:
        if array.shape != shape:
            raise ArgumentError(
                f"{self.name}: column '{column}' is {list(array.shape)} -> give {list(shape)}, as the videos have it"
            )

    def numbers(self, column: str, count: int) -> np.ndarray:
        """A column as float64, [count]."""
        array = array_of(self.required(column), f"{self.name}: column '{column}'")
        self.check(array, column, (count,))
        return doubles(array, f"{self.name}: column '{column}'")

    def boxes(self, count: int) -> np.ndarray:
        """Boxes as float64, [count, 4]: those of a column `boxes`, or of x1, y1, x2, y2."""
        if self.has("boxes") and not all(self.has(side) for side in BOX):
            boxes = array_of(self.required("boxes"), f"{self.name}: column 'boxes'")
            self.check(boxes, "boxes", (count, 4))
            return doubles(boxes, f"{self.name}: column 'boxes'")
        boxes = np.empty((count, 4))
        for place, side in enumerate(BOX):
            array = array_of(self.required(side), f"{self.name}: column '{side}'")
            self.check(array, side, (count,))
            boxes[:, place] = doubles(array, f"{self.name}: column '{side}'")
        return boxes

    def classes(self, count: int, may_be_empty: bool) -> np.ndarray:
        """Ids as int32, [count]; where a row has none, as pandas reads a row of two columns, it lists its key frame."""
        name = f"{self.name}: column 'class'"
        array = array_of(self.required("class"), name)
        self.check(array, "class", (count,))
        if array.dtype == object or array.dtype.kind == "f":
            values = doubles(np.array([np.nan if v is None else v for v in array]) if array.dtype == object else array, name)
            empty = np.isnan(values)
            if empty.any():
                if not may_be_empty:
                    row = int(np.argmax(empty))
                    raise ContentError(
                        f"{self.name}, row {row}: expected the id of a class, found none -> correct that row; where this is "
                        "ground truth, give it as groundtruth"
                    )
                ids = np.full(count, NO_CLASS, np.int32)
                ids[~empty] = whole_numbers(values[~empty], name)
                return ids
            array = values
        return whole_numbers(array, name)


def doubles(array: np.ndarray, name: str) -> np.ndarray:
    """Numbers as float64 without gaps: the same array where it is that already."""
    # numpy would make seconds, days or nanoseconds of dates, and leave out the imaginary part.
    if array.dtype.kind in "mMcV":
        raise ContentError(f"{name}: expected numbers, found {array.dtype} -> give real numbers")
    if array.dtype.kind not in "fiub":
        try:
            return np.ascontiguousarray(array, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ContentError(f"{name}: expected numbers, found {array.dtype}: {error} -> correct it") from None
    return np.ascontiguousarray(array, dtype=np.float64)


def whole_numbers(array: np.ndarray, name: str) -> np.ndarray:
    """Ids as int32: the same array where it is that already."""
    if array.ndim != 1:
        raise ArgumentError(f"{name} is {list(array.shape)} -> give one id after the other")
    if array.dtype == np.int32:
        return np.ascontiguousarray(array)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.dtype.kind not in "iu":
        values = doubles(array, name)
        odd = ~(values == np.rint(values))
        if odd.any():
            row = int(np.argmax(odd))
            raise ContentError(f"{name}, row {row}: expected a whole number, found {array[row]!r} -> correct that row")
        array = values
    limit = 2**31 - 1
    far = (array > limit) | (array < -limit)
    if far.any():
        row = int(np.argmax(far))
        raise ContentError(f"{name}, row {row}: expected an id of 32 bits, found {array[row]!r} -> correct that row")
    return np.ascontiguousarray(array, dtype=np.int32)


def text(value: Any, name: str) -> bytes:
    """A name as the library takes it."""
    if isinstance(value, bytes):
        found = value
    elif isinstance(value, (str, np.str_)):
        try:
            found = value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise ContentError(f"{name}: the name {value!r} has what is no character: {error} -> correct it") from None
    elif isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_)):
        found = str(int(value)).encode()
    else:
        raise ContentError(f"{name}: expected a name, found {value!r} -> give texts")
    if b"\0" in found:
        raise ContentError(f"{name}: the name {value!r} has a zero byte in it -> correct it")
    return found


def video_numbers(column: Any, name: str) -> tuple[list[bytes], np.ndarray]:
    """The different names of a column, and of each row its number among them (int32, [rows])."""
    what = f"{name}: column 'video'"
    # A categorical column of pandas is numbers and names already.
    categorical = getattr(getattr(column, "cat", column), "categories", None)
    if categorical is not None:
        codes = np.asarray(getattr(getattr(column, "cat", column), "codes"))
        if codes.size and codes.min() < 0:
            raise ContentError(f"{what}, row {int(np.argmin(codes))}: expected a name, found none -> correct that row")
        return [text(value, what) for value in categorical], np.ascontiguousarray(codes, dtype=np.int32)
    if not isinstance(column, (list, tuple)):
        array = array_of(column, what)
        if array.ndim != 1:
            raise ArgumentError(f"{what} is {list(array.shape)} -> give one name a row")
        if array.dtype.kind in "OT" or array.size == 0:
            column = array.tolist()
    # numpy would make texts of all that a list has.
    if isinstance(column, (list, tuple)):
        names = numbered(column, what)
        return [text(value, what) for value in names], np.fromiter(map(names.__getitem__, column), np.int32, len(column))
    if array.dtype.kind not in "USiu":
        raise ContentError(f"{what}: expected names, found {array.dtype} -> give texts")
    # Rows of a video mostly stand together: only where the name changes is it looked up.
    starts = np.flatnonzero(np.concatenate(([True], array[1:] != array[:-1])))
    values = array[starts].tolist()
    names = numbered(values, what)
    numbers = np.fromiter(map(names.__getitem__, values), np.int32, len(values))
    lengths = np.diff(np.append(starts, array.size))
    return [text(value, what) for value in names], np.repeat(numbers, lengths).astype(np.int32, copy=False)


def numbered(values: Sequence[Any], name: str) -> dict[Any, int]:
    """The different values, each with its number, in the order in which they first come."""
    try:
        return {value: number for number, value in enumerate(dict.fromkeys(values))}
    except TypeError:
        # A list, or a masked value: nothing that can be looked up.
        row = next(row for row, value in enumerate(values) if not is_hashable(value))
        raise ContentError(f"{name}, row {row}: expected a name, found {values[row]!r} -> give texts") from None


def is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
