"""Writes people.png, a drawn picture, and people.npy: what the project's small detector finds in it, computed by PyTorch.

usage: make_fixtures.py PICTURE, with the packages of tools/train/requirements.txt
"""

import json
import sys
from pathlib import Path

import cv2
import numpy
import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tools/train"))

import people  # noqa: E402
import ssd  # noqa: E402


def read(path):
    """{name: array} of a safetensors file."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "F16": "<f2", "I32": "<i4"}
    result = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = numpy.frombuffer(data[8 + length + begin : 8 + length + end], kinds[entry["dtype"]])
        result[name] = torch.from_numpy(numbers.reshape(entry["shape"]).astype(numpy.float32))
    return result


@torch.no_grad()
def load(network, tensors):
    """Puts a file's tensors into a network: `SSDLite.tensors` backwards."""
    for module in network.modules():
        if isinstance(module, ssd.Unit):
            suffix, axes = ("depthwise_weights", (2, 3, 0, 1)) if module.depthwise else ("weights", (3, 2, 0, 1))
            module.convolution.weight.copy_(tensors[f"{module.name}/{suffix}"].permute(axes))
            norm = module.norm
            values = norm.weight, norm.bias, norm.running_mean, norm.running_var
            for name, value in zip(("gamma", "beta", "moving_mean", "moving_variance"), values):
                value.copy_(tensors[f"{module.name}/BatchNorm/{name}"])
        elif isinstance(module, ssd.Predictor):
            module.output.weight.copy_(tensors[f"{module.name}/weights"].permute(3, 2, 0, 1))
            module.output.bias.copy_(tensors[f"{module.name}/biases"])


@torch.inference_mode()
def main(picture):
    cv2.imwrite(str(HERE / "people.png"), cv2.imread(picture, cv2.IMREAD_COLOR), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    picture = cv2.imread(str(HERE / "people.png"), cv2.IMREAD_COLOR)
    network = ssd.SSDLite().eval()
    load(network, read(ROOT / "configs/demo/SSDLITE_PEOPLE_SMALL.safetensors"))
    offsets, logits = network(people.network_input(picture, network.size)[None])
    boxes, scores = ssd.found(offsets[0], logits[0], network.anchors, threshold=0.05)
    # y1, x1, y2, x2 in fractions of the picture, score.
    numpy.save(HERE / "people.npy", torch.cat([boxes, scores[:, None]], 1).numpy())


if __name__ == "__main__":
    main(sys.argv[1])
