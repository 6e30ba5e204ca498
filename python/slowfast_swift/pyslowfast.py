"""`evaluate_ava` for PySlowFast's training scripts: the same arguments, files and return value, computed by this package."""
from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional

import numpy as np

from ._errors import ArgumentError, ContentError
from ._evaluation import evaluate
from ._library import array_of
from ._rows import doubles

logger = logging.getLogger(__name__)


def evaluate_ava(
    preds: Any,
    original_boxes: Any,
    metadata: Any,
    excluded_keys: Any,
    class_whitelist: Any,
    categories: Sequence[Mapping[str, Any]],
    groundtruth: Optional[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = None,
    video_idx_to_name: Optional[Sequence[str]] = None,
    name: str = "latest",
) -> float:
    """Scores what a network says of people's boxes, by PySlowFast's protocol.

    Writes `detections_NAME.csv` and `groundtruth_NAME.csv` into the working directory.

    Args:
        preds: [B, classes], a score for each box and class.
        original_boxes: [B, 5], batch index, x1, y1, x2, y2 in fractions of the frame.
        metadata: [B, 2], the number of the video and the second.
        excluded_keys: key frames that are not scored, "video,0902".
        class_whitelist: ids of the classes that count.
        categories: {"id", "name"} of each class.
        groundtruth: boxes (y1, x1, y2, x2), class ids and scores, each a dict of lists by key frame.
        video_idx_to_name: the videos' names by their numbers.
        name: of the files.

    Returns:
        mAP at IoU 0.5.
    """
    start = time.perf_counter()
    if groundtruth is None or video_idx_to_name is None:
        missing = "groundtruth" if groundtruth is None else "video_idx_to_name"
        raise ArgumentError(f"evaluate_ava: {missing} is None -> give it")
    detections = _detections(preds, original_boxes, metadata, class_whitelist, video_idx_to_name)
    truth = _truth(groundtruth)
    logger.info("Evaluating with %d key frames of ground truth", len(groundtruth[0]))
    logger.info("Evaluating with %d key frames of detections", _key_frames(detections))
    _write(detections, f"detections_{name}.csv")
    _write(truth, f"groundtruth_{name}.csv")
    truth = {column: values for column, values in truth.items() if column != "score"}
    result = evaluate(
        truth,
        detections,
        {int(category["id"]): category["name"] for category in categories},
        exclusions=list(excluded_keys) if excluded_keys else None,
        protocol="pyslowfast",
    )
    names = {int(category["id"]): category["name"] for category in categories}
    for id, ap in result.ap.items():
        logger.info("AP@0.5IOU %s: %.6f", names[id], ap)
    logger.info("mAP@0.5IOU: %.6f, in %.1f seconds", result.mAP, time.perf_counter() - start)
    return result.mAP


def _detections(
    preds: Any, boxes: Any, metadata: Any, whitelist: Any, video_names: Sequence[str]
) -> dict[str, Any]:
    scores = doubles(array_of(preds, "preds"), "preds")
    corners = doubles(array_of(boxes, "original_boxes"), "original_boxes")
    given = doubles(array_of(metadata, "metadata"), "metadata")
    count = len(scores)
    for found, wanted, label in (
        (scores.shape, (count, scores.shape[-1] if scores.ndim else 0), "preds"),
        (corners.shape, (count, 5), "original_boxes"),
        (given.shape, (count, 2), "metadata"),
    ):
        if found != wanted:
            raise ArgumentError(f"evaluate_ava: {label} is {list(found)} -> give {list(wanted)}")
    # NaN is in no range.
    odd = ~((np.rint(given[:, 0]) >= 0) & (np.rint(given[:, 0]) < len(video_names)))
    if odd.any():
        row = int(np.argmax(odd))
        raise ContentError(
            f"metadata, row {row}: expected the number of one of {len(video_names)} videos, from 0, found {given[row, 0]:g}"
            " -> give video_idx_to_name of the same list of videos"
        )
    odd = ~((given[:, 1] >= 0) & (given[:, 1] <= 1e9))
    if odd.any():
        row = int(np.argmax(odd))
        raise ContentError(f"metadata, row {row}: expected a second, found {given[row, 1]:g} -> correct it")
    moments = np.rint(given).astype(np.int64)
    columns = np.array([c for c in range(scores.shape[1]) if c + 1 in whitelist], dtype=np.int64)
    # Key frames come one after the other, as PySlowFast keeps them, each with its boxes in their order.
    _, first, key = np.unique(moments, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first[key.reshape(-1)], kind="stable")
    scores, corners, moments = scores[order][:, columns], corners[order], moments[order]
    numbers, inverse = np.unique(moments[:, 0], return_inverse=True)
    names = np.array([str(video_names[int(number)]) for number in numbers], dtype=object)
    repeats = len(columns)
    return {
        "video": np.repeat(names[inverse.reshape(-1)] if count else np.empty(0, object), repeats),
        "second": np.repeat(moments[:, 1], repeats).astype(np.float64),
        "boxes": np.repeat(corners[:, 1:], repeats, axis=0),
        "class": np.tile(columns + 1, count).astype(np.int32),
        "score": scores.reshape(-1),
    }


def _truth(groundtruth: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
    boxes, labels, scores = groundtruth
    videos, seconds, corners, classes, numbers = [], [], [], [], []
    for key, rows in boxes.items():
        video, _, second = key.rpartition(",")
        for column, name in ((labels, "labels"), (scores, "scores")):
            found = len(column[key]) if key in column else 0
            if found != len(rows):
                raise ContentError(
                    f"groundtruth: key frame '{key}' has {len(rows)} boxes and {found} {name} -> give one for each box"
                )
        try:
            moment = float(second)
        except ValueError:
            raise ContentError(f"groundtruth: expected key frames such as 'video,0902', found {key!r} -> correct it") from None
        for (y1, x1, y2, x2), label, score in zip(rows, labels[key], scores[key]):
            videos.append(video)
            seconds.append(moment)
            corners.append((x1, y1, x2, y2))
            classes.append(label)
            numbers.append(score)
    return {
        "video": videos,
        "second": np.array(seconds, dtype=np.float64),
        "boxes": np.array(corners, dtype=np.float64).reshape(-1, 4),
        "class": np.array(classes, dtype=np.int32),
        "score": np.array(numbers, dtype=np.float64),
    }


def _key_frames(rows: Mapping[str, Any]) -> int:
    return len(set(zip(rows["video"], rows["second"].tolist())))


def _write(rows: Mapping[str, Any], path: str) -> None:
    """AVA's form: the second in four digits, three decimals of boxes and four of scores."""
    with open(path, "w", encoding="utf-8") as file:
        values = zip(
            rows["video"], rows["second"].tolist(), rows["boxes"].tolist(), rows["class"].tolist(), rows["score"].tolist()
        )
        last: tuple[Any, ...] = ()
        beginning = ""
        for video, second, box, id, score in values:
            if last != (video, second, box):
                last = (video, second, box)
                beginning = "%s,%04d,%.03f,%.03f,%.03f,%.03f," % (video, second, *box)
            file.write("%s%d,%.04f\n" % (beginning, id, score))
    logger.info("wrote %s", path)
