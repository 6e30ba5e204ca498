"""What TensorBoard finds in a folder of events, as JSON: events.py FOLDER.

Read twice: by the accumulator of old files, and by the one that TensorBoard's pages are made from.
"""

import json
import logging
import sys

import tensorboard.util.tensor_util
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator

# Points without end, and every one of them: what is shown is a sample.
EVERYTHING = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}


def plain(folder):
    events = event_accumulator.EventAccumulator(folder, size_guidance=EVERYTHING)
    events.Reload()
    tags = events.Tags()
    return {
        "version": events.file_version,
        "scalars": {tag: [[item.step, item.value] for item in events.Scalars(tag)] for tag in tags["scalars"]},
        "images": {
            tag: [[item.step, item.width, item.height, item.encoded_image_string.hex()] for item in events.Images(tag)]
            for tag in tags["images"]},
        "histograms": {
            tag: [
                {"step": item.step, "min": item.histogram_value.min, "max": item.histogram_value.max,
                 "num": item.histogram_value.num, "sum": item.histogram_value.sum,
                 "sum_squares": item.histogram_value.sum_squares, "limits": list(item.histogram_value.bucket_limit),
                 "counts": list(item.histogram_value.bucket)}
                for item in events.Histograms(tag)]
            for tag in tags["histograms"]},
    }


def shown(folder):
    events = plugin_event_accumulator.EventAccumulator(folder, size_guidance=EVERYTHING, tensor_size_guidance={})
    events.Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        found[tag] = [[item.step, list(tensorboard.util.tensor_util.make_ndarray(item.tensor_proto).shape)]
                      for item in events.Tensors(tag)]
    return {"tensors": found}


def main():
    logging.disable(logging.WARNING)
    json.dump({"plain": plain(sys.argv[1]), "shown": shown(sys.argv[1])}, sys.stdout)


if __name__ == "__main__":
    main()
