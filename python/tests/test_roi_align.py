import math

import numpy as np
import pytest
from conftest import resident

import slowfast


def reference(features, boxes, side, scale, ratio, aligned):
    """RoIAlign as its definition says it, in double precision: means of samples that are interpolated linearly."""
    count, channels, height, width = features.shape
    result = np.zeros((len(boxes), channels, side, side))
    shift = 0.5 if aligned else 0
    for place, (batch, *corners) in enumerate(boxes.astype(np.float64)):
        x1, y1, x2, y2 = (corner * scale - shift for corner in corners)
        w, h = x2 - x1, y2 - y1
        if not aligned:
            w, h = max(w, 1), max(h, 1)
        nx = ratio if ratio > 0 else math.ceil(w / side)
        ny = ratio if ratio > 0 else math.ceil(h / side)
        for i in range(side):
            for j in range(side):
                total = np.zeros(channels)
                for a in range(ny):
                    for b in range(nx):
                        y = y1 + (i + (a + 0.5) / ny) * h / side
                        x = x1 + (j + (b + 0.5) / nx) * w / side
                        if y < -1 or y > height or x < -1 or x > width:
                            continue
                        y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
                        top, left = int(y), int(x)
                        low, right = min(top + 1, height - 1), min(left + 1, width - 1)
                        dy, dx = y - top, x - left
                        plane = features[int(batch)].astype(np.float64)
                        total += (
                            plane[:, top, left] * (1 - dy) * (1 - dx)
                            + plane[:, top, right] * (1 - dy) * dx
                            + plane[:, low, left] * dy * (1 - dx)
                            + plane[:, low, right] * dy * dx
                        )
                # A box without area has no samples.
                result[place, :, i, j] = total / max(1, nx * ny)
    return result


RANDOM = np.random.default_rng(1)
FEATURES = RANDOM.standard_normal((2, 5, 12, 17)).astype(np.float32)
BOXES = np.array(
    [[0, 3, 5, 100, 90], [1, 40, 30, 44, 33], [1, -60, -60, 300, 250], [0, 200, 10, 270, 190], [0, 8, 8, 8, 8]], np.float32
)


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [-1, 0, 2])
def test_pooled_is_what_the_definition_says(aligned, ratio):
    wanted = reference(FEATURES, BOXES, 3, 1 / 16, ratio, aligned)
    found = slowfast.roi_align(FEATURES, BOXES, 3, 1 / 16, ratio, aligned)
    assert found.shape == (5, 5, 3, 3) and found.dtype == np.float32 and found.flags.c_contiguous
    assert np.allclose(found, wanted, atol=2e-5)
    last = np.ascontiguousarray(FEATURES.transpose(0, 2, 3, 1))
    out = np.empty((5, 3, 3, 5), np.float32)
    assert slowfast.roi_align(last, BOXES, (3, 3), 1 / 16, ratio, aligned, channels_last=True, out=out, threads=1) is out
    assert np.array_equal(out.transpose(0, 3, 1, 2), found)
    lists = [BOXES[BOXES[:, 0] == n, 1:] for n in range(2)]
    order = np.argsort(BOXES[:, 0], kind="stable")
    assert np.array_equal(slowfast.roi_align(FEATURES, lists, 3, 1 / 16, ratio, aligned), found[order])
    first = np.empty_like(found)
    assert slowfast.roi_align(FEATURES, BOXES, 3, 1 / 16, ratio, aligned, out=first) is first
    assert np.array_equal(first, found)


def test_no_boxes():
    assert slowfast.roi_align(FEATURES, np.empty((0, 5)), 3).shape == (0, 5, 3, 3)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"input": FEATURES.astype(np.float64)}, "input is float64 [2, 5, 12, 17] -> give float32 [N, C, H, W]"),
        ({"input": FEATURES[0]}, "give float32 [N, C, H, W]"),
        ({"boxes": BOXES[:, 1:]}, "give numbers [R, 5]"),
        ({"boxes": [BOXES[:, 1:]]}, "boxes are 1 arrays of 2 maps"),
        ({"boxes": BOXES + 5}, "batch index"),
        ({"output_size": (3, 4)}, "give one number, or two equal ones"),
        ({"output_size": 0}, "give 1 to 1024"),
        ({"sampling_ratio": 1025}, "sampling_ratio is 1025 -> give 1 to 1024, or 0"),
        ({"threads": -1}, "threads is -1"),
        ({"out": np.empty((5, 5, 3, 4), np.float32)}, "give a float32 array [5, 5, 3, 3]"),
        ({"spatial_scale": "a"}, "spatial_scale is 'a' -> give cells per pixel"),
        ({"boxes": [[["a"] * 4]] * 5}, "give numbers"),
        ({"boxes": [[[0, 0, 1], [0]]]}, "boxes is no array"),
    ],
)
def test_bad_calls_say_what_to_do(change, text):
    with pytest.raises(ValueError) as caught:
        slowfast.roi_align(**{"input": FEATURES, "boxes": BOXES, "output_size": 3, **change})
    assert text in str(caught.value) and isinstance(caught.value, slowfast.Error)


def test_nothing_is_kept_of_calls():
    features = np.zeros((1, 64, 64, 64), np.float32)
    boxes = np.tile(np.array([[0, 0, 0, 60, 60]], np.float32), (64, 1))
    for _ in range(20):
        slowfast.roi_align(features, boxes, 7)
    before = resident()
    for _ in range(200):
        slowfast.roi_align(features, boxes, 7)
    assert resident() - before < 16 << 20
