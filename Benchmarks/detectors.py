"""torchvision's Faster R-CNN R50-FPN with seeded weights, and its form for OpenVINO, for detector.py.

Run as a program it makes the files where they are not there yet.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from common import CACHE, HERE, versions

# Height and width of the image: what the published models scale theirs to.
SIZE = (800, 1333)


def made_by():
    """Tells one making from another: this script and the packages."""
    packages = versions()
    text = Path(__file__).read_bytes() + f"{packages['torch']} {packages['torchvision']} {packages['openvino']}".encode()
    return hashlib.sha256(text).hexdigest()[:10]


def weights_file():
    return CACHE / f"faster-rcnn-{made_by()}.pth"


def openvino_file():
    return CACHE / f"faster-rcnn-{made_by()}.xml"


def image():
    """The image that all contestants see: seeded noise over patches, [3, H, W] of 0 to 1."""
    import torch

    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand((1, 3, 25, 42), generator=generator)
    patches = torch.nn.functional.interpolate(coarse, SIZE)[0]
    return (0.8 * patches + 0.2 * torch.rand((3, *SIZE), generator=generator)).mul(255).round().div(255)


def build():
    """The network as torchvision builds it, without weights."""
    import torchvision

    return torchvision.models.detection.fasterrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, min_size=SIZE[0], max_size=SIZE[1]
    ).eval()


def seed_weights(network):
    """Kaiming convolutions, the statistics of an image in batch norms, and heads that find a few hundred boxes.

    With plain random heads all classes are alike: nothing would pass the threshold, and choosing boxes cost nothing.
    """
    import torch

    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                torch.nn.init.zeros_(module.bias)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
            # The sum of a block is not to grow from one to the next.
            torch.nn.init.constant_(module.weight, 0.5)
    with torch.inference_mode():
        body = network.backbone.body.train()
        batch, _ = network.transform([image()])
        body(batch.tensors)
        body.eval()
        features = list(network.backbone(batch.tensors).values())
        spread = features[0].std()
        for module in (*network.backbone.fpn.layer_blocks.modules(),):
            if isinstance(module, torch.nn.Conv2d):
                module.weight.div_(spread)
        # Objectness and deltas of about the size that trained heads give.
        features = list(network.backbone(batch.tensors).values())
        hidden = network.rpn.head.conv(features[1])
        for layer, size in ((network.rpn.head.cls_logits, 2.0), (network.rpn.head.bbox_pred, 0.2)):
            layer.weight.mul_(size / layer(hidden).std())
        kept = {}
        handle = network.roi_heads.box_head.register_forward_hook(lambda _, inputs, output: kept.update(x=output))
        network([image()])
        handle.remove()
        predictor = network.roi_heads.box_predictor
        for layer, size in ((predictor.cls_score, 1.3), (predictor.bbox_pred, 0.5)):
            layer.weight.mul_(size / layer(kept["x"]).std())
    return network


def load():
    import torch

    network = build()
    network.load_state_dict(torch.load(weights_file(), weights_only=True))
    return network


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    CACHE.mkdir(exist_ok=True)
    for stale in CACHE.glob("faster-rcnn-*"):
        if made_by() not in stale.name:
            stale.unlink()

    import openvino
    import torch

    if not weights_file().exists():
        partial = weights_file().with_suffix(".part")
        torch.save(seed_weights(build()).state_dict(), partial)
        partial.replace(weights_file())
    if not image_file().exists():
        write_image()
    if not openvino_file().exists():
        model = openvino.convert_model(flat(load()), example_input=image())
        model.reshape([3, *SIZE])
        openvino.save_model(model, openvino_file(), compress_to_fp16=False)


def flat(network):
    """From one image to tensors, without lists and dictionaries."""
    import torch

    class Flat(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, image):
            found = self.network([image])[0]
            return found["boxes"], found["labels"], found["scores"]

    return Flat().eval()


def image_file():
    return CACHE / f"faster-rcnn-{made_by()}.png"


def write_image():
    """The image as a file, for slowfast."""
    import torchvision

    torchvision.io.write_png(image().mul(255).round().byte(), str(image_file()))


if __name__ == "__main__":
    sys.exit(main())
