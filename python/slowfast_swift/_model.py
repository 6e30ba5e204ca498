"""Networks that score people and clips."""
from __future__ import annotations

import ctypes
import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Iterator, Optional, Union

import numpy as np

from ._errors import ArgumentError, SlowFastWarning, parameters
from ._library import (
    Frames,
    ModelInfo,
    ModelOptions,
    PathLike,
    address,
    array_of,
    byref,
    c_void_p,
    call,
    encoded,
    encoded_text,
    library,
    result_array,
    strings,
    structure,
    thread_count,
)


class Model:
    """A configuration with its weights, ready to score.

    Any thread may call it; calls with one model wait for each other, while other Python threads run. A model belongs to
    the process that opened it.

    Args:
        cfg: a configuration (YAML).
        weights: .pyth, .pkl or .safetensors; None for those that the configuration names, or with `random_weights`.
        overrides: of the configuration, as a dict {"TEST.BATCH_SIZE": 1} or as KEY, VALUE, KEY, VALUE, ...; a value may be a numpy
            number or array.
        threads: that compute, 1 to 256; None for every processor.
        precision: "fp32", "bf16" or "int8".
        calibration: the file of `slowfast calibrate`, for int8; None for the one beside the weights.
        random_weights: a seed: weights are drawn, no file is read, and scores mean nothing.
    """

    def __init__(
        self,
        cfg: PathLike,
        weights: Optional[PathLike] = None,
        *,
        overrides: Union[None, Mapping[str, Any], Sequence[Any]] = None,
        threads: Optional[int] = None,
        precision: str = "fp32",
        calibration: Optional[PathLike] = None,
        random_weights: Optional[int] = None,
    ) -> None:
        self._handle: Optional[int] = None
        self._lock = threading.Lock()
        self._users = 0
        self._process = os.getpid()
        for name, value in (("cfg", cfg), ("weights", weights), ("calibration", calibration)):
            if not isinstance(value, (str, bytes, os.PathLike)) and (value is not None or name == "cfg"):
                raise ArgumentError(f"{name} is {type(value).__name__} -> give a path")
        if not isinstance(precision, str):
            raise ArgumentError(f"precision is {precision!r} -> give fp32, bf16 or int8")
        if random_weights is not None and (
            isinstance(random_weights, bool)
            or not isinstance(random_weights, (int, np.integer))
            or not 0 <= random_weights < 2**64
        ):
            raise ArgumentError(f"random_weights is {random_weights!r} -> give a seed of 0 or more, or None")
        texts = override_texts(overrides)
        array = strings(texts)
        options = structure(
            ModelOptions,
            threads=thread_count(threads),
            precision=encoded_text(precision, "precision"),
            overrides=array,
            override_count=len(texts),
            calibration=encoded(calibration),
            random_weights=random_weights is not None,
            random_seed=int(random_weights or 0),
        )
        handle = c_void_p()
        call("slowfast_model_open", encoded(cfg), encoded(weights), byref(options), byref(handle))
        self._handle = handle.value
        info = structure(ModelInfo)
        call("slowfast_model_get_info", self._handle, byref(info))
        self._info = info
        self._cfg = os.fspath(cfg)
        self.notices: list[str] = [
            parameters(line)
            for line in library.slowfast_model_notices(self._handle).decode("utf-8", "replace").split("\n")
            if line
        ]
        for notice in self.notices:
            warnings.warn(notice, SlowFastWarning, stacklevel=2)

    @property
    def classes(self) -> int:
        """How many scores a box or a clip has."""
        return int(self._info.classes)

    @property
    def scores_boxes(self) -> bool:
        """Whether people's boxes are scored, by `detect`; otherwise whole clips are, by `classify`."""
        return bool(self._info.scores_boxes)

    @property
    def frames(self) -> int:
        """How many frames a clip has (DATA.NUM_FRAMES)."""
        return int(self._info.frames)

    @property
    def sampling_rate(self) -> int:
        """From how many frames on a frame is taken (DATA.SAMPLING_RATE)."""
        return int(self._info.sampling_rate)

    @property
    def crop_size(self) -> int:
        """The short side of the frames that the network sees, in pixels (DATA.TEST_CROP_SIZE)."""
        return int(self._info.crop_size)

    @property
    def channels(self) -> int:
        """How many channels a tensor for `forward` has."""
        return int(self._info.channels)

    @property
    def closed(self) -> bool:
        """Whether `close` was called, or the `with` block that opened it has ended."""
        return self._handle is None

    def detect(
        self,
        frames: Any,
        boxes: Any,
        *,
        key_frame: Optional[int] = None,
        fps: Optional[float] = None,
        bgr: bool = False,
        normalized: bool = False,
        out: Optional[np.ndarray] = None,
    ) -> np.ndarray:
        """Scores the people of one moment, as `slowfast detect` does, in the configuration's views.

        Args:
            frames: uint8 [T, H, W, 3 or 4], RGB. It is not copied as long as a pixel's channels lie side by side,
                forwards or backwards: views, crops, flips and `[..., ::-1]` are free.
            boxes: [N, 4], x1, y1, x2, y2 in pixels of the frames. A box within two pixels of the frame's corner is an error:
                it is taken for fractions.
            key_frame: around which of the frames, from 0, the clip lies; the middle one when None. Where the clip reaches
                beyond the frames, the first and the last one are repeated.
            fps: how many of the frames show a second; None for the rate that the network takes them at (30 for AVA). Of
                other rates the frames nearest in time are taken.
            bgr: the channels are blue, green, red, as OpenCV reads them.
            normalized: boxes are in fractions of the frame.
            out: float32 [N, classes] that gets the scores.

        Returns:
            float32 [N, classes], column c for class id c + 1.
        """
        given, kept = frames_of(frames, bgr, fps)
        numbers = array_of(boxes, "boxes")
        if numbers.size == 0:
            numbers = np.empty((0, 4))
        if numbers.ndim != 2 or numbers.shape[1] != 4 or numbers.dtype.kind not in "fiu":
            raise ArgumentError(f"boxes are {numbers.dtype} {list(numbers.shape)} -> give numbers [N, 4]: x1, y1, x2, y2")
        numbers = np.ascontiguousarray(numbers, dtype=np.float64)
        if key_frame is not None and (isinstance(key_frame, bool) or not hasattr(key_frame, "__index__")):
            raise ArgumentError(f"key_frame is {key_frame!r} -> give a frame's number, from 0")
        middle = given.count // 2 if key_frame is None else int(key_frame)
        if not 0 <= middle < given.count:
            raise ArgumentError(f"key_frame is {middle} of {given.count} frames -> give a frame's number, from 0")
        scores = result_array(out, (len(numbers), self.classes))
        with self._use() as handle:
            call(
                "slowfast_detect",
                handle,
                byref(given),
                middle,
                address(numbers),
                len(numbers),
                bool(normalized),
                address(scores),
            )
        del kept
        return scores

    def classify(self, clip: Any, *, bgr: bool = False, out: Optional[np.ndarray] = None) -> np.ndarray:
        """Scores one clip as a whole, as `slowfast classify` does.

        Args:
            clip: uint8 [T, H, W, 3 or 4], RGB: as many frames as the network takes (`frames`), at its sampling rate.
            bgr: the channels are blue, green, red.
            out: float32 [classes] that gets the scores.

        Returns:
            float32 [classes], the mean over the configuration's crops.
        """
        given, kept = frames_of(clip, bgr, None, "clip")
        scores = result_array(out, (self.classes,))
        with self._use() as handle:
            call("slowfast_classify", handle, byref(given), address(scores))
        del kept
        return scores

    def forward(self, clip: Any, boxes: Any = None, *, out: Optional[np.ndarray] = None) -> np.ndarray:
        """Runs the network once over tensors that are already what it sees.

        Args:
            clip: float32 [N, C, T, H, W], normalised.
            boxes: float32 [R, 5], batch index, x1, y1, x2, y2 in pixels of the clip, where boxes are scored.
            out: float32 [R, classes] or [N, classes] that gets the scores.

        Returns:
            float32 [R, classes], or [N, classes] where whole clips are scored.
        """
        tensor = tensor_of(clip, "clip", 5, "[N, C, T, H, W]")
        regions = None if boxes is None else regions_of(boxes)
        rows = len(tensor) if regions is None else len(regions)
        scores = result_array(out, (rows, self.classes))
        # Boxes that are none are not the same as no boxes.
        start = None if regions is None else (address(regions) or ctypes.addressof(_nothing))
        with self._use() as handle:
            call(
                "slowfast_forward",
                handle,
                address(tensor),
                *tensor.shape,
                start,
                0 if regions is None else len(regions),
                address(scores) or ctypes.addressof(_nothing),
            )
        return scores

    def close(self) -> None:
        """Gives the memory back, when the calls that are under way have ended. Nothing happens the second time."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is not None and self._users == 0:
                self._free(handle)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def __reduce__(self) -> Any:
        # Of copy.copy as well: two objects would free one model.
        raise TypeError("a slowfast.Model cannot be copied or pickled -> open it once more, in another process too")

    def __repr__(self) -> str:
        what = "boxes" if self.scores_boxes else "clips"
        state = ", closed" if self.closed else ""
        return (
            f"<slowfast.Model {self._cfg}: {what} of {self.frames} frames, {self.sampling_rate} apart, "
            f"{self.classes} classes{state}>"
        )

    @contextmanager
    def _use(self) -> Iterator[int]:
        """The handle, which is not freed meanwhile."""
        if self._process != os.getpid():
            raise ArgumentError("the model was opened in another process, whose threads are not here -> open it here")
        with self._lock:
            if self._handle is None:
                raise ArgumentError("the model is closed -> open it anew")
            handle = self._handle
            self._users += 1
        try:
            yield handle
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0 and self._handle is None:
                    self._free(handle)

    def _free(self, handle: int) -> None:
        # What another process has opened is its own.
        if self._process == os.getpid():
            library.slowfast_model_close(handle)


def override_texts(overrides: Union[None, Mapping[str, Any], Sequence[Any]]) -> list[bytes]:
    """KEY, VALUE, KEY, VALUE, ... as the library takes them."""
    if overrides is None:
        return []
    if isinstance(overrides, Mapping):
        flat = [one for pair in overrides.items() for one in pair]
    elif isinstance(overrides, (Sequence, np.ndarray)) and not isinstance(overrides, (str, bytes)):
        flat = list(overrides)
    else:
        raise ArgumentError(f"overrides is {type(overrides).__name__} -> give a dict, or KEY, VALUE, KEY, VALUE, ...")
    return [encoded_text(str(plain(one)), f"overrides[{place}]") for place, one in enumerate(flat)]


def plain(value: Any) -> Any:
    """A value whose text is the one that configurations have: numpy's numbers and arrays are numbers and lists."""
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(array_of(value, "overrides").tolist())
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else list(map(plain, value))
    return value


# Where nothing is read or written, and still no NULL is wanted.
_nothing = ctypes.c_double()


def frames_of(value: Any, bgr: bool, fps: Optional[float], name: str = "frames") -> tuple[Frames, np.ndarray]:
    """Frames as the library takes them, and the array that holds them."""
    array = array_of(value, name)
    if array.dtype != np.uint8:
        raise ArgumentError(f"{name} are {array.dtype} -> give uint8 [T, H, W, 3]")
    # Channels first would have columns for channels, and scores all the same.
    if array.ndim != 4 or array.shape[3] not in (3, 4) or array.size == 0:
        raise ArgumentError(f"{name} are {list(array.shape)} -> give uint8 [T, H, W, 3 or 4], one frame or more")
    if fps is not None and (isinstance(fps, bool) or not isinstance(fps, (int, float, np.number)) or not fps > 0):
        raise ArgumentError(f"fps is {fps!r} -> give a rate above 0, or None for the network's own")
    count, height, width, _ = array.shape
    frame, row, pixel, channel = (
        # An axis of one has no steps.
        stride if extent > 1 else 0
        for stride, extent in zip(array.strides, array.shape)
    )
    fits = channel in (1, -1) and (width == 1 or abs(pixel) >= 3)
    if not fits or (height > 1 and row == 0) or (count > 1 and frame == 0):
        array = np.ascontiguousarray(array)
        frame, row, pixel, channel = array.strides
    # Steps that are never taken: any, but not 0, which stands for steps without gaps.
    pixel = pixel or 3
    row = row or width * abs(pixel)
    frame = frame or height * abs(row)
    start = array.ctypes.data
    if channel == -1:
        # The first channel lies behind the third.
        start, bgr = start - 2, not bgr
    frames = structure(
        Frames,
        pixels=start,
        count=count,
        height=height,
        width=width,
        frame_stride=frame,
        row_stride=row,
        pixel_stride=pixel,
        is_bgr=bool(bgr),
        frames_per_second=fps or 0,
    )
    return frames, array


def tensor_of(value: Any, name: str, axes: int, shape: str) -> np.ndarray:
    """A float32 array without gaps; one without gaps already is not copied."""
    array = array_of(value, name)
    if array.dtype != np.float32 or array.ndim != axes:
        raise ArgumentError(f"{name} is {array.dtype} {list(array.shape)} -> give float32 {shape}")
    return np.ascontiguousarray(array)


def regions_of(value: Any) -> np.ndarray:
    """Boxes as float32 [R, 5]."""
    array = array_of(value, "boxes")
    if array.size == 0:
        return np.empty((0, 5), np.float32)
    if array.ndim != 2 or array.shape[1] != 5 or array.dtype.kind not in "fiu":
        raise ArgumentError(
            f"boxes are {array.dtype} {list(array.shape)} -> give numbers [R, 5]: batch index, x1, y1, x2, y2"
        )
    return np.ascontiguousarray(array, dtype=np.float32)
