"""RoIAlign."""
from __future__ import annotations

from typing import Any, Optional, Union

import numpy as np

from ._errors import ArgumentError
from ._library import RoIAlignOptions, address, array_of, byref, call, result_array, structure, thread_count
from ._model import regions_of, tensor_of


def roi_align(
    input: Any,
    boxes: Any,
    output_size: Union[int, tuple[int, int]],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
    *,
    channels_last: bool = False,
    threads: Optional[int] = None,
    out: Optional[np.ndarray] = None,
) -> np.ndarray:
    """Pools boxes of feature maps, with the arguments and defaults of torchvision's `roi_align`: float32, and as many bins
    across as down.

    Args:
        input: float32 [N, C, H, W], or [N, H, W, C] with `channels_last`, which is not copied.
        boxes: [R, 5], batch index, x1, y1, x2, y2; or for each map an array [_, 4].
        output_size: bins on each side, as a number or two equal ones.
        spatial_scale: cells of the features per pixel of the boxes, such as 1 / 16.
        sampling_ratio: samples on each side of a bin; 0 or less for as many as it has cells, rounded up.
        aligned: cells are centred at half pixels, as Detectron2 and PySlowFast have them.
        channels_last: of `input`, of the result, and of `out`.
        threads: that compute; None for every processor.
        out: float32 [R, C, S, S], or [R, S, S, C] with `channels_last`, that gets the result.

    Returns:
        float32 [R, C, S, S], or [R, S, S, C] with `channels_last`.
    """
    features = tensor_of(input, "input", 4, "[N, H, W, C]" if channels_last else "[N, C, H, W]")
    sides = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    if len(sides) != 2 or sides[0] != sides[1] or not all(hasattr(side, "__index__") for side in sides):
        raise ArgumentError(f"output_size is {output_size!r} -> give one number, or two equal ones")
    lists = [array_of(rows, "boxes") for rows in boxes] if isinstance(boxes, (list, tuple)) else []
    if isinstance(boxes, (list, tuple)) and all(rows.ndim == 2 for rows in lists):
        if any(rows.dtype.kind not in "fiu" for rows in lists):
            raise ArgumentError(f"boxes are {lists[0].dtype} -> give numbers: for each map an array [_, 4]")
        if len(lists) != len(features) or any(rows.shape[1] != 4 for rows in lists):
            raise ArgumentError(f"boxes are {len(lists)} arrays of {len(features)} maps -> give for each map an array [_, 4]")
        boxes = np.concatenate([np.insert(rows.astype(np.float32), 0, n, axis=1) for n, rows in enumerate(lists)])
    if not hasattr(sampling_ratio, "__index__") or sampling_ratio > 1024:
        raise ArgumentError(f"sampling_ratio is {sampling_ratio!r} -> give 1 to 1024, or 0 for as many samples as a bin has cells")
    try:
        scale = float(spatial_scale)
    except (TypeError, ValueError):
        raise ArgumentError(f"spatial_scale is {spatial_scale!r} -> give cells per pixel, such as 1 / 16") from None
    regions = regions_of(boxes)
    side = int(sides[0])
    if not channels_last:
        features = np.ascontiguousarray(features.transpose(0, 2, 3, 1))
    batch, height, width, channels = features.shape
    options = structure(
        RoIAlignOptions,
        resolution=side,
        spatial_scale=scale,
        sampling_ratio=max(0, int(sampling_ratio)),
        aligned=bool(aligned),
        threads=thread_count(threads),
    )
    if not 1 <= side <= 1024:
        raise ArgumentError(f"output_size is {output_size!r} -> give 1 to 1024")
    shape = (len(regions), side, side, channels)
    first = shape if channels_last else (len(regions), channels, side, side)
    given = result_array(out, first) if out is not None else None
    pooled = given if given is not None and channels_last else np.empty(shape, np.float32)
    call(
        "slowfast_roi_align",
        address(features),
        batch,
        height,
        width,
        channels,
        address(regions),
        len(regions),
        byref(options),
        address(pooled),
    )
    if channels_last:
        return pooled
    turned = pooled.transpose(0, 3, 1, 2)
    if given is None:
        return np.ascontiguousarray(turned)
    given[...] = turned
    return given
