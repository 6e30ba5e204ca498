"""AVA's files: frame lists, boxes with labels, ground truth, label map, excluded seconds."""

import re
from dataclasses import dataclass, field

from problem import Problem
from windows import KEY_SECONDS


@dataclass
class Box:
    corners: tuple  # x1, y1, x2, y2 in fractions of the picture
    labels: list = field(default_factory=list)  # action ids from 1; none for a box that shows no action
    score: float = 1.0


def read_lines(path, what):
    try:
        return path.read_text().splitlines()
    except OSError as error:
        raise Problem(f"reading {what}: {path}: {error.strerror} -> see --data and the AVA keys") from None


def read_frame_lists(folder, names):
    """{video: [path of each frame in order]}, videos in order of appearance."""
    videos = {}
    for name in names:
        path = folder / name
        for number, line in enumerate(read_lines(path, "a frame list")[1:], 2):
            fields = line.split()
            if len(fields) != 5:
                raise Problem(
                    f"reading a frame list: {path}:{number}: expected 5 columns, found {len(fields)} "
                    '-> original_vido_id video_id frame_id path labels, the last one "" if empty'
                )
            videos.setdefault(fields[0], []).append(fields[3])
    if not videos:
        raise Problem(f"reading frame lists: {folder}: {', '.join(names)} name no frames")
    return videos


def read_boxes(folder, names, threshold=None, classes=80, every=1, into=None):
    """{(video, second): {text of the corners: Box}}.

    Lists of predictions are filtered by `threshold` (a score equal to it stays); rows of equal corner texts are one
    box with several labels; a row without a label makes a box that shows none.
    """
    found = {} if into is None else into
    for name in names:
        path = folder / name
        for number, line in enumerate(read_lines(path, "boxes"), 1):
            row = line.strip().split(",")
            where = f"reading boxes: {path}:{number}"
            if len(row) != 8:
                raise Problem(
                    f"{where}: expected 8 columns, found {len(row)} -> video,second,x1,y1,x2,y2,action,score or person"
                )
            try:
                second, corners = int(row[1]), tuple(map(float, row[2:6]))
                label = int(row[6]) if row[6] else None
                score = float(row[7]) if threshold is not None else 1.0
            except ValueError as error:
                raise Problem(f"{where}: {error}") from None
            if threshold is not None and score < threshold or second % every:
                continue
            check_row(where, second, corners, label, classes)
            boxes = found.setdefault((row[0], second), {})
            box = boxes.setdefault(",".join(row[2:6]), Box(corners, score=score))
            if label not in (None, -1):
                box.labels.append(label)
    return found


def check_row(where, second, corners, label, classes):
    if second not in KEY_SECONDS:
        raise Problem(f"{where}: second {second} is outside AVA's, 902 to 1798")
    x1, y1, x2, y2 = corners
    if not (0 <= x1 <= x2 <= 1 and 0 <= y1 <= y2 <= 1):
        raise Problem(f"{where}: the box {corners} is not 0 <= x1 <= x2 <= 1, 0 <= y1 <= y2 <= 1")
    if label not in (None, -1) and not 1 <= label <= classes:
        raise Problem(f"{where}: action {label} is not from 1 to {classes}: MODEL.NUM_CLASSES")


def read_label_map(path):
    """{action id: name} of a pbtxt."""
    items = {}
    for body in re.findall(r"\{([^}]*)\}", "\n".join(read_lines(path, "the label map"))):
        name = re.search(r'name:\s*"([^"]*)"', body)
        number = re.search(r"\b(?:id|label_id):\s*(\d+)", body)
        if not name or not number:
            raise Problem(f"reading the label map: {path}: an item without name or id: {{{' '.join(body.split())}}}")
        items[int(number[1])] = name[1]
    if not items:
        raise Problem(f"reading the label map: {path}: no items")
    return items


def read_excluded(path):
    """{(video, second)} that are not scored."""
    return {
        (video, int(second)) for video, second in (line.split(",") for line in read_lines(path, "excluded seconds") if line)
    }
