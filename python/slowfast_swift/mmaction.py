"""A metric for MMAction2's configs: `AVAMetric`'s parameters and outputs, computed by this package.

    custom_imports = dict(imports=["slowfast.mmaction"])
    val_evaluator = dict(type="SlowFastAVAMetric", ann_file=..., label_file=..., exclude_file=...)
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

import numpy as np

from ._errors import ArgumentError
from ._evaluation import evaluate
from ._library import array_of
from ._rows import doubles

try:
    from mmengine.evaluator import BaseMetric
    from mmengine.registry import METRICS
except ImportError:

    class BaseMetric:  # type: ignore[no-redef]
        """Stands where mmengine is not installed."""

        def __init__(self, *_: object, **__: object) -> None:
            raise ImportError("slowfast.mmaction: there is no mmengine -> pip install mmengine, or use slowfast.evaluate")

    METRICS = None

# AVA's groups of classes, by id.
GROUPS = {"person_movement": range(0, 15), "object_manipulation": range(15, 64), "person_interaction": range(64, 2**31)}


class SlowFastAVAMetric(BaseMetric):
    """Frame mAP by MMAction2's protocol.

    Args:
        ann_file: ground truth (CSV).
        exclude_file: key frames that are not scored (CSV), or None.
        label_file: the classes (.pbtxt).
        options: ("mAP",), as MMAction2 has it.
        action_thr: a class is said of a box where its score is greater; one for all classes, or one for each. Below 0 a
            box has one class, the best.
        num_classes: with the background, which is class 0.
        custom_classes: ids of the classes that the network knows, in its order.
        collect_device: mmengine's.
        prefix: mmengine's.
    """

    default_prefix: Optional[str] = "mAP"

    def __init__(
        self,
        ann_file: str,
        exclude_file: Optional[str],
        label_file: str,
        options: Sequence[str] = ("mAP",),
        action_thr: Union[float, Sequence[float]] = 0.002,
        num_classes: int = 81,
        custom_classes: Optional[Sequence[int]] = None,
        collect_device: str = "cpu",
        prefix: Optional[str] = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if tuple(options) != ("mAP",):
            raise ArgumentError(f"options are {options!r} -> give ('mAP',)")
        self.ann_file = ann_file
        self.exclude_file = exclude_file
        self.label_file = label_file
        self.action_thr = action_thr
        self.num_classes = num_classes
        self.custom_classes = None if custom_classes is None else list(custom_classes)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Takes a batch's `pred_instances` (`bboxes` [N, 4] in fractions, `scores` [N, num_classes]) with their
        `video_id` and `timestamp`."""
        for sample in data_samples:
            found = sample["pred_instances"]
            boxes = doubles(array_of(found["bboxes"], "bboxes"), "bboxes").astype(np.float32)
            scores = doubles(array_of(found["scores"], "scores"), "scores").astype(np.float32)
            self.results.append(
                (sample["video_id"], float(sample["timestamp"]), *entries(boxes, scores, self.num_classes, self.action_thr))
            )

    def compute_metrics(self, results: Sequence[tuple[Any, ...]]) -> dict[str, float]:
        """mAP of all classes and of AVA's three groups: `overall`, `person_movement`, ..."""
        return scored(results, self.ann_file, self.label_file, self.exclude_file, self.custom_classes)


def entries(
    boxes: np.ndarray, scores: np.ndarray, num_classes: int, threshold: Union[float, Sequence[float]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is said of boxes: rows of a box, a class from 1 and a score, class by class."""
    if len(boxes) and scores.shape != (len(boxes), num_classes):
        raise ArgumentError(f"scores are {list(scores.shape)} -> give [{len(boxes)}, {num_classes}], the background first")
    if not len(boxes):
        return np.empty((0, 4), np.float32), np.empty(0, np.int32), np.empty(0, np.float32)
    given = doubles(array_of(threshold, "action_thr"), "action_thr")
    if given.shape not in ((), (1,), (num_classes,)):
        raise ArgumentError(f"action_thr is {list(given.shape)} -> give one threshold, or {num_classes}, the background's first")
    limits = np.broadcast_to(given.reshape(-1), (num_classes,))
    if np.ndim(threshold) == 0 and limits[0] < 0:
        said = np.arange(num_classes - 1)[:, None] == scores[:, 1:].argmax(axis=1)
    else:
        said = scores[:, 1:].T > limits[1:, None]
    classes, rows = np.nonzero(said)
    return boxes[rows], (classes + 1).astype(np.int32), scores[rows, classes + 1]


def scored(
    results: Sequence[tuple[Any, ...]],
    ann_file: str,
    label_file: str,
    exclude_file: Optional[str],
    custom_classes: Optional[Sequence[int]],
) -> dict[str, float]:
    """The metric of what `process` has collected."""
    empty = (np.empty((0, 4), np.float32), np.empty(0, np.int32), np.empty(0, np.float32))
    parts = list(zip(*((result[2], result[3], result[4]) for result in results))) or [(part,) for part in empty]
    boxes, classes, scores = (np.concatenate(part) for part in parts)
    lengths = [len(result[3]) for result in results]
    if custom_classes is not None:
        classes = np.asarray(list(custom_classes), np.int32)[classes - 1] if len(classes) else classes
    detections = {
        "video": np.repeat(np.array([result[0] for result in results], dtype=object), lengths),
        "second": np.repeat(np.array([result[1] for result in results], dtype=np.float64), lengths),
        # MMAction2 writes four decimals and reads them again; of float32 this is the same number.
        "boxes": np.round(boxes.astype(np.float64), 4),
        "class": classes,
        "score": np.round(scores.astype(np.float64), 4),
    }
    result = evaluate(ann_file, detections, label_file, exclusions=exclude_file, protocol="mmaction2")
    ap = result.ap
    if custom_classes is not None:
        unknown = sorted(set(custom_classes) - set(ap))
        if unknown:
            raise ArgumentError(f"custom_classes: '{label_file}' has no class {unknown[0]} -> give ids of the label map")
        ap = {id: value for id, value in ap.items() if id in set(custom_classes)}
    found = {"overall": _mean(ap.values())}
    for group, ids in GROUPS.items():
        found[group] = _mean(value for id, value in ap.items() if id in ids)
    return found


def _mean(values: Any) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


if METRICS is not None:
    METRICS.register_module()(SlowFastAVAMetric)
