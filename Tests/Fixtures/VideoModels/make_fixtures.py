#!/usr/bin/env python3
"""Makes the cases that VideoModelsTests holds the networks to: cases.json and one NAME.npy of scores per case.

A second statement of the SlowFast family, independent of the Swift one: a walk over names and functional torch calls
instead of modules. No weights are stored: every tensor follows from its name and shape (see `fill`), the test makes
the same ones.

Needs torch, torchvision and numpy (versions: README.md). Run in this folder:
    python make_fixtures.py
"""
import hashlib
import json
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_num_threads(1)

# --- Numbers from names -----------------------------------------------------------------------------------------------


def uniform(name, count):
    """SplitMix64 over the flat index, seeded by the name: doubles in [-1, 1)."""
    seed = 0
    for j, byte in enumerate(name.encode()):
        seed = (seed + byte * (j + 1)) % 1000003
    golden = 0x9E3779B97F4A7C15
    start = (seed * golden + golden) % 2**64
    z = np.arange(count, dtype=np.uint64) + np.uint64(start)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53 * 2 - 1


def fill(name, shape, damping=1.0):
    """The tensor of a name: spread so that activations neither die nor grow.

    `damping` multiplies the kernels of non-local blocks: the dot product cubes what passes through it.
    """
    u = uniform(name, int(np.prod(shape)))
    if name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif name.endswith("running_mean"):
        u = 0.1 * u
    elif len(shape) == 1:
        u = 0.6 + 0.2 * u if name.endswith(".weight") else 0.1 * u
    else:
        u = u * np.sqrt(6 / np.prod(shape[1:])) * (0.3 if name == "head.projection.weight" else 1)
        u = u * (damping if "nonlocal" in name else 1)
    return torch.from_numpy(u.astype(np.float32)).reshape(tuple(shape))


# --- The family -------------------------------------------------------------------------------------------------------

DEPTHS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
FLAT = (1, [[1], [1], [1], [1]])
INFLATED = (5, [[3], [3, 1], [3, 1], [1, 3]])
SLOW = (1, [[1], [1], [3], [3]])
FAST = (5, [[3], [3], [3], [3]])
KERNELS = {
    "2d": [FLAT], "c2d": [FLAT], "slow_c2d": [FLAT], "i3d": [INFLATED], "slow_i3d": [INFLATED], "slow": [SLOW],
    "slowfast": [SLOW, FAST],
}
DEFAULTS = {
    "MODEL.ARCH": "slowfast", "MODEL.MODEL_NAME": "SlowFast", "MODEL.NUM_CLASSES": 5, "MODEL.HEAD_ACT": "softmax",
    "RESNET.DEPTH": 50, "RESNET.WIDTH_PER_GROUP": 8, "RESNET.NUM_GROUPS": 1, "RESNET.STRIDE_1X1": False,
    "RESNET.TRANS_FUNC": "bottleneck_transform", "SLOWFAST.ALPHA": 4, "SLOWFAST.BETA_INV": 4,
    "SLOWFAST.FUSION_CONV_CHANNEL_RATIO": 2, "SLOWFAST.FUSION_KERNEL_SZ": 5, "NONLOCAL.INSTANTIATION": "dot_product",
    "DETECTION.ENABLE": False, "DETECTION.ALIGNED": True, "DETECTION.SPATIAL_SCALE_FACTOR": 16,
    "DETECTION.ROI_XFORM_RESOLUTION": 7, "MULTIGRID.SHORT_CYCLE": False, "DATA.TRAIN_CROP_SIZE": 32,
    "DATA.TEST_CROP_SIZE": 96,
}


class Model:
    """One network: `shapes` collects every tensor it asks for."""

    def __init__(self, options, frames, channels=3, damping=1.0):
        self.o = dict(DEFAULTS, **options)
        self.damping = damping
        self.frames = frames
        self.two = self.o["MODEL.ARCH"] == "slowfast"
        self.paths = 2 if self.two else 1
        depth = self.o["RESNET.DEPTH"]
        self.o.setdefault("RESNET.NUM_BLOCK_TEMP_KERNEL", [[b] * self.paths for b in DEPTHS[depth]])
        self.o.setdefault("RESNET.SPATIAL_STRIDES", [[s] * self.paths for s in (1, 2, 2, 2)])
        self.o.setdefault("RESNET.SPATIAL_DILATIONS", [[1] * self.paths for _ in range(4)])
        self.o.setdefault("NONLOCAL.LOCATION", [[[] for _ in range(self.paths)] for _ in range(4)])
        self.o.setdefault("NONLOCAL.GROUP", [[1] * self.paths for _ in range(4)])
        self.o.setdefault("NONLOCAL.POOL", [[[1, 2, 2] for _ in range(self.paths)] for _ in range(4)])
        self.o["DATA.NUM_FRAMES"] = frames
        self.o["DATA.INPUT_CHANNEL_NUM"] = [channels] * self.paths
        self.channels = channels
        self.shapes = {}
        self.stages = []

    def tensor(self, name, *shape):
        self.shapes[name] = list(shape)
        return fill(name, shape, self.damping)

    def note(self, name, xs):
        for p, x in enumerate(xs):
            self.stages.append([f"{name}.p{p}", list(x.shape), float(x.double().mean()), float(x.double().std())])

    def conv(self, x, name, out, kernel, stride=(1, 1, 1), pad=(0, 0, 0), dil=(1, 1, 1), groups=1, bias=False):
        weight = self.tensor(name + ".weight", out, x.shape[1] // groups, *kernel)
        b = self.tensor(name + ".bias", out) if bias else None
        return F.conv3d(x, weight, b, stride, pad, dil, groups)

    def norm(self, x, name):
        c = x.shape[1]
        weight, bias, mean, var = (
            self.tensor(f"{name}.{k}", c).reshape(1, c, 1, 1, 1) for k in ("weight", "bias", "running_mean", "running_var")
        )
        return (x - mean) / torch.sqrt(var + 1e-5) * weight + bias

    def widths(self, path):
        w = self.o["RESNET.WIDTH_PER_GROUP"]
        d = self.o["SLOWFAST.BETA_INV"] if path else 1
        return w // d, w * self.o["RESNET.NUM_GROUPS"] // d

    def stem(self, x, p):
        name = f"s1.pathway{p}_stem"
        k = KERNELS[self.o["MODEL.ARCH"]][p][0]
        x = self.conv(x, name + ".conv", self.widths(p)[0], (k, 7, 7), (1, 2, 2), (k // 2, 3, 3))
        return F.max_pool3d(F.relu(self.norm(x, name + ".bn")), (1, 3, 3), (1, 2, 2), (0, 1, 1))

    def fuse(self, xs, name):
        if not self.two:
            return xs
        slow, fast = xs
        k = self.o["SLOWFAST.FUSION_KERNEL_SZ"]
        out = fast.shape[1] * self.o["SLOWFAST.FUSION_CONV_CHANNEL_RATIO"]
        y = self.conv(fast, name + ".conv_f2s", out, (k, 1, 1), (self.o["SLOWFAST.ALPHA"], 1, 1), (k // 2, 0, 0))
        return [torch.cat([slow, F.relu(self.norm(y, name + ".bn"))], 1), fast]

    def block(self, x, name, out, inner, kt, s, d):
        shortcut = x
        if x.shape[1] != out or s != 1:
            shortcut = self.norm(self.conv(x, name + ".branch1", out, (1, 1, 1), (1, s, s)), name + ".branch1_bn")
        b = name + ".branch2"
        if self.o["RESNET.TRANS_FUNC"] == "basic_transform":
            y = self.conv(x, b + ".a", out, (kt, 3, 3), (1, s, s), (kt // 2, 1, 1))
            y = F.relu(self.norm(y, b + ".a_bn"))
            y = self.norm(self.conv(y, b + ".b", out, (1, 3, 3), pad=(0, d, d), dil=(1, d, d)), b + ".b_bn")
        else:
            s1, s3 = (s, 1) if self.o["RESNET.STRIDE_1X1"] and not self.two else (1, s)
            y = F.relu(self.norm(self.conv(x, b + ".a", inner, (kt, 1, 1), (1, s1, s1), (kt // 2, 0, 0)), b + ".a_bn"))
            y = self.conv(y, b + ".b", inner, (1, 3, 3), (1, s3, s3), (0, d, d), (1, d, d), self.o["RESNET.NUM_GROUPS"])
            y = F.relu(self.norm(y, b + ".b_bn"))
            y = self.norm(self.conv(y, b + ".c", out, (1, 1, 1)), b + ".c_bn")
        return F.relu(shortcut + y)

    def nonlocal_block(self, x, name, pool, groups):
        n, c, t, h, w = x.shape
        if groups > 1:
            x = x.reshape(n, c, groups, t // groups, h, w).transpose(1, 2).reshape(n * groups, c, t // groups, h, w)
        theta = self.conv(x, name + ".conv_theta", c // 2, (1, 1, 1), bias=True).flatten(2)
        xp = F.max_pool3d(x, pool, pool) if max(pool) > 1 else x
        phi = self.conv(xp, name + ".conv_phi", c // 2, (1, 1, 1), bias=True).flatten(2)
        g = self.conv(xp, name + ".conv_g", c // 2, (1, 1, 1), bias=True).flatten(2)
        a = theta.transpose(1, 2) @ phi
        if self.o["NONLOCAL.INSTANTIATION"] == "softmax":
            a = torch.softmax(a * (c // 2) ** -0.5, 2)
        else:
            a = a / phi.shape[2]
        y = (g @ a.transpose(1, 2)).reshape(x.shape[0], c // 2, *x.shape[2:])
        x = x + self.norm(self.conv(y, name + ".conv_out", c, (1, 1, 1), bias=True), name + ".bn")
        if groups > 1:
            x = x.reshape(n, groups, c, t // groups, h, w).transpose(1, 2).reshape(n, c, t, h, w)
        return x

    def stage(self, x, i, p):
        o = self.o
        width, inner = self.widths(p)
        cycle = KERNELS[o["MODEL.ARCH"]][p][1][i]
        count = DEPTHS[o["RESNET.DEPTH"]][i]
        kernels = (cycle * count)[: o["RESNET.NUM_BLOCK_TEMP_KERNEL"][i][p]]
        kernels += [1] * (count - len(kernels))
        for j, kt in enumerate(kernels):
            s = o["RESNET.SPATIAL_STRIDES"][i][p] if j == 0 else 1
            d = o["RESNET.SPATIAL_DILATIONS"][i][p]
            x = self.block(x, f"s{i + 2}.pathway{p}_res{j}", 4 * width << i, inner << i, kt, s, d)
            if j in o["NONLOCAL.LOCATION"][i][p]:
                name = f"s{i + 2}.pathway{p}_nonlocal{j}"
                x = self.nonlocal_block(x, name, o["NONLOCAL.POOL"][i][p], o["NONLOCAL.GROUP"][i][p])
        return x

    def features(self, clip):
        if self.two:
            n = self.frames // self.o["SLOWFAST.ALPHA"]
            # torch's own linspace, as the reference picks the slow frames.
            slow = torch.linspace(0, self.frames - 1, n).long()
            xs = [clip[:, :, slow], clip]
        else:
            xs = [clip]
        xs = [self.stem(x, p) for p, x in enumerate(xs)]
        self.note("s1", xs)
        xs = self.fuse(xs, "s1_fuse")
        for i in range(4):
            xs = [self.stage(x, i, p) for p, x in enumerate(xs)]
            self.note(f"s{i + 2}", xs)
            if i < 3:
                xs = self.fuse(xs, f"s{i + 2}_fuse")
            if i == 0 and self.o["MODEL.ARCH"] in ("c2d", "i3d") and self.o["MODEL.MODEL_NAME"] == "ResNet":
                xs = [F.max_pool3d(x, (2, 1, 1), (2, 1, 1)) for x in xs]
        return xs

    def activation(self, x, axis):
        act = self.o["MODEL.HEAD_ACT"]
        return torch.softmax(x, axis) if act == "softmax" else torch.sigmoid(x) if act == "sigmoid" else x

    def project(self, x):
        classes = self.o["MODEL.NUM_CLASSES"]
        weight = self.tensor("head.projection.weight", classes, x.shape[-1])
        return F.linear(x, weight, self.tensor("head.projection.bias", classes))

    def __call__(self, clip, boxes):
        xs = self.features(clip)
        if boxes is not None:
            import torchvision  # Not at the top: others take the networks from here and pool for themselves.

            o = self.o
            pooled = [
                torchvision.ops.roi_align(
                    x.mean(2), boxes, o["DETECTION.ROI_XFORM_RESOLUTION"], 1 / o["DETECTION.SPATIAL_SCALE_FACTOR"], 0,
                    o["DETECTION.ALIGNED"]).amax((2, 3))
                for x in xs
            ]
            return self.activation(self.project(torch.cat(pooled, 1)), 1)
        c = self.o["DATA.TRAIN_CROP_SIZE"] // 32
        globally = self.o["MULTIGRID.SHORT_CYCLE"]
        pooled = [x.mean((2, 3, 4), keepdim=True) if globally else F.avg_pool3d(x, (x.shape[2], c, c), 1) for x in xs]
        scores = self.activation(self.project(torch.cat(pooled, 1).permute(0, 2, 3, 4, 1)), 4)
        return scores.mean((1, 2, 3))


# --- The cases --------------------------------------------------------------------------------------------------------

BOXES = [[0, 3.2, 5.1, 40.7, 40.3], [0, 0, 0, 63, 47], [0, 40.5, 20.25, 62.0, 44.0], [0, 20, 20, 20.5, 20.5]]
# Beyond every border, wholly outside, without area, inverted.
ODD_BOXES = [[0, -30, -20, 90, 70], [0, 100, 100, 140, 130], [0, 10, 10, 10, 30], [0, 40, 30, 20, 10]]
ODD_BOXES += [[0, -60, -60, -20, -20]]
DILATED = {"RESNET.SPATIAL_STRIDES": [[1], [2], [2], [1]], "RESNET.SPATIAL_DILATIONS": [[1], [1], [1], [2]]}


def twice(table):
    return [[row[0], row[0]] for row in table]


DILATED2 = {key: twice(table) for key, table in DILATED.items()}
DETECT = {"DETECTION.ENABLE": True, "MODEL.HEAD_ACT": "sigmoid"}


def single(arch, **more):
    return dict({"MODEL.ARCH": arch, "MODEL.MODEL_NAME": "ResNet"}, **more)


NLN_R101 = {
    "RESNET.DEPTH": 101, "RESNET.NUM_BLOCK_TEMP_KERNEL": [[3, 3], [4, 4], [6, 6], [3, 3]],
    "NONLOCAL.LOCATION": [[[], []], [[], []], [[6, 13, 20], []], [[], []]],
    "NONLOCAL.POOL": [[[2, 2, 2]] * 2] * 4, "DETECTION.ALIGNED": False,
}
NLN_50 = {"NONLOCAL.LOCATION": [[[]], [[1, 3]], [[1, 3, 5]], [[]]], "NONLOCAL.INSTANTIATION": "softmax"}
GROUPS = {
    "NONLOCAL.LOCATION": [[[0]], [[1]], [[2]], [[]]], "NONLOCAL.GROUP": [[2], [4], [2], [1]],
    "NONLOCAL.POOL": [[[2, 2, 2]], [[1, 1, 1]], [[1, 2, 2]], [[1, 2, 2]]], "NONLOCAL.INSTANTIATION": "softmax",
}
BASIC = {"RESNET.DEPTH": 18, "RESNET.TRANS_FUNC": "basic_transform"}
FINE = {
    "RESNET.SPATIAL_STRIDES": [[1], [2], [1], [1]], "RESNET.SPATIAL_DILATIONS": [[1], [1], [2], [4]],
    "DETECTION.SPATIAL_SCALE_FACTOR": 8, "DETECTION.ROI_XFORM_RESOLUTION": 3,
}
CROP64 = {"DATA.TRAIN_CROP_SIZE": 64}
K7 = {"SLOWFAST.FUSION_KERNEL_SZ": 7}

# name: options, input [N, C, T, H, W], boxes
CASES = {
    "slowfast_det_aligned": (DETECT | DILATED2 | K7, [1, 3, 8, 48, 64], BOXES + ODD_BOXES),
    "slowfast_det_legacy": (DETECT | DILATED2 | K7 | {"DETECTION.ALIGNED": False}, [1, 3, 8, 48, 64], BOXES + ODD_BOXES),
    "slowfast_det_batch2": (
        DETECT | DILATED2, [2, 3, 8, 48, 64], [[1] + BOXES[0][1:], BOXES[1], [1] + BOXES[2][1:], BOXES[0]]),
    "slowfast_det_softmax": (DETECT | DILATED2 | {"MODEL.HEAD_ACT": "softmax"}, [1, 3, 8, 48, 64], BOXES),
    "slowfast_cls": (CROP64, [1, 3, 8, 96, 96], None),
    "slowfast_cls_alpha8": ({"SLOWFAST.ALPHA": 8}, [1, 3, 16, 64, 64], None),
    "slowfast_cls_stride1x1": ({"RESNET.STRIDE_1X1": True}, [1, 3, 8, 32, 40], None),
    "slowfast_cls_groups": ({"RESNET.NUM_GROUPS": 2}, [1, 3, 8, 32, 40], None),
    "slowfast_cls_basic18": (BASIC, [1, 3, 8, 37, 45], None),
    "slowfast_cls_none": ({"MODEL.HEAD_ACT": "none"}, [1, 3, 8, 64, 64], None),
    "slowfast_r101_nln_det": (DETECT | DILATED2 | NLN_R101, [1, 3, 16, 48, 64], BOXES),
    "slow_det": (single("slow", **DETECT, **DILATED), [1, 3, 4, 48, 64], BOXES + ODD_BOXES),
    "slow_det_fine": (single("slow", **DETECT, **FINE), [1, 3, 4, 48, 64], BOXES + ODD_BOXES),
    "slow_det_basic18": (single("slow", **DETECT, **DILATED, **BASIC), [1, 3, 4, 48, 64], BOXES),
    "slow_cls_sigmoid": (single("slow", **{"MODEL.HEAD_ACT": "sigmoid"}), [2, 3, 4, 64, 64], None),
    "slow_cls_stride1x1": (single("slow", **{"RESNET.STRIDE_1X1": True}), [1, 3, 4, 64, 64], None),
    "slow_cls_global": (single("slow", **{"MULTIGRID.SHORT_CYCLE": True}), [1, 3, 4, 64, 96], None),
    "slow_cls_nln_groups": (single("slow", **GROUPS), [2, 3, 8, 48, 64], None),
    "slow_cls_partial": (
        single("slow", **{"RESNET.NUM_BLOCK_TEMP_KERNEL": [[3], [4], [2], [1]]}), [1, 3, 4, 32, 40], None),
    "slow_i3d_cls": (single("slow_i3d"), [1, 3, 4, 32, 40], None),
    "slow_c2d_cls": (single("slow_c2d"), [1, 3, 4, 32, 40], None),
    "2d_cls_gray": (single("2d"), [1, 1, 2, 32, 40], None),
    "c2d_cls": (single("c2d", **CROP64), [1, 3, 5, 96, 96], None),
    "c2d_cls_nopool": (single("c2d", **{"MODEL.MODEL_NAME": "ResNet_nopool"}), [1, 3, 4, 32, 40], None),
    "i3d_cls_nln": (single("i3d", **NLN_50), [1, 3, 8, 64, 64], None),
    "i3d_cls_groups": (single("i3d", **{"RESNET.NUM_GROUPS": 4}), [1, 3, 4, 32, 40], None),
}


DAMPING = {"slowfast_r101_nln_det": 0.5}


def literal(value):
    return value if isinstance(value, str) else repr(value)


def digest(shapes):
    """FNV-1a over the sorted lines "name shape", so that names are held too."""
    h = 0xCBF29CE484222325
    for byte in "".join(f"{n} {'x'.join(map(str, s))}\n" for n, s in sorted(shapes.items())).encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    return f"{h:016x}"


def main():
    import torchvision

    folder = pathlib.Path(__file__).parent
    cases = []
    for name, (options, shape, boxes) in CASES.items():
        damping = DAMPING.get(name, 1.0)
        model = Model(options, shape[2], shape[1], damping)
        clip = torch.from_numpy((2 * uniform("input", int(np.prod(shape)))).astype(np.float32)).reshape(shape)
        with torch.no_grad():
            scores = model(clip, None if boxes is None else torch.tensor(boxes, dtype=torch.float32))
        np.save(folder / f"{name}.npy", scores.numpy())
        spread = float(scores.std(0).max()) if boxes else float(scores.std())
        print(f"{name:24s} {tuple(scores.shape)} spread {spread:.4f}")
        parameters = sum(
            int(np.prod(s)) for n, s in model.shapes.items() if not n.endswith(("running_mean", "running_var")))
        cases.append({
            "name": name, "overrides": [x for k, v in model.o.items() for x in (k, literal(v))], "input": shape,
            "boxes": boxes, "damping": damping, "tensors": len(model.shapes), "parameters": parameters, "names": digest(model.shapes),
            "stages": [{"name": n, "shape": s, "mean": m, "deviation": d} for n, s, m, d in model.stages],
        })
    rows = [json.dumps(case) for case in cases]
    (folder / "cases.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
    files = sorted(folder.glob("*.npy")) + [folder / "cases.json", folder / "make_fixtures.py"]
    sums = "\n".join(f"    {hashlib.sha256(f.read_bytes()).hexdigest()} {f.name}" for f in files)
    (folder / "README.md").write_text(f"""# Networks of the SlowFast family in small

{len(cases)} configurations that together reach every branch of the ResNet family: both heads, both RoIAlign grids, dilation, groups,
non-local blocks, basic blocks, strides on the 1x1, temporal pooling, batches, boxes beyond the picture. `cases.json` has for each the
overrides, the input's shape, the boxes, how many tensors and parameters the network asks for and under which names (a digest), and mean
and deviation of every stage; `NAME.npy` the scores. Clip and weights are not stored: they follow from names and shapes by a formula
(`uniform` and `fill` in the script), which stands in for a seed.

Made by `make_fixtures.py` (ours) with torch {torch.__version__.split('+')[0]}, torchvision {torchvision.__version__.split('+')[0]}, \
numpy {np.__version__} on {platform.machine()}. SHA-256:

{sums}
""")


if __name__ == "__main__":
    main()
