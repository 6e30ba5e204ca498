#!/usr/bin/env python3
"""Measures `slowfast bench evaluate` and the official AVA evaluator on the same files, side by side.

The official evaluator is ActivityNet's get_ava_performance; MMAction2 0.10.0 on PyPI carries it unchanged in what
counts (reader with the heap of 50, matching, precision and recall), and runs here under today's NumPy. Its two modules
for recall of proposals are left out. It is fetched with pip into a scratch folder; nothing of it is kept.

    tools/bench_evaluate.py [--rows 10000000] [--official-rows 1000000] [--program .build/release/slowfast]

The official evaluator is slow, so it may be given fewer rows; times are compared per row.
"""
import argparse
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import types
import zipfile


def official_modules(folder):
    """Unpacks the evaluator's modules from the package and imports them without MMAction2's own start-up."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "mmaction2==0.10.0"],
        check=True)
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [n for n in archive.namelist() if n.startswith("mmaction/core/evaluation/ava")])
    sys.path.insert(0, os.path.join(folder, "mmaction", "core"))
    package = types.ModuleType("evaluation")
    package.__path__ = [os.path.join(folder, "mmaction", "core", "evaluation")]
    sys.modules["evaluation"] = package
    recall = types.ModuleType("evaluation.recall")
    recall.eval_recalls = None
    sys.modules["evaluation.recall"] = recall
    import numpy
    # Names that NumPy has dropped since.
    for name, value in {"float": float, "int": int, "bool": bool, "NAN": numpy.nan}.items():
        if not hasattr(numpy, name):
            setattr(numpy, name, value)
    return importlib.import_module("evaluation.ava_utils")


def run_official(utils, folder):
    """get_ava_performance.run_evaluation: cap of 50, key frames that the ground truth does not list ignored."""
    from evaluation.ava_evaluation import object_detection_evaluation as evaluation
    from evaluation.ava_evaluation import standard_fields as fields
    import numpy as np
    path = pathlib.Path(folder)
    start = time.perf_counter()
    categories, classes = utils.read_labelmap(open(path / "labelmap.pbtxt"))
    evaluator = evaluation.PascalDetectionEvaluator(categories)
    boxes, labels, _ = utils.read_csv(open(path / "groundtruth.csv"), classes, 0)
    for key in boxes:
        evaluator.add_single_ground_truth_image_info(key, {
            fields.InputDataFields.groundtruth_boxes: np.array(boxes[key], dtype=float),
            fields.InputDataFields.groundtruth_classes: np.array(labels[key], dtype=int),
            fields.InputDataFields.groundtruth_difficult: np.zeros(len(boxes[key]), dtype=bool)})
    known = set(boxes)
    boxes, labels, scores = utils.read_csv(open(path / "detections.csv"), classes, 50)
    for key in boxes:
        if key not in known:
            continue
        evaluator.add_single_detected_image_info(key, {
            fields.DetectionResultFields.detection_boxes: np.array(boxes[key], dtype=float),
            fields.DetectionResultFields.detection_classes: np.array(labels[key], dtype=int),
            fields.DetectionResultFields.detection_scores: np.array(scores[key], dtype=float)})
    mean = evaluator.evaluate()["PascalBoxes_Precision/mAP@0.5IOU"]
    return time.perf_counter() - start, float(mean)


def run_ours(program, rows, folder, runs):
    text = subprocess.run(
        [program, "bench", "evaluate", "--rows", str(rows), "--output-dir", folder, "--runs", str(runs), "--format",
         "json"], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--official-rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--program", default=".build/release/slowfast")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        utils = official_modules(os.path.join(folder, "official"))
        for rows in sorted({options.rows, options.official_rows}):
            ours = run_ours(options.program, rows, folder, options.runs)
            print(f"ours:     {ours['rows']} rows in {ours['seconds_best']:.3f} s (three protocols, reading included), "
                  f"{ours['peak_rss_bytes'] / 1e6:.0f} MB, {ours['threads']} threads")
            if rows > options.official_rows:
                continue
            seconds, mean = run_official(utils, folder)
            ratio = seconds / ours["rows"] / (ours["seconds_best"] / ours["rows"])
            print(f"official: {ours['rows']} rows in {seconds:.1f} s (one protocol): {ratio:.0f} times ours")
            print(f"mAP: official {mean!r}, ours {ours['mAP']['official']!r}, "
                  f"difference {abs(mean - ours['mAP']['official']):.1e}")


main()
