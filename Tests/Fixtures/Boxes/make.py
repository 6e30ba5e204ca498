#!/usr/bin/env python3
"""Makes the small files of boxes that docs/boxes.md shows and the tests read.

All of them say the same of Tests/Fixtures/Video/bframes.mp4 (97 x 63 pixels, 25 frames a second): two people and a dog
one second after the beginning, one person after two. Needs numpy (version: README.md). Run in this folder:
    python make.py
"""
import json
import os
import pickle

import numpy as np

WIDTH, HEIGHT, RATE, VIDEO = 97, 63, 25, "bframes"
# Seconds, track, class, left, top, right, bottom in pixels, score.
BOXES = [
    (1, 1, "person", 10, 6, 30, 56, 0.95),
    (1, 2, "person", 40, 10, 60, 60, 0.85),
    (1, 3, "dog", 70, 40, 90, 60, 0.9),
    (2, 1, "person", 14, 6, 34, 56, 0.9),
    (2, 2, "person", 44, 10, 64, 60, 0.4),
]
# What has no scores has no box below a threshold either.
SURE = [box for box in BOXES if box[-1] > 0.5]
YOLO = {"person": 0, "dog": 16}
COCO = {"person": 1, "dog": 18}


def write(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as file:
        file.write(text)


def dump(name, value):
    """JSON with a line for each item of a list."""
    def text(value, depth):
        pad = "  " * (depth + 1)
        if depth < 2 and isinstance(value, list) and value and not isinstance(value[0], (int, float)):
            return "[\n" + ",\n".join(pad + text(item, depth + 1) for item in value) + "\n" + pad[2:] + "]"
        if depth < 2 and isinstance(value, dict) and any(isinstance(item, (list, dict)) for item in value.values()):
            items = [f"{pad}{json.dumps(key)}: {text(item, depth + 1)}" for key, item in value.items()]
            return "{\n" + ",\n".join(items) + "\n" + pad[2:] + "}"
        return json.dumps(value)
    write(name, text(value, 0) + "\n")


def fractions(box):
    _, _, _, left, top, right, bottom, _ = box
    return left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT


# Ultralytics: predict(save_txt=True, save_conf=True) with a tracker; frames from 1.
for second in (1, 2):
    lines = []
    for time, track, kind, left, top, right, bottom, score in BOXES:
        if time == second:
            numbers = [(left + right) / 2 / WIDTH, (top + bottom) / 2 / HEIGHT, (right - left) / WIDTH,
                       (bottom - top) / HEIGHT, score, track]
            lines.append(" ".join(["%g" % number for number in [YOLO[kind]] + numbers]) + "\n")
    write(f"yolo/labels/{VIDEO}_{second * RATE + 1}.txt", "".join(lines))

# MOTChallenge: no classes, frames from 1.
people = [box for box in BOXES if box[2] == "person"]
write("mot.txt", "".join(
    f"{t * RATE + 1},{track},{l},{top},{r - l},{b - top},{score},-1,-1,-1\n"
    for t, track, _, l, top, r, b, score in people))

# COCO: results, the images that they are of, and a data set.
images = [{"id": 7 * t, "file_name": f"{VIDEO}_{t * RATE:06d}.jpg", "width": WIDTH, "height": HEIGHT} for t in (1, 2)]
results = [
    {"image_id": 7 * t, "category_id": COCO[kind], "bbox": [l, top, r - l, b - top], "score": score}
    for t, _, kind, l, top, r, b, score in BOXES]
categories = [{"id": id, "name": name} for name, id in COCO.items()]
dump("coco_results.json", results)
# A frame 0 says that pictures count from there.
first = {"id": 0, "file_name": f"{VIDEO}_000000.jpg", "width": WIDTH, "height": HEIGHT}
dump("coco_images.json", {"images": [first] + images, "categories": categories})
annotations = [
    {"id": number, "image_id": 7 * box[0], "category_id": COCO[box[2]], "bbox": [box[3], box[4], box[5] - box[3], box[6] - box[4]]}
    for number, box in enumerate(SURE)]
dump("coco_dataset.json", {"images": [first] + images, "annotations": annotations, "categories": categories})

# Detectron2: image ids are frames here, counted from 1; masks stand beside the boxes.
dump("coco_instances_results.json", [
    {"image_id": t * RATE + 1, "category_id": COCO[kind], "bbox": [l, top, r - l, b - top], "score": score,
     "segmentation": {"size": [HEIGHT, WIDTH], "counts": "0"}}
    for t, _, kind, l, top, r, b, score in BOXES])

# AlphAction: ten thousand times the film's number plus the second on AVA's clock; people alone.
dump("alphaction.json", [
    {"image_id": 30000 + 900 + t, "category_id": 1, "bbox": [l, top, r - l, b - top], "score": score}
    for t, _, _, l, top, r, b, score in people])
dump("alphaction_images.json", {"images": [
    {"id": 30000 + 900 + t, "movie": VIDEO, "timestamp": 900 + t, "width": WIDTH, "height": HEIGHT} for t in (1, 2)]})

# Lines of JSON, as slowfast people writes them, with the picture in whose pixels they are.
write("lines.jsonl", "".join(
    json.dumps({"video": VIDEO, "time": float(second), "size": [WIDTH, HEIGHT],
                "boxes": [[l, top, r, b, score] for t, _, _, l, top, r, b, score in people if t == second]}) + "\n"
    for second in (1, 2)))

# A table, as pandas writes YOLOv5's results, with the video and the frame before them.
write("table.csv", "video,frame,xmin,ymin,xmax,ymax,confidence,class,name\n" + "".join(
    f"{VIDEO}.mp4,{t * RATE},{l}.0,{top}.0,{r}.0,{b}.0,{score},{YOLO[kind]},{kind}\n"
    for t, _, kind, l, top, r, b, score in [(0, 9, "dog", 1, 1, 9, 9, 0.9)] + BOXES))

# MMAction2: arrays by video and second.
with open("mmaction2.pkl", "wb") as file:
    pickle.dump({
        f"{VIDEO},{900 + t:04d}": np.array([fractions(box) + (box[-1],) for box in people if box[0] == t], np.float64)
        for t in (1, 2)}, file, protocol=4)

# VIA 3: a project and its export.
attributes = {"1": {"aname": "class", "anchor_id": "FILE1_Z1_XY1", "type": 4, "options": {"0": "person", "1": "dog"}}}
metadata = {
    f"1_{number:04d}": {"vid": "1", "flg": 0, "z": [t], "xy": [2, l, top, r - l, b - top],
                        "av": {"1": "0" if kind == "person" else "1"}}
    for number, (t, _, kind, l, top, r, b, _) in enumerate(SURE)}
dump("via3.json", {
    "project": {"vid_list": ["1"]}, "attribute": attributes,
    "file": {"1": {"fid": "1", "fname": f"{VIDEO}.mp4", "type": 4, "loc": 1, "src": ""}},
    "metadata": metadata, "view": {"1": {"fid_list": ["1"]}}})


def quote(value):
    return '"' + json.dumps(value, separators=(",", ":")).replace('"', '""') + '"'


write("via3.csv", "# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)\n"
      f"# ATTRIBUTE = {json.dumps(attributes, separators=(',', ':'))}\n"
      "# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata\n" + "".join(
          f'"{key}",{quote([VIDEO + ".mp4"])},0,{quote(row["z"])},{quote(row["xy"])},{quote(row["av"])}\n'
          for key, row in metadata.items()))

# VIA 2: pictures.
shapes = [(t, {"name": "rect", "x": l, "y": top, "width": r - l, "height": b - top}, {"class": kind})
          for t, _, kind, l, top, r, b, _ in SURE]
pictures = {}
for t in (0, 1, 2):
    name = f"{VIDEO}_{t * RATE:06d}.jpg"
    regions = [{"shape_attributes": shape, "region_attributes": values} for time, shape, values in shapes if time == t]
    pictures[name + "1000"] = {"filename": name, "size": 1000, "regions": regions, "file_attributes": {}}
dump("via2.json", {"_via_settings": {}, "_via_img_metadata": pictures, "_via_attributes": {"region": {}, "file": {}}})
rows = [f'{VIDEO}_{0:06d}.jpg,1000,"{{}}",0,0,"{{}}","{{}}"\n']
for t in (1, 2):
    own = [(shape, values) for time, shape, values in shapes if time == t]
    for number, (shape, values) in enumerate(own):
        rows.append(f'{VIDEO}_{t * RATE:06d}.jpg,1000,"{{}}",{len(own)},{number},{quote(shape)},{quote(values)}\n')
write("via2.csv", "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
      + "".join(rows))


# CVAT: a task of a video, and one of pictures.
def box(values, indent, extra):
    l, top, r, b = values
    return f'{indent}<box {extra}xtl="{l}.00" ytl="{top}.00" xbr="{r}.00" ybr="{b}.00" z_order="0">\n{indent}</box>\n'


def meta(inner):
    return f"  <meta>\n    <task>\n      <name>people</name>\n{inner}    </task>\n  </meta>\n"


tracks = ""
for track, kind in ((1, "person"), (2, "person"), (3, "dog")):
    own = [entry for entry in SURE if entry[1] == track]
    tracks += f'  <track id="{track}" label="{kind}" source="manual">\n'
    for entry in own:
        tracks += box(entry[3:7], "    ", f'frame="{entry[0] * RATE}" keyframe="1" outside="0" occluded="0" ')
    tracks += box(own[-1][3:7], "    ", f'frame="{own[-1][0] * RATE + 1}" keyframe="1" outside="1" occluded="0" ')
    tracks += "  </track>\n"
head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
size = (f"      <mode>interpolation</mode>\n      <original_size>\n        <width>{WIDTH}</width>\n"
        f"        <height>{HEIGHT}</height>\n      </original_size>\n      <source>{VIDEO}.mp4</source>\n")
write("cvat_video.xml", head + meta(size) + tracks + "</annotations>\n")
text = ""
for t in (0, 1, 2):
    text += f'  <image id="{t}" name="{VIDEO}/frame_{t * RATE:06d}.PNG" width="{WIDTH}" height="{HEIGHT}">\n'
    for entry in SURE:
        if entry[0] == t:
            text += box(entry[3:7], "    ", f'label="{entry[2]}" source="manual" occluded="0" ')
    text += "  </image>\n"
write("cvat_images.xml", head + meta("      <mode>annotation</mode>\n") + text + "</annotations>\n")

# AVA's rows, as PySlowFast has them.
write("ava.csv", "".join(
    "{},{:04d},{:.6f},{:.6f},{:.6f},{:.6f},,{}\n".format(VIDEO, 900 + entry[0], *fractions(entry), entry[-1])
    for entry in people))
