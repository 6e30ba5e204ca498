"""What public readers find in the files of `slowfast export`, as JSON: read.py FOLDER.

pycocotools reads coco.json, pympi-ling elan/*.eaf, webvtt-py webvtt/*.vtt, and the standard library cvat/*.xml, as CVAT's own
importer does.
"""

import contextlib
import html
import json
import pathlib
import sys
import xml.etree.ElementTree

import pycocotools.coco
import pympi.Elan
import webvtt


def coco(path):
    with contextlib.redirect_stdout(sys.stderr):
        data = pycocotools.coco.COCO(str(path))
        names = {category["id"]: category["name"] for category in data.loadCats(data.getCatIds())}
        # Boxes serve as results, too: all ids fit.
        results = [{key: item[key] for key in ("image_id", "category_id", "bbox", "score")} for item in data.anns.values()]
        if results:
            data.loadRes(results)
    counts = {}
    for item in data.loadAnns(data.getAnnIds()):
        counts[names[item["category_id"]]] = counts.get(names[item["category_id"]], 0) + 1
    return {"images": len(data.getImgIds()), "annotations": counts,
            "videos": [video["name"] for video in data.dataset["videos"]]}


def elan(path):
    document = pympi.Elan.Eaf(str(path))
    tiers = {}
    for tier in document.get_tier_names():
        annotations = sorted(document.get_annotation_data_for_tier(tier))
        tiers[tier] = {"participant": document.get_parameters_for_tier(tier)["PARTICIPANT"],
                       "annotations": [list(annotation[:3]) for annotation in annotations]}
    media = [item.get("RELATIVE_MEDIA_URL") for item in document.get_linked_files()]
    return {"tiers": tiers, "media": media}


def subtitles(path):
    # webvtt-py leaves character references as they stand.
    return [[cue.start, cue.end, cue.voice, html.unescape(cue.text)] for cue in webvtt.read(str(path))]


def cvat(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    return {"source": root.findtext("meta/task/source"),
            "attributes": [item.text for item in root.findall("meta/task/labels/label/attributes/attribute/name")],
            "tracks": {track.get("id"): [int(box.get("frame")) for box in track] for track in root.iter("track")}}


def main():
    folder = pathlib.Path(sys.argv[1])
    found = {"coco": coco(folder / "coco.json")}
    for name, pattern, read in (("elan", "*.eaf", elan), ("webvtt", "*.vtt", subtitles), ("cvat", "*.xml", cvat)):
        found[name] = {path.stem: read(path) for path in sorted((folder / name).glob(pattern))}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
