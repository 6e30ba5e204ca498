#!/usr/bin/env python3
"""Makes the cases that VideoModelsTests holds R(2+1)D and CSN to: cases.json, and of each case the scores of PyTorchVideo's
own network, NAME_scores.npy and NAME_logits.npy.

The networks are PyTorchVideo's, built by its public builders with the settings that PySlowFast's wrappers give them, thin
and with few classes. No weights are stored: every tensor follows from its name and shape, as in the folder VideoModels
beside this one; the test makes the same ones.

Needs torch, numpy and pytorchvideo (versions: README.md). Run in this folder:
    python make_pytorchvideo.py
"""
import hashlib
import json
import pathlib
import platform
import sys

import numpy as np
import torch
from pytorchvideo.models.csn import create_csn
from pytorchvideo.models.r2plus1d import create_r2plus1d

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "VideoModels"))
from make_fixtures import fill, uniform  # noqa: E402

torch.manual_seed(0)
torch.set_num_threads(1)

CLASSES = 7
CROP = 32

# name: builder, its settings beside those of all, how many frames become one, the config, depth, width, input [N, C, T, H, W]
CASES = {
    "r2plus1d_r50": (create_r2plus1d, {}, 4, "Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", 50, 8, [2, 3, 8, 48, 72]),
    "csn_r50": (
        create_csn, {"stem_pool": torch.nn.MaxPool3d}, 8, "Kinetics/pytorchvideo/CSN_32x2_R101", 50, 8, [1, 3, 16, 48, 72]),
    "csn_r101": (
        create_csn, {"stem_pool": torch.nn.MaxPool3d}, 8, "Kinetics/pytorchvideo/CSN_32x2_R101", 101, 4, [1, 3, 8, 37, 45]),
}


def tensor(name, shape):
    """Classifiers are damped, as those of the other folder are, so that classes stay comparable."""
    return fill(name, shape) * (0.3 if name.endswith(".proj.weight") else 1.0)


def main():
    import pytorchvideo

    folder = pathlib.Path(__file__).parent
    cases = []
    for name, (builder, settings, stride, config, depth, width, shape) in CASES.items():
        model = builder(
            model_depth=depth, model_num_class=CLASSES, stem_dim_out=width, head_activation=None,
            head_output_with_global_average=False, head_pool_kernel_size=(shape[2] // stride, CROP // 32, CROP // 32),
            **settings,
        ).eval()
        state = model.state_dict()
        shapes = [[n, list(v.shape)] for n, v in state.items() if not n.endswith("num_batches_tracked")]
        model.load_state_dict(state | {n: tensor(n, s) for n, s in shapes})
        clip = torch.from_numpy((2 * uniform("input", int(np.prod(shape)))).astype(np.float32)).reshape(shape)
        with torch.no_grad():
            logits = model(clip)
        # PySlowFast's wrappers score every position, and take the mean.
        scores = torch.softmax(logits, 1).mean((2, 3, 4))
        np.save(folder / f"{name}_scores.npy", scores.numpy())
        np.save(folder / f"{name}_logits.npy", logits.mean((2, 3, 4)).numpy())
        print(f"{name:14s} {tuple(logits.shape)} scores spread {float(scores.std()):.4f}, logits {float(logits.std()):.4f}")
        overrides = {
            "RESNET.DEPTH": depth, "RESNET.WIDTH_PER_GROUP": width, "DATA.NUM_FRAMES": shape[2],
            "DATA.TRAIN_CROP_SIZE": CROP, "MODEL.NUM_CLASSES": CLASSES,
        }
        cases.append({
            "name": name, "config": config, "overrides": [x for k, v in overrides.items() for x in (k, str(v))],
            "input": shape, "tensors": [f"{n} {'x'.join(map(str, s))}" for n, s in shapes],
        })
    (folder / "cases.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    files = sorted(folder.glob("*.npy")) + [folder / "cases.json", folder / "make_pytorchvideo.py"]
    sums = "\n".join(f"    {hashlib.sha256(f.read_bytes()).hexdigest()} {f.name}" for f in files)
    (folder / "README.md").write_text(f"""# R(2+1)D and CSN as PyTorchVideo computes them

{len(cases)} thin networks of PyTorchVideo's public builders, with the settings that PySlowFast's wrappers give them. `cases.json` has for
each the config here and its overrides, the input's shape, and the network's tensors, names and shapes; `NAME_scores.npy` what
PySlowFast's wrapper makes of it (softmax at every position, then the mean), `NAME_logits.npy` the mean without the softmax. Clip
and weights are not stored: they follow from names and shapes by the formula of the folder VideoModels.

Made by `make_pytorchvideo.py` (ours) with PyTorchVideo {pytorchvideo.__version__}, torch {torch.__version__.split('+')[0]}, \
numpy {np.__version__} on {platform.machine()}. SHA-256:

{sums}
""")


if __name__ == "__main__":
    main()
