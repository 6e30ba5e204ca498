#!/usr/bin/env python3
"""AVA's frame mAP under the three public protocols, as plain as possible, and a small case with its numbers.

usage: make_fixtures.py                write the case beside this script
       make_fixtures.py --check DIR    compare this evaluator with DIR/expected.json (another evaluator's numbers)

Written from the protocols' rules, independently of the Swift code: rows stay rows, every class walks through all key
frames, nothing is fast. The case has distinct scores, so that no order of equal ones matters.
"""

import csv
import json
import pathlib
import random
import re
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def read_rows(path):
    """Rows as (video, second as a number, box, class or None, last column or None)."""
    rows = []
    for fields in csv.reader(open(path, newline="")):
        box = [float(x) for x in fields[2:6]] if len(fields) > 2 and fields[2] else None
        number = int(fields[6]) if len(fields) > 6 and fields[6] else None
        last = float(fields[7]) if len(fields) > 7 and fields[7] else None
        rows.append(((fields[0], float(fields[1])), box, number, last))
    return rows


def read_labels(path):
    text = open(path).read()
    return {int(i): n for n, i in re.findall(r'name:\s*"([^"]*)"\s*(?:label_)?id:\s*(\d+)', text)}


def overlap(a, b, number):
    """Intersection over union in one kind of number, areas and union in the order in which the public programs sum."""
    a, b = [number(x) for x in a], [number(x) for x in b]
    width = max(number(0), min(a[2], b[2]) - max(a[0], b[0]))
    height = max(number(0), min(a[3], b[3]) - max(a[1], b[1]))
    inter = height * width
    union = (a[3] - a[1]) * (a[2] - a[0]) + (b[3] - b[1]) * (b[2] - b[0]) - inter
    return inter / union if union > 0 else number(0)


def has_area(box):
    return box[0] < box[2] and box[1] < box[3]


def average_precision(hits, total):
    """The area under the precision-recall curve, precision made non-increasing from the right."""
    found, curve = 0, []
    for rank, hit in enumerate(hits, 1):
        found += hit
        curve.append((found / total, found / rank))
    area, best, steps = 0.0, 0.0, []
    for recall, precision in reversed(curve):
        best = max(best, precision)
        steps.append((recall, best))
    before = 0.0
    for recall, precision in reversed(steps):
        area += (recall - before) * precision
        before = recall
    return area


def evaluate(detections, truth, labels, excluded, protocol):
    official, mmaction2 = protocol == "official", protocol == "mmaction2"
    number = np.float32 if mmaction2 else float
    listed = {key for key, _, _, _ in truth}
    truth = [row for row in truth if row[2] in labels]
    if not official and not mmaction2:
        truth = [row for row in truth if row[0] not in excluded]
    totals = {i: sum(row[2] == i for row in truth) for i in labels}
    if not official:
        truth = [row for row in truth if row[0] not in excluded]
        detections = [row for row in detections if row[0] not in excluded]
    frames = {}
    for row in detections:
        if row[2] in labels:
            frames.setdefault(row[0], []).append(row)
    truths = {}
    for row in truth:
        truths.setdefault(row[0], []).append(row)

    outcomes = {i: [] for i in labels}
    for key, rows in frames.items():
        if official and key not in listed or mmaction2 and key not in truths:
            continue
        if official or mmaction2:
            rows = sorted(rows, key=lambda row: -row[3])
        if official:
            rows = rows[:50]
        if not mmaction2:
            rows = [row for row in rows if has_area(row[1])]
        boxes = truths.get(key, [])
        if official or mmaction2:
            boxes = sorted(boxes, key=lambda row: -(row[3] if row[3] is not None else 1))
        for i in labels:
            own = [row[1] for row in boxes if row[2] == i]
            taken = [False] * len(own)
            for _, box, _, score in (row for row in rows if row[2] == i):
                hit = False
                if own:
                    overlaps = [overlap(box, other, number) for other in own]
                    best = overlaps.index(max(overlaps))
                    hit = bool(overlaps[best] >= 0.5) and not taken[best]
                    taken[best] |= hit
                outcomes[i].append((score, hit))

    result = {}
    for i in labels:
        if totals[i] == 0 or mmaction2 and not outcomes[i]:
            result[i] = None
        else:
            hits = [hit for _, hit in sorted(outcomes[i], key=lambda pair: -pair[0])]
            result[i] = average_precision(hits, totals[i])
    counted = [x for x in result.values() if x is not None]
    return sum(counted) / len(counted), result


def draw(random):
    """Three videos with crowds: near misses, boxes of other classes, key frames without truth, excluded, or unlisted."""
    truth, detections, excluded = [], [], []
    scores = random.sample(range(1, 10**6), 4000)
    ids = [1, 3, 4, 12, 17, 64, 80]

    def text(box):
        return ",".join(f"{x:.3f}" for x in box)

    def shaken(box, amount):
        return [min(1, max(0, x + random.uniform(-amount, amount))) for x in box]

    for video in ["early", "middle_2", "-late"]:
        for second in range(902, 914):
            key = f"{video},{second:04d}"
            if random.random() < 0.15:
                excluded.append(key)
            people = []
            for person in range(random.randrange(5)):
                x, y = random.uniform(0, 0.7), random.uniform(0, 0.5)
                people.append((person, [x, y, x + random.uniform(0.1, 0.3), y + random.uniform(0.2, 0.5)]))
            if not people and random.random() < 0.5:
                truth.append(key)
            for person, box in people:
                for action in random.sample(ids[:5], random.randrange(1, 4)) + ([64] if random.random() < 0.1 else []):
                    truth.append(f"{key},{text(box)},{action},{person}")
            seen = [box for _, box in people] + [[random.uniform(0, 0.5), 0.1, random.uniform(0.5, 1), 0.9]]
            for box in seen:
                for copy in range(random.randrange(1, 4)):
                    found = shaken(box, random.choice([0.01, 0.05, 0.12]))
                    if not has_area(found):
                        found = [0.2, 0.2, 0.4, 0.4]
                    if random.random() < 0.04:
                        found[2] = found[0]
                    # 81 is in nobody's map; a class with truth and without detections stays: 64.
                    for action in random.sample([1, 3, 4, 12, 80, 81], 5):
                        detections.append(f"{key},{text(found)},{action},{scores.pop() / 1e6:.6f}")
    detections += [f"early,0950,0.1,0.1,0.5,0.5,1,{scores.pop() / 1e6:.6f}" for _ in range(3)]
    # Around half an overlap, where one kind of number decides otherwise than the other.
    for second in range(920, 930):
        low, high = random.randrange(100, 300), random.randrange(500, 900)
        truth.append(f"early,{second:04d},0.1,0.{low},0.5,0.{high},12,1")
        middle = (low + high) / 2000
        detections.append(f"early,{second:04d},0.1,{low / 1000:.4f},0.5,{middle:.4f},12,{scores.pop() / 1e6:.6f}")
    return truth, detections, excluded, ids


def main():
    if sys.argv[1:2] == ["--check"]:
        folder = pathlib.Path(sys.argv[2])
        expected = json.load(open(folder / "expected.json"))
        labels = read_labels(folder / "labelmap.pbtxt")
        excluded = {row[0] for row in read_rows(folder / "excluded.csv")}
        detections, truth = read_rows(folder / "detections.csv"), read_rows(folder / "groundtruth.csv")
        for protocol, values in expected.items():
            mean, result = evaluate(detections, truth, labels, excluded, protocol)
            gaps = [abs(mean - (values.get("mAP") or values.get("overall")))]
            for i, name in labels.items():
                known = values.get(f"AP/{name}", result[i])
                assert (known is None) == (result[i] is None), (protocol, name)
                gaps.append(abs(known - result[i]) if known is not None else 0)
            print(f"{protocol}: mAP {mean!r}, largest difference {max(gaps):.1e}")
        return

    truth, detections, excluded, ids = draw(random.Random(11))
    names = {1: "bend/bow (at the waist)", 3: "crouch/kneel", 4: "dance", 12: "stand", 17: "carry", 64: "hug", 80: "watch"}
    label_text = "".join(f'item {{\n  name: "{names[i]}"\n  id: {i}\n}}\n' for i in ids)
    for name, text in [
        ("labelmap.pbtxt", label_text),
        ("groundtruth.csv", "".join(row + "\n" for row in truth)),
        ("detections.csv", "".join(row + "\n" for row in detections)),
        ("excluded.csv", "".join(row + "\n" for row in excluded)),
    ]:
        (HERE / name).write_text(text)
    rows = [read_rows(HERE / name) for name in ("detections.csv", "groundtruth.csv", "excluded.csv")]
    labels = read_labels(HERE / "labelmap.pbtxt")
    expected = {}
    for protocol in ["official", "pyslowfast", "mmaction2"]:
        mean, result = evaluate(rows[0], rows[1], labels, {row[0] for row in rows[2]}, protocol)
        expected[protocol] = {"mAP": mean, "AP": {str(i): result[i] for i in labels}}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
