"""The library behind the package: slowfast.h in ctypes, whose calls let other threads run."""
from __future__ import annotations

import ctypes
import os
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from ._errors import ArgumentError, ContentError, failure

PathLike = Union[str, "os.PathLike[str]"]

# SLOWFAST_API_VERSION of the header that the structures below follow.
API_VERSION = 2
# SLOWFAST_NO_CLASS
NO_CLASS = -(2**31)


class Frames(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("pixels", c_void_p),
        ("count", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("frame_stride", c_int64),
        ("row_stride", c_int64),
        ("pixel_stride", c_int64),
        ("is_bgr", c_int32),
        ("frames_per_second", c_double),
    ]


class ModelOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("threads", c_int32),
        ("precision", c_char_p),
        ("overrides", POINTER(c_char_p)),
        ("override_count", c_int64),
        ("calibration", c_char_p),
        ("random_weights", c_int32),
        ("random_seed", c_uint64),
    ]


class ModelInfo(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("classes", c_int64),
        ("scores_boxes", c_int32),
        ("frames", c_int64),
        ("sampling_rate", c_int64),
        ("crop_size", c_int64),
        ("channels", c_int64),
    ]


class RoIAlignOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("resolution", c_int64),
        ("spatial_scale", c_float),
        ("sampling_ratio", c_int64),
        ("aligned", c_int32),
        ("threads", c_int32),
    ]


class Rows(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("file", c_char_p),
        ("count", c_int64),
        ("video_names", POINTER(c_char_p)),
        ("video_count", c_int64),
        ("videos", c_void_p),
        ("seconds", c_void_p),
        ("boxes", c_void_p),
        ("classes", c_void_p),
        ("scores", c_void_p),
    ]


class Classes(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("file", c_char_p),
        ("count", c_int64),
        ("ids", c_void_p),
        ("names", POINTER(c_char_p)),
    ]


class EvaluationOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("protocol", c_char_p),
        ("explain", c_int32),
        ("bootstrap", c_int64),
        ("seed", c_uint64),
        ("threads", c_int32),
    ]


Text = POINTER(c_void_p)

_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "slowfast_api_version": (c_int32, []),
    "slowfast_version": (c_char_p, []),
    "slowfast_kernels": (c_char_p, []),
    "slowfast_free": (None, [c_void_p]),
    "slowfast_model_open": (c_int32, [c_char_p, c_char_p, POINTER(ModelOptions), POINTER(c_void_p), Text]),
    "slowfast_model_close": (None, [c_void_p]),
    "slowfast_model_get_info": (c_int32, [c_void_p, POINTER(ModelInfo), Text]),
    "slowfast_model_notices": (c_char_p, [c_void_p]),
    "slowfast_detect": (
        c_int32,
        [c_void_p, POINTER(Frames), c_int64, c_void_p, c_int64, c_int32, c_void_p, Text],
    ),
    "slowfast_classify": (c_int32, [c_void_p, POINTER(Frames), c_void_p, Text]),
    "slowfast_forward": (
        c_int32,
        [c_void_p, c_void_p, c_int64, c_int64, c_int64, c_int64, c_int64, c_void_p, c_int64, c_void_p, Text],
    ),
    "slowfast_roi_align": (
        c_int32,
        [
            c_void_p,
            c_int64,
            c_int64,
            c_int64,
            c_int64,
            c_void_p,
            c_int64,
            POINTER(RoIAlignOptions),
            c_void_p,
            Text,
        ],
    ),
    "slowfast_evaluate": (
        c_int32,
        [POINTER(Rows), POINTER(Rows), POINTER(Classes), POINTER(Rows), POINTER(EvaluationOptions), Text, Text, Text],
    ),
}


def _load() -> ctypes.CDLL:
    path = os.environ.get("SLOWFAST_LIBRARY") or str(Path(__file__).resolve().parent / "libslowfast.so")
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"loading the library of slowfast: {error} -> install the wheel for this processor and a glibc of 2.36 or "
            "later, or name a library in SLOWFAST_LIBRARY"
        ) from None
    # Before all else, for an earlier library lacks functions.
    found = library.slowfast_api_version()
    if found < API_VERSION:
        raise ImportError(
            f"loading '{path}': its interface has version {found}, expected {API_VERSION} or later -> leave SLOWFAST_LIBRARY unset, "
            "or name a library of this version in it"
        )
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


library = _load()


def api_version() -> int:
    """The version of the C interface that is loaded."""
    return int(library.slowfast_api_version())


def version() -> str:
    """The version of the library that is loaded."""
    return library.slowfast_version().decode()


def kernels() -> str:
    """What kernels this processor is given: "avx512", "avx2", "portable", ..."""
    return library.slowfast_kernels().decode()


def encoded(path: Optional[PathLike]) -> Optional[bytes]:
    """A path as the library takes it."""
    if path is None:
        return None
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ArgumentError(f"the path {path!r} has what is no character: {error} -> give a file's name") from None
    if b"\0" in name:
        raise ArgumentError(f"the path {path!r} has a NUL in it -> give a file's name")
    return name


def encoded_text(value: str, name: str) -> bytes:
    """A text that is no path as the library takes it."""
    try:
        found = value.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"{name} is {value!r}, which has what is no character: {error} -> correct it") from None
    # There a C string would end.
    if b"\0" in found:
        raise ArgumentError(f"{name} is {value!r}, which has a NUL in it -> correct it")
    return found


def structure(kind: type, **fields: Any) -> Any:
    """A structure that knows its size; what is not given is zero."""
    return kind(size=ctypes.sizeof(kind), **fields)


def address(array: Optional[np.ndarray]) -> Optional[int]:
    """Where an array begins; NULL for one without numbers."""
    return None if array is None or array.size == 0 else array.ctypes.data


def strings(texts: list[bytes]) -> Any:
    """Texts as an array of C strings."""
    return (c_char_p * max(1, len(texts)))(*texts)


def taken(text: c_void_p) -> Optional[str]:
    """A text of the library, which is freed."""
    if not text.value:
        return None
    try:
        return ctypes.string_at(text.value).decode("utf-8", "replace")
    finally:
        library.slowfast_free(text)


def call(name: str, *arguments: Any) -> None:
    """Calls a function of the library; a status that is not 0 becomes an exception with its text."""
    message = c_void_p()
    status = getattr(library, name)(*arguments, byref(message))
    text = taken(message)
    if status != 0:
        raise failure(status, text or f"{name}: status {status}")


def thread_count(threads: Optional[int]) -> int:
    """Threads for the library: 0 for every processor."""
    if threads is None:
        return 0
    if isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or not 1 <= threads <= 256:
        raise ArgumentError(f"threads is {threads!r} -> give 1 to 256, or None for every processor")
    return int(threads)


def array_of(value: Any, name: str) -> np.ndarray:
    """An array of what numpy, or a library such as PyTorch, takes for one; of PyTorch's tensors those on the processor."""
    detach = getattr(value, "detach", None)
    if callable(detach) and not isinstance(value, np.ndarray):
        value = detach()
        to_host = getattr(value, "cpu", None)
        value = to_host() if callable(to_host) else value
        # numpy has no bfloat16.
        if str(getattr(value, "dtype", "")) == "torch.bfloat16":
            value = value.float()
    # numpy would take what lies below a mask.
    masks = value if isinstance(value, (list, tuple)) else (value,)
    for place, one in enumerate(masks):
        if isinstance(one, np.ma.MaskedArray) and np.ma.getmaskarray(one).any():
            index = np.argwhere(np.ma.getmaskarray(one))[0].tolist()
            where = ", ".join(map(str, [place, *index] if masks is value else index))
            raise ContentError(f"{name}: expected numbers, found a masked one at [{where}] -> fill it, or leave it out")
    try:
        return np.asarray(value)
    except (ValueError, TypeError) as error:
        raise ArgumentError(f"{name} is no array: {error} -> give rows of equal length") from None


def result_array(out: Optional[np.ndarray], shape: tuple[int, ...], name: str = "out") -> np.ndarray:
    """A caller's array for results, or a new one: float32, without gaps."""
    if out is None:
        return np.empty(shape, np.float32)
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or out.shape != shape:
        found = f"{out.dtype} {list(out.shape)}" if isinstance(out, np.ndarray) else type(out).__name__
        raise ArgumentError(f"{name} is {found} -> give a float32 array {list(shape)}")
    if not out.flags.c_contiguous or not out.flags.writeable:
        raise ArgumentError(f"{name} has gaps or may not be written -> give a writeable array in C order")
    return out
