"""Scores detections by the three public protocols, and names the classes that cost most.

usage: score.py GROUNDTRUTH.csv DETECTIONS.csv LABELMAP.pbtxt
"""
import sys

import slowfast


def main(groundtruth, detections, labelmap):
    result = slowfast.evaluate(groundtruth, detections, labelmap, explain=True)
    for name, protocol in result.items():
        print(f"{name:<11} mAP {protocol.mAP:.4f}")
    classes = result.first.explanation["classes"].values()
    for one in sorted((one for one in classes if one["ap"] is not None), key=lambda one: one["ap"])[:3]:
        print(f"  {one['name']}: AP {one['ap']:.4f}, {one['true_positives']} of {one['truth']} found")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except slowfast.Error as error:
        sys.exit(f"score.py: {error}")
