"""Average precision at an IoU of 0.5, by the official protocol of AVA."""

import numpy


def iou(box, others):
    """Intersection over union of a box with each of the others, [N, 4]."""
    low, high = numpy.maximum(box[:2], others[:, :2]), numpy.minimum(box[2:], others[:, 2:])
    common = (high - low).clip(0).prod(1)
    area = lambda boxes: (boxes[..., 2:] - boxes[..., :2]).prod(-1)  # noqa: E731
    union = area(box) + area(others) - common
    return numpy.where(union > 0, common / numpy.where(union > 0, union, 1), 0)


def average_precision(scores, hits, truths):
    """Area under the interpolated precision over recall; scores in any order.

    >>> average_precision([0.9, 0.8, 0.7], [True, False, True], 2)
    0.8333333333333333
    """
    order = numpy.argsort(-numpy.asarray(scores), kind="stable")
    hits = numpy.asarray(hits, bool)[order]
    found = hits.cumsum()
    precision = found / numpy.arange(1, len(hits) + 1)
    envelope = numpy.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hits].sum() / truths)


def match(boxes, scores, truth):
    """Which detections of one class and key frame are hits: each takes the truth it covers best, if still free."""
    hits = numpy.zeros(len(boxes), bool)
    free = numpy.ones(len(truth), bool)
    for index in numpy.argsort(-scores, kind="stable"):
        if not len(truth):
            break
        overlaps = iou(boxes[index], truth)
        best = int(overlaps.argmax())
        if overlaps[best] >= 0.5 and free[best]:
            free[best], hits[index] = False, True
    return hits
