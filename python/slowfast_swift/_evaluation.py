"""Frame mAP by the rules of the public evaluators."""
from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from ctypes import byref, c_void_p
from typing import Any, Optional

from ._errors import ArgumentError, ContentError, SlowFastWarning
from ._library import EvaluationOptions, call, encoded_text, structure, taken, thread_count
from ._rows import Given, given_classes, given_rows, is_path


class ProtocolResult:
    """What one protocol says.

    Attributes:
        name: "official", "pyslowfast" or "mmaction2".
        json: the protocol's object as `slowfast evaluate --format json` has it, every number exact.
    """

    def __init__(self, name: str, json: Mapping[str, Any]) -> None:
        self.name = name
        self.json = json

    @property
    def mAP(self) -> float:
        """The mean of the classes' average precisions; NaN where no class has ground truth."""
        return _number(self.json["mAP"])

    @property
    def mAP_interval(self) -> Optional[tuple[float, float]]:
        """Between what bounds the order of equal scores can move it."""
        interval = self.json["mAP_interval"]
        return None if interval is None else (interval[0], interval[1])

    @property
    def ap(self) -> dict[int, float]:
        """Average precision by class id; NaN for a class that the protocol leaves out."""
        return {int(id): _number(value) for id, value in self.json["ap"].items()}

    @property
    def explanation(self) -> Optional[Mapping[str, Any]]:
        """What the numbers are made of; None where `explain` was not asked for."""
        return self.json.get("explanation")

    @property
    def bootstrap(self) -> Optional[Mapping[str, Any]]:
        """Intervals over videos; None where `bootstrap` was not asked for."""
        return self.json.get("bootstrap")

    def __repr__(self) -> str:
        known = sum(not math.isnan(value) for value in self.ap.values())
        return f"<{self.name}: mAP {self.mAP:.4f} over {known} of {len(self.json['ap'])} classes>"


class Evaluation(Mapping[str, ProtocolResult]):
    """What an evaluation has found: a mapping from protocols' names to their results.

    Attributes:
        json: the object that `slowfast evaluate --format json` writes, every number exact.
        text: its text, the same bytes.
        notices: what that command says on stderr, line by line.
    """

    def __init__(self, text: str, notices: list[str]) -> None:
        self.text = text
        self.json: dict[str, Any] = json.loads(text)
        self.notices = notices
        self._results = {name: ProtocolResult(name, value) for name, value in self.json.items()}

    @property
    def mAP(self) -> float:
        """The mAP of the first protocol: the official one, or the one that was asked for."""
        return self.first.mAP

    @property
    def ap(self) -> dict[int, float]:
        """Average precision by class id of the first protocol."""
        return self.first.ap

    @property
    def first(self) -> ProtocolResult:
        """The result of the first protocol."""
        return next(iter(self._results.values()))

    def __getitem__(self, protocol: str) -> ProtocolResult:
        return self._results[protocol]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __repr__(self) -> str:
        lines = [f"  {result.name:<11} mAP {result.mAP:.4f}" for result in self._results.values()]
        said = f", {len(self.notices)} notices" if self.notices else ""
        return f"<slowfast.Evaluation{said}\n" + "\n".join(lines) + ">"


def evaluate(
    groundtruth: Any,
    detections: Any,
    labelmap: Any,
    *,
    exclusions: Any = None,
    protocol: str = "all",
    explain: bool = False,
    bootstrap: int = 0,
    seed: int = 1,
    threads: Optional[int] = None,
) -> Evaluation:
    """Scores detections: frame mAP at IoU 0.5 by the rules of the public evaluators.

    Rows are given as a path (CSV as AVA has it; plain, gzip or zstd), or as columns: a pandas DataFrame, a dict or a
    structured array with the columns `video`, `second`, `x1`, `y1`, `x2`, `y2` (or `boxes` [rows, 4]), `class`, and
    `score` (detections) or `person` (ground truth, may be left out), or as a sequence of such rows. Boxes are in fractions
    of the frame. float64 boxes, seconds and scores, and int32 ids, are read where they lie.

    Args:
        groundtruth: rows; one without a class lists a key frame where nothing is done.
        detections: rows; without scores they count as 1.
        labelmap: the classes that are scored: a path (.pbtxt), a dict from ids to names, or ids.
        exclusions: key frames that are not scored: a path, or columns `video` and `second`.
        protocol: "official", "pyslowfast", "mmaction2" or "all".
        explain: also say what the numbers are made of: errors, groups, curves, worst key frames.
        bootstrap: intervals from so many resamples of the videos; 0 for none, 1000 is usual.
        seed: which resamples are drawn.
        threads: that compute, 1 to 256; None for every processor.

    Returns:
        The same numbers to the last bit as `slowfast evaluate --format json`.

    Raises:
        ArgumentError: the call is wrong; also a ValueError.
        ContentError: a file or an array holds what cannot be scored; also a ValueError.
        FileError: a file cannot be read; also an OSError, and a FileNotFoundError where it is missing.

    Warns:
        SlowFastWarning: for what makes the numbers mean something else than one may think. All that is said is in
            `notices`.
    """
    truth = given_rows(groundtruth, "groundtruth", "truth")
    found = given_rows(detections, "detections", "detections")
    classes = given_classes(labelmap)
    excluded: Optional[Given] = None
    if exclusions is not None:
        excluded = given_rows(_excluded(exclusions), "exclusions", "exclusions")
    if truth.seems_swapped and found.seems_swapped:
        raise ArgumentError(
            "groundtruth has a column 'score' and detections has none: are they swapped?"
            " -> give evaluate(groundtruth, detections, labelmap)"
        )
    if not is_path(groundtruth) and truth.value.count == 0:
        raise ContentError("groundtruth: expected rows of ground truth, found none -> give some")
    if not isinstance(protocol, str):
        raise ArgumentError(f"protocol is {protocol!r} -> give official, pyslowfast, mmaction2 or all")
    for name, value, limit in (("bootstrap", bootstrap, 1_000_000), ("seed", seed, 2**64 - 1)):
        if isinstance(value, bool) or not hasattr(value, "__index__") or not 0 <= value <= limit:
            raise ArgumentError(f"{name} is {value!r} -> give 0 to {limit}")
    options = structure(
        EvaluationOptions,
        protocol=encoded_text(protocol, "protocol"),
        explain=bool(explain),
        bootstrap=int(bootstrap),
        seed=int(seed),
        threads=thread_count(threads),
    )
    result, notices = c_void_p(), c_void_p()
    call(
        "slowfast_evaluate",
        byref(truth.value),
        byref(found.value),
        byref(classes.value),
        None if excluded is None else byref(excluded.value),
        byref(options),
        byref(result),
        byref(notices),
    )
    lines = [line for line in (taken(notices) or "").split("\n") if line]
    if not is_path(groundtruth):
        lines = [re.sub(r"^(warning|note): ground_truth:", r"\1: groundtruth:", line) for line in lines]
    for line in lines:
        if line.startswith("warning: "):
            warnings.warn(line[len("warning: ") :], SlowFastWarning, stacklevel=2)
    return Evaluation(taken(result) or "{}", lines)


def _excluded(value: Any) -> Any:
    """Exclusions as rows or columns: keys such as "video,0902" and pairs are taken, too."""
    if is_path(value) or isinstance(value, Mapping) or hasattr(value, "columns") or hasattr(value, "dtype"):
        return value
    videos, seconds = [], []
    for key in value:
        try:
            video, second = key.rsplit(",", 1) if isinstance(key, str) else key
            seconds.append(float(second))
        except (TypeError, ValueError):
            raise ContentError(
                f"exclusions: expected key frames such as 'video,0902' or ('video', 902), found {key!r} -> correct it"
            ) from None
        videos.append(video)
    return {"video": videos, "second": seconds}


def _number(value: Optional[float]) -> float:
    return math.nan if value is None else value
