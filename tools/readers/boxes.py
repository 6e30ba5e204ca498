"""What COCO's evaluator says of person boxes, as JSON: boxes.py BOXES.csv TRUTH.csv OVERLAP.

Rows are AVA's: video, second, x1, y1, x2, y2, then an action (none for boxes) and, of boxes, a score.
"""

import contextlib
import csv
import json
import sys

import numpy
import pycocotools.coco
import pycocotools.cocoeval

SIDE = 1000.0


def rows(path):
    with open(path, newline="") as file:
        return [row for row in csv.reader(file)]


def pixels(row):
    x1, y1, x2, y2 = (float(value) * SIDE for value in row[2:6])
    return [x1, y1, x2 - x1, y2 - y1]


def main():
    boxes, truth = rows(sys.argv[1]), rows(sys.argv[2])
    images = {key: index + 1 for index, key in enumerate(sorted({(row[0], float(row[1])) for row in truth}))}
    people = sorted({(row[0], float(row[1]), *row[2:6]) for row in truth if len(row) > 2})
    data = pycocotools.coco.COCO()
    data.dataset = {
        "images": [{"id": number} for number in images.values()],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {"id": index + 1, "image_id": images[person[:2]], "category_id": 1, "iscrowd": 0, "area": 1.0,
             "bbox": pixels(person)}
            for index, person in enumerate(people)
        ],
    }
    found = [
        {"image_id": images[key], "category_id": 1, "bbox": pixels(row), "score": float(row[7])}
        for row in boxes if (key := (row[0], float(row[1]))) in images
    ]
    with contextlib.redirect_stdout(sys.stderr):
        data.createIndex()
        run = pycocotools.cocoeval.COCOeval(data, data.loadRes(found), "bbox")
        run.params.iouThrs = numpy.array([float(sys.argv[3])])
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.params.maxDets = [100]
        run.evaluate()
        run.accumulate()
    precision = run.eval["precision"]
    json.dump({"ap": float(precision[precision > -1].mean()), "recall": float(run.eval["recall"].max())}, sys.stdout)


if __name__ == "__main__":
    main()
