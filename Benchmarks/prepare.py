"""Makes what the comparisons of whole networks read: seeded weights and OpenVINO's form of what is measured.

Both are kept in .cache and made again when the scripts that made them, or the packages, are others.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from common import CACHE, HERE, clean_environment, versions

# The networks of the comparison by their short names.
CONFIGS = {
    "r50": HERE.parent / "configs/AVA/c2/SLOWFAST_32x2_R50.yaml",
    "r101": HERE.parent / "configs/AVA/c2/SLOWFAST_32x2_R101_50_50.yaml",
    "x3d-m": HERE.parent / "configs/Kinetics/X3D_M.yaml",
    "slowfast": HERE.parent / "configs/Kinetics/SLOWFAST_8x8_R50.yaml",
    "slowfast-4x16": HERE.parent / "configs/Kinetics/SLOWFAST_4x16_R50.yaml",
    "slowfast-r101": HERE.parent / "configs/Kinetics/pytorchvideo/SLOWFAST_8x8_R101.yaml",
    "slow": HERE.parent / "configs/Kinetics/SLOW_8x8_R50.yaml",
    "c2d": HERE.parent / "configs/Kinetics/C2D_8x8_R50.yaml",
    "i3d": HERE.parent / "configs/Kinetics/I3D_8x8_R50.yaml",
    "r2plus1d": HERE.parent / "configs/Kinetics/pytorchvideo/R2PLUS1D_16x4_R50.yaml",
    "mvitv2-s": HERE.parent / "configs/Kinetics/MVITv2_S_16x4.yaml",
    "mvitv1-b": HERE.parent / "configs/Kinetics/MVIT_B_16x4_CONV.yaml",
    "vit-b": HERE.parent / "configs/masked_ssl/k400_VIT_B_16x4_FT.yaml",
}
TITLES = {
    "r50": "SlowFast R50 32x2",
    "r101": "SlowFast R101 32x2 with non-local blocks",
    "x3d-m": "X3D-M",
    "slowfast": "SlowFast R50 8x8, whole clips",
    "slowfast-4x16": "SlowFast R50 4x16, whole clips",
    "slowfast-r101": "SlowFast R101 8x8, whole clips",
    "slow": "Slow R50 8x8",
    "c2d": "C2D R50 8x8",
    "i3d": "I3D R50 8x8",
    "r2plus1d": "R(2+1)D R50 16x4",
    "mvitv2-s": "MViTv2-S 16x4",
    "mvitv1-b": "MViTv1-B 16x4",
    "vit-b": "ViT-B 16x4",
}
# Height and width of a clip, where the config is one of whole clips.
SIZES = {
    **dict.fromkeys(
        ("x3d-m", "slowfast", "slowfast-4x16", "slowfast-r101", "slow", "c2d", "i3d", "r2plus1d"), (256, 256)
    ),
    **dict.fromkeys(("mvitv2-s", "mvitv1-b", "vit-b"), (224, 224)),
}


def made_by(config):
    """Tells one making from another: the scripts, the config, the packages."""
    digest = hashlib.sha256()
    scripts = [HERE / f"{name}.py" for name in ("models", "shapes", "x3d", "r2plus1d", "mvit")]
    for path in (*scripts, Path(__file__), config):
        digest.update(path.read_bytes())
    packages = versions()
    digest.update(f"{packages['torch']} {packages['openvino']}".encode())
    return digest.hexdigest()[:10]


def weights_file(model):
    return CACHE / f"{model}-{made_by(CONFIGS[model])}.pyth"


def openvino_file(model, size, attention=None):
    form = f"-{attention}" if attention else ""
    return CACHE / f"{model}{form}-{size[0]}x{size[1]}-{made_by(CONFIGS[model])}.xml"


def prepare(model, size, convert=True, attention=None):
    """Makes the files of a model in a process of its own, where they are not there yet.

    attention: the form in which a transformer is converted (mvit.FORMS).
    """
    files = [weights_file(model)] + ([openvino_file(model, size, attention)] if convert else [])
    if not all(path.exists() for path in files):
        print(f"preparing {TITLES[model]} at {size[0]}x{size[1]} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-W", "ignore", __file__, model, *map(str, size)]
        command += [] if convert else ["--weights-only"]
        command += ["--attention", attention] if attention else []
        subprocess.run(command, check=True, env=clean_environment(os.environ), stdout=subprocess.DEVNULL)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=CONFIGS)
    parser.add_argument("size", type=int, nargs=2)
    parser.add_argument("--weights-only", action="store_true")
    parser.add_argument("--attention", help="the form of a transformer's attention")
    arguments = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    for stale in CACHE.glob(f"{arguments.model}-*"):
        if made_by(CONFIGS[arguments.model]) not in stale.name:
            stale.unlink()

    from models import build, load_weights, save_weights, seed_weights
    from shapes import load_config

    network = build(load_config(CONFIGS[arguments.model]), arguments.attention)
    weights = weights_file(arguments.model)
    if not weights.exists():
        seed_weights(network, seed=1)
        partial = weights.with_suffix(".part")
        save_weights(network, partial)
        partial.replace(weights)
    load_weights(network, weights)
    if not arguments.weights_only:
        convert(network, arguments.size, openvino_file(arguments.model, arguments.size, arguments.attention))


def convert(network, size, path):
    """Saves what is measured for OpenVINO: batch 1, static shapes, fp32 weights."""
    import openvino
    import torch

    from models import Measured

    clips = network.clips(torch.zeros((1, 3, network.frames, *size)))
    with torch.inference_mode():
        model = openvino.convert_model(
            Measured(network).eval(), example_input=clips, input=[tuple(clip.shape) for clip in clips]
        )
    openvino.save_model(model, path, compress_to_fp16=False)


if __name__ == "__main__":
    main()
