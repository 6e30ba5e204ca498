#!/usr/bin/env python3
"""Makes the cases that VideoModelsTests holds transformers to: cases.json and one NAME.npy of scores per case.

A second statement of MViT, ViT, their reversible forms and VideoMAE's ViT, independent of the Swift one: functional torch
calls that walk over names, attention as one matrix of scores. No weights are stored: every tensor follows from its name
and shape (see `fill`), the test makes the same ones.

Needs torch, torchvision and numpy (versions: README.md). Run in this folder:
    python make_transformers.py
"""
import hashlib
import json
import math
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

torch.manual_seed(0)
torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent

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


def fill(name, shape):
    """The tensor of a name: spread so that activations neither die nor grow; tokens and positions are small."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 1:
        u = 0.6 + 0.2 * u if name.endswith(".weight") else 0.1 * u
    elif not name.endswith(".weight"):
        u = 0.2 * u
    else:
        u = u * np.sqrt(6 / np.prod(shape[1:])) * (0.3 if name == "head.projection.weight" else 1)
    return torch.from_numpy(u.astype(np.float32)).reshape(tuple(shape))


# --- Options ----------------------------------------------------------------------------------------------------------

DEFAULTS = {
    "MODEL.MODEL_NAME": "MViT", "MODEL.ARCH": "mvit", "MODEL.NUM_CLASSES": 5, "MODEL.HEAD_ACT": "softmax",
    "DATA.NUM_FRAMES": 4, "DATA.TRAIN_CROP_SIZE": 32, "DATA.TEST_CROP_SIZE": 32, "DATA.INPUT_CHANNEL_NUM": [3],
    "MVIT.DEPTH": 2, "MVIT.EMBED_DIM": 16, "MVIT.NUM_HEADS": 2, "MVIT.MLP_RATIO": 2.0, "MVIT.QKV_BIAS": True,
    "MVIT.CLS_EMBED_ON": True, "MVIT.PATCH_2D": False, "MVIT.PATCH_KERNEL": [3, 7, 7], "MVIT.PATCH_STRIDE": [2, 4, 4],
    "MVIT.PATCH_PADDING": [1, 3, 3], "MVIT.DIM_MUL": [], "MVIT.HEAD_MUL": [], "MVIT.DIM_MUL_IN_ATT": False,
    "MVIT.MODE": "conv", "MVIT.POOL_FIRST": False, "MVIT.POOL_KVQ_KERNEL": None, "MVIT.POOL_KV_STRIDE": [],
    "MVIT.POOL_KV_STRIDE_ADAPTIVE": None, "MVIT.POOL_Q_STRIDE": [], "MVIT.SEP_POS_EMBED": False,
    "MVIT.USE_ABS_POS": True, "MVIT.USE_FIXED_SINCOS_POS": False, "MVIT.REL_POS_SPATIAL": False,
    "MVIT.REL_POS_TEMPORAL": False, "MVIT.RESIDUAL_POOLING": False, "MVIT.SEPARATE_QKV": False,
    "MVIT.NORM_STEM": False, "MVIT.USE_MEAN_POOLING": False, "MVIT.REV.ENABLE": False,
    "MVIT.REV.RESPATH_FUSE": "concat", "MVIT.REV.BUFFER_LAYERS": [], "MVIT.REV.RES_PATH": "conv",
    "MVIT.REV.PRE_Q_FUSION": "avg", "DETECTION.ENABLE": False, "DETECTION.ALIGNED": True,
    "DETECTION.SPATIAL_SCALE_FACTOR": 16, "DETECTION.ROI_XFORM_RESOLUTION": 7,
}


def rounded(width, factor, divisor):
    width *= factor
    result = max(1, int(width + divisor / 2) // divisor * divisor)
    return int(result + divisor if result < 0.9 * width else result)


class Transformer:
    """One network; `shapes` collects every tensor it asks for."""

    def __init__(self, options):
        self.o = dict(DEFAULTS, **options)
        self.shapes = {}
        flat = self.o["MVIT.PATCH_2D"]
        self.kernel, self.stride, self.padding = (
            ([lead] if flat else []) + list(self.o["MVIT.PATCH_" + key])
            for key, lead in (("KERNEL", 1), ("STRIDE", 1), ("PADDING", 0)))
        side = self.o["DATA.TRAIN_CROP_SIZE"]
        self.grid = [n // s for n, s in zip([self.o["DATA.NUM_FRAMES"], side, side], self.stride)]
        self.token = 1 if self.o["MVIT.CLS_EMBED_ON"] else 0

    def option(self, key):
        return self.o["MVIT." + key]

    def tensor(self, name, *shape):
        self.shapes[name] = list(shape)
        return fill(name, shape)

    def dense(self, x, name, out, bias=True):
        weight = self.tensor(name + ".weight", out, x.shape[-1])
        return F.linear(x, weight, self.tensor(name + ".bias", out) if bias else None)

    def norm(self, x, name, eps=1e-6):
        c = x.shape[-1]
        return F.layer_norm(x, (c,), self.tensor(name + ".weight", c), self.tensor(name + ".bias", c), eps)

    def mlp(self, x, name, hidden, out):
        return self.dense(F.gelu(self.dense(x, name + ".fc1", hidden)), name + ".fc2", out)

    # Patches and positions

    def embed(self, clip):
        o, c = self.option, self.option("EMBED_DIM")
        if self.o["DETECTION.ENABLE"]:
            # Whole patches: zeros at the right and at the bottom.
            pads = [-n % s for n, s in zip(clip.shape[3:], self.stride[1:])]
            clip = F.pad(clip, (0, pads[1], 0, pads[0]))
        weight = self.tensor("patch_embed.proj.weight", c, clip.shape[1], *self.kernel)
        x = F.conv3d(clip, weight, self.tensor("patch_embed.proj.bias", c), self.stride, self.padding)
        thw = list(x.shape[2:])
        x = x.flatten(2).transpose(1, 2)
        place = None
        if o("USE_ABS_POS"):
            if o("SEP_POS_EMBED"):
                space = self.tensor("pos_embed_spatial", 1, self.grid[1] * self.grid[2], c)
                time = self.tensor("pos_embed_temporal", 1, self.grid[0], c)
                place = (time[0, :, None] + space[0, None]).reshape(1, -1, c)
                if self.token:
                    place = torch.cat([self.tensor("pos_embed_class", 1, 1, c), place], 1)
            else:
                place = self.tensor("pos_embed", 1, math.prod(self.grid) + self.token, c)
            if thw != self.grid:
                rest = place[:, self.token:].reshape(1, *self.grid, c).permute(0, 4, 1, 2, 3)
                rest = F.interpolate(rest, thw, mode="trilinear").flatten(2).transpose(1, 2)
                place = torch.cat([place[:, : self.token], rest], 1)
        if self.token:
            x = torch.cat([self.tensor("cls_token", 1, 1, c).expand(len(x), -1, -1), x], 1)
        if place is not None:
            # The fixed table is added before the class token and once more.
            x = x + place * (2 if o("USE_FIXED_SINCOS_POS") else 1)
        return (self.norm(x, "norm_stem") if o("NORM_STEM") else x), thw

    # Attention

    def table(self):
        """What each block has: widths, heads, pools."""
        o, depth = self.option, self.option("DEPTH")
        dims, heads = [1.0] * (depth + 1), [1.0] * (depth + 1)
        for block, factor in o("DIM_MUL"):
            dims[block] = factor
        for block, factor in o("HEAD_MUL"):
            heads[block] = factor
        q, kv = {b[0]: b[1:] for b in o("POOL_Q_STRIDE")}, {b[0]: b[1:] for b in o("POOL_KV_STRIDE")}
        if o("POOL_KV_STRIDE_ADAPTIVE"):
            stride = o("POOL_KV_STRIDE_ADAPTIVE")
            for i in range(depth):
                stride = [max(a // b, 1) for a, b in zip(stride, q.get(i, [1, 1, 1]))]
                kv[i] = stride
        blocks, width, h, size = [], o("EMBED_DIM"), o("NUM_HEADS"), self.grid
        for i in range(depth):
            h = rounded(h, heads[i], 1)
            if o("REV.ENABLE"):
                width = rounded(width, dims[i - 1] if i else 1.0, h)
                out = rounded(width, dims[i], rounded(h, heads[i + 1], 1))
                attention = out
            else:
                j = i if o("DIM_MUL_IN_ATT") else i + 1
                out = rounded(width, dims[j], rounded(h, heads[j], 1))
                attention = out if o("DIM_MUL_IN_ATT") else width
            blocks.append(dict(width=width, attention=attention, out=out, heads=h, q=q.get(i), kv=kv.get(i), size=size))
            size = [a // b for a, b in zip(size, q.get(i, [1, 1, 1]))]
            if not o("REV.ENABLE"):
                width = out
        return blocks

    def pool(self, x, thw, name, letter, stride):
        """x: N, heads, tokens, depth."""
        if stride is None:
            return x, thw
        kernel = self.option("POOL_KVQ_KERNEL") or [s + 1 if s > 1 else s for s in stride]
        if math.prod(kernel) == 1 and math.prod(stride) == 1:
            return x, thw
        token, rest = x[:, :, : self.token], x[:, :, self.token:]
        n, h, _, d = x.shape
        rest = rest.reshape(n * h, *thw, d).permute(0, 4, 1, 2, 3)
        pad, mode = [k // 2 for k in kernel], self.option("MODE")
        if mode == "max":
            rest = F.max_pool3d(rest, kernel, stride, pad)
        elif mode == "avg":
            rest = F.avg_pool3d(rest, kernel, stride, pad)
        else:
            weight = self.tensor(f"{name}.pool_{letter}.weight", d, 1, *kernel)
            rest = F.conv3d(rest, weight, None, stride, pad, groups=d)
        thw = list(rest.shape[2:])
        x = torch.cat([token, rest.reshape(n, h, d, -1).transpose(2, 3)], 2)
        return (self.norm(x, f"{name}.norm_{letter}") if mode.startswith("conv") else x), thw

    def relative(self, rows, q, k, depth, name):
        table = self.tensor(name, rows, depth)
        if rows != 2 * max(q, k) - 1:
            table = F.interpolate(table.t()[None], 2 * max(q, k) - 1, mode="linear")[0].t()
        rq, rk = max(k / q, 1.0), max(q / k, 1.0)
        index = torch.arange(q)[:, None] * rq - torch.arange(k)[None] * rk + (k - 1) * rk
        return table[index.long()]

    def split(self, x, heads):
        return x.reshape(len(x), x.shape[1], heads, -1).transpose(1, 2)

    def join(self, x):
        return x.transpose(1, 2).flatten(2)

    def attend(self, x, thw, name, block):
        o, heads, width = self.option, block["heads"], block["attention"]
        bias = o("QKV_BIAS")
        parts = []
        if o("POOL_FIRST"):
            for letter in "qkv":
                y = self.split(x, 1 if o("MODE") == "conv_unshared" else heads)
                y, shape = self.pool(y, thw, name, letter, block["q" if letter == "q" else "kv"])
                parts.append((self.split(self.dense(self.join(y), f"{name}.{letter}", width, bias), heads), shape))
        else:
            if o("SEPARATE_QKV"):
                made = [self.dense(x, f"{name}.{letter}", width, bias) for letter in "qkv"]
            else:
                made = self.dense(x, name + ".qkv", 3 * width, bias).chunk(3, -1)
            for letter, y in zip("qkv", made):
                parts.append(
                    self.pool(self.split(y, heads), thw, name, letter, block["q" if letter == "q" else "kv"]))
        (q, a), (k, b), (v, _) = parts
        depth = width // heads
        scores = (q * depth**-0.5) @ k.transpose(2, 3)
        own, s = q[:, :, self.token:].reshape(*q.shape[:2], *a, depth), self.token
        added = torch.zeros(*q.shape[:2], *a, *b)
        seen = [[1, 1, 1] if block[key] is None else block[key] for key in ("q", "kv")]
        if o("REL_POS_SPATIAL"):
            side = block["size"][1]
            rows = 2 * max(side // seen[0][1], side // seen[1][1]) - 1
            high = self.relative(rows, a[1], b[1], depth, name + ".rel_pos_h")
            wide = self.relative(rows, a[2], b[2], depth, name + ".rel_pos_w")
            added = added + torch.einsum("nhtyxc,ykc->nhtyxk", own, high)[..., None, :, None]
            added = added + torch.einsum("nhtyxc,xkc->nhtyxk", own, wide)[..., None, None, :]
        if o("REL_POS_TEMPORAL"):
            late = self.relative(2 * block["size"][0] - 1, a[0], b[0], depth, name + ".rel_pos_t")
            added = added + torch.einsum("nhtyxc,tkc->nhtyxk", own, late)[..., None, None]
        scores[:, :, s:, s:] += added.reshape(*q.shape[:2], math.prod(a), math.prod(b))
        y = scores.softmax(-1) @ v
        if o("RESIDUAL_POOLING"):
            y[:, :, s:] += q[:, :, s:]
        return self.dense(self.join(y), name + ".proj", width), a

    # Blocks

    def block(self, x, thw, i, block):
        name, width, out = f"blocks.{i}", block["width"], block["out"]
        inside = self.option("DIM_MUL_IN_ATT")
        n1 = self.norm(x, name + ".norm1")
        y, shape = self.attend(n1, thw, name + ".attn", block)
        skip = self.dense(n1, name + ".proj", out) if inside and width != out else x
        stride = block["q"]
        if stride and math.prod(stride) > 1:
            kernel = [s + 1 if s > 1 else s for s in stride]
            rest = skip[:, self.token:].reshape(len(x), *thw, -1).permute(0, 4, 1, 2, 3)
            rest = F.max_pool3d(rest, kernel, stride, [k // 2 for k in kernel]).flatten(2).transpose(1, 2)
            skip = torch.cat([skip[:, : self.token], rest], 1)
        x = skip + y
        n2 = self.norm(x, name + ".norm2")
        m = self.mlp(n2, name + ".mlp", int(block["attention"] * self.option("MLP_RATIO")), out)
        if not inside and width != out:
            x = self.dense(n2, name + ".proj", out)
        return x + m, shape

    def fuse(self, a, b, mode, name):
        kinds = {"add": a + b, "avg": (a + b) / 2, "max": torch.maximum(a, b), "min": torch.minimum(a, b)}
        if mode in kinds:
            return kinds[mode]
        x = torch.cat([a, b], -1)
        if mode == "concat":
            return x
        y, name, parts = x, name + ".fuse_fn", mode.split("_")
        if mode.startswith("ln+"):
            y, name = self.norm(x, name + ".0", 1e-5), name + ".1"
        hidden = int(x.shape[-1] * (float(parts[2]) if len(parts) > 2 else 1.0))
        return x + self.mlp(y, name, hidden, x.shape[-1])

    def reversible(self, x, thw):
        ratio, last = self.option("MLP_RATIO"), self.option("REV.PRE_Q_FUSION")
        a = b = x
        for i, block in enumerate(self.table()):
            name, out = f"rev_backbone.layers.{i}", block["out"]

            def inner(y, width):
                return self.mlp(self.norm(y, name + ".G.norm"), name + ".G.mlp", int(width * ratio), width)

            if i in self.option("REV.BUFFER_LAYERS"):
                x = self.fuse(a, b, last, name + ".pre_q_fuse")
                y, shape = self.attend(self.norm(x, name + ".F.norm"), thw, name + ".F.attn", block)
                skip, first = x, self.option("POOL_FIRST")
                if x.shape[-1] != out and not first:
                    skip = self.dense(skip, name + ".res_proj", out)
                heads = 1 if self.option("MODE") == "conv_unshared" else block["heads"]
                skip = self.join(self.pool(self.split(skip, heads), thw, name + ".F.attn", "q", block["q"])[0])
                if x.shape[-1] != out and first:
                    skip = self.dense(skip, name + ".res_proj", out)
                x, thw = skip + y, shape
                a = b = x + inner(x, out)
            else:
                a = a + self.attend(self.norm(b, name + ".F.norm"), thw, name + ".F.attn", block)[0]
                b = b + inner(a, out)
        mode = self.option("REV.RESPATH_FUSE")
        if self.option("USE_MEAN_POOLING"):
            return self.norm(self.fuse(a, b, mode, "fuse").mean(1), "norm")
        x = self.norm(torch.cat([a, b], -1), "norm")
        return self.fuse(*x.chunk(2, -1), mode, "fuse").mean(1)

    def scores(self, clip, boxes=None):
        x, thw = self.embed(clip)
        if self.option("REV.ENABLE"):
            x = self.reversible(x, thw)
        else:
            for i, block in enumerate(self.table()):
                x, thw = self.block(x, thw, i, block)
            if boxes is not None:
                x = self.norm(x, "norm")[:, self.token:].transpose(1, 2)
                x = x.reshape(len(clip), -1, *thw)
                return roi_head(x, boxes, self.o, lambda y: self.dense(y, "head.projection", self.o["MODEL.NUM_CLASSES"]))
            if self.option("USE_MEAN_POOLING"):
                x = self.norm(x[:, self.token:].mean(1), "norm")
            elif self.token:
                x = self.norm(x, "norm")[:, 0]
            else:
                x = self.norm(x, "norm").mean(1)
        x = self.dense(x, "head.projection", self.o["MODEL.NUM_CLASSES"])
        return x.softmax(-1) if self.o["MODEL.HEAD_ACT"] == "softmax" else x.sigmoid()


def roi_head(x, boxes, options, project):
    side, scale = options["DETECTION.ROI_XFORM_RESOLUTION"], 1 / options["DETECTION.SPATIAL_SCALE_FACTOR"]
    bins = torchvision.ops.roi_align(
        x.mean(2), torch.tensor(boxes), side, scale, 0, aligned=options["DETECTION.ALIGNED"])
    return project(bins.amax((2, 3))).sigmoid()


# --- VideoMAE ---------------------------------------------------------------------------------------------------------

AUTHORS = dict(
    prefix="", patches="patch_embed.proj", dense=("mlp.fc1", "mlp.fc2"), clips="head", norm="fc_norm",
    boxes="head", background=0, covers=True, extension=(0.1, 0.05))
MMACTION2 = dict(
    prefix="backbone.", patches="patch_embed.projection", dense=("mlp.layers.0.0", "mlp.layers.1"),
    clips="cls_head.fc_cls", norm="fc_norm", boxes="roi_head.bbox_head.fc_cls", background=1, covers=False, extension=None)


def sines(count, width):
    vector = torch.arange(width, dtype=torch.float64)
    angle = torch.arange(count)[:, None] * 10000 ** -((vector - vector % 2) / width)[None]
    return torch.where(vector.long() % 2 == 0, angle.sin(), angle.cos()).float()[None]


def extended(boxes, share, height, width):
    """Corners that are pixels, moved by half of a share of the sides, within the frame."""
    boxes = torch.tensor(boxes)
    low, high = boxes[:, 1:3], boxes[:, 3:5]
    margin = (high - low + 1) * torch.tensor(share) / 2
    last = torch.tensor([width - 1.0, height - 1.0])
    ends = [torch.minimum((end).clamp(min=0), last) for end in (low - margin, high + margin)]
    return torch.cat([boxes[:, :1], *ends], 1).tolist()


class VideoMAE(Transformer):
    """With the names of the authors or of MMAction2; `table_name`: whether the file has the positions."""

    def __init__(self, options, names, has_table):
        super().__init__(options)
        self.names, self.has_table, self.values = names, has_table, {}

    def scores(self, clip, boxes=None):
        o, n, c = self.option, self.names, self.option("EMBED_DIM")
        start, heads = n["prefix"], o("NUM_HEADS")
        height, width = clip.shape[3:]
        if n["covers"]:
            clip = F.pad(clip, [0, -width % self.stride[2], 0, -height % self.stride[1]])
        name = start + n["patches"]
        weight = self.tensor(name + ".weight", c, clip.shape[1], *self.kernel)
        x = F.conv3d(clip, weight, self.tensor(name + ".bias", c), self.stride)
        thw = list(x.shape[2:])
        place = sines(math.prod(self.grid), c)
        if self.has_table:
            # Saved though it is computed, as a buffer; the test makes any other.
            place = self.tensor(start + "pos_embed", 1, math.prod(self.grid), c)
        if thw != self.grid:
            place = place.reshape(self.grid[0], *self.grid[1:], c).permute(0, 3, 1, 2)
            place = F.interpolate(place, thw[1:], mode="bicubic", align_corners=False)
            place = place.permute(0, 2, 3, 1).reshape(1, -1, c)
        x = x.flatten(2).transpose(1, 2) + place
        for i in range(o("DEPTH")):
            name = f"{start}blocks.{i}"
            y = self.norm(x, name + ".norm1")
            q, v = (self.tensor(f"{name}.attn.{letter}_bias", c) for letter in "qv")
            y = F.linear(y, self.tensor(name + ".attn.qkv.weight", 3 * c, c), torch.cat([q, torch.zeros(c), v]))
            q, k, v = (self.split(part, heads) for part in y.chunk(3, -1))
            y = (q * (c // heads) ** -0.5 @ k.transpose(2, 3)).softmax(-1) @ v
            x = x + self.dense(self.join(y), name + ".attn.proj", c)
            first, second = (f"{name}.{part}" for part in n["dense"])
            y = self.dense(self.norm(x, name + ".norm2"), first, int(c * o("MLP_RATIO")))
            x = x + self.dense(F.gelu(y), second, c)
        if boxes is None:
            x = self.norm(x.mean(1), start + n["norm"])
            return self.dense(x, n["clips"], self.o["MODEL.NUM_CLASSES"]).softmax(-1)
        x = self.norm(x, start + "norm").transpose(1, 2).reshape(len(clip), c, *thw)
        if n["extension"]:
            boxes = extended(boxes, n["extension"], height, width)
        # A background row may come before the classes.
        first = n["background"]
        rows = self.o["MODEL.NUM_CLASSES"] + first
        return roi_head(x, boxes, self.o, lambda y: self.dense(y, n["boxes"], rows)[:, first:])


# --- Cases ------------------------------------------------------------------------------------------------------------

def merged(*options):
    """Later options count."""
    return {key: value for part in options for key, value in part.items()}


VIT = {
    "MVIT.PATCH_KERNEL": [2, 8, 8], "MVIT.PATCH_STRIDE": [2, 8, 8], "MVIT.PATCH_PADDING": [0, 0, 0], "MVIT.DEPTH": 3,
}
IMAGE = {"DATA.NUM_FRAMES": 1, "MVIT.PATCH_2D": True}
SECOND = {
    "MVIT.USE_ABS_POS": False, "MVIT.REL_POS_SPATIAL": True, "MVIT.REL_POS_TEMPORAL": True,
    "MVIT.DIM_MUL_IN_ATT": True, "MVIT.RESIDUAL_POOLING": True,
}
POOLED = {
    "MVIT.DEPTH": 3, "MVIT.DIM_MUL": [[1, 2.0]], "MVIT.HEAD_MUL": [[1, 2.0]], "MVIT.POOL_KVQ_KERNEL": [3, 3, 3],
    "MVIT.POOL_KV_STRIDE_ADAPTIVE": [1, 4, 4], "MVIT.POOL_Q_STRIDE": [[0, 1, 1, 1], [1, 1, 2, 2]],
}
BOXES = {"DETECTION.ENABLE": True, "MODEL.HEAD_ACT": "sigmoid", "DETECTION.SPATIAL_SCALE_FACTOR": 8}
REVERSIBLE = {"MVIT.REV.ENABLE": True, "MVIT.CLS_EMBED_ON": False, "MVIT.DEPTH": 4}
TRANSITION = merged(
    POOLED, REVERSIBLE, {
        "MVIT.REV.BUFFER_LAYERS": [1], "MVIT.DIM_MUL": [[1, 2.0]], "MVIT.HEAD_MUL": [[1, 2.0]],
        "MVIT.POOL_Q_STRIDE": [[1, 1, 2, 2]]})
MAE = merged(VIT, {
    "MVIT.CLS_EMBED_ON": False, "MVIT.PATCH_KERNEL": [2, 16, 16], "MVIT.PATCH_STRIDE": [2, 16, 16],
    "DATA.TRAIN_CROP_SIZE": 48, "DATA.TEST_CROP_SIZE": 48})
FOUND = [[0, 3.0, 5.5, 41.0, 60.25], [0, -4.0, 20.0, 90.0, 71.0], [1, 50.0, 2.0, 103.0, 69.5]]


def image(options):
    """Kernels, strides and paddings without time."""
    result = merged(options, IMAGE)
    for key in ("MVIT.PATCH_KERNEL", "MVIT.PATCH_STRIDE", "MVIT.PATCH_PADDING"):
        result[key] = merged(DEFAULTS, options)[key][1:]
    if result.get("MVIT.POOL_KVQ_KERNEL"):
        result["MVIT.POOL_KVQ_KERNEL"] = [1, 3, 3]
    return result


# Name, options, the size of a frame, boxes.
OWN = [
    ("vit_separate_mean", merged(VIT, {"MVIT.SEP_POS_EMBED": True, "MVIT.USE_MEAN_POOLING": True}), None, None),
    ("vit_separate_token", merged(VIT, {"MVIT.SEP_POS_EMBED": True}), None, None),
    ("vit_joint_token", VIT, None, None),
    ("vit_joint_norm_mean", merged(VIT, {"MVIT.CLS_EMBED_ON": False}), None, None),
    ("vit_sincos", merged(VIT, {"MVIT.USE_FIXED_SINCOS_POS": True, "MVIT.USE_MEAN_POOLING": True}), None, None),
    ("vit_no_positions", merged(VIT, {"MVIT.USE_ABS_POS": False, "MVIT.NORM_STEM": True}), None, None),
    ("vit_image", merged(image(VIT), {"MVIT.USE_MEAN_POOLING": True}), None, None),
    ("mvitv1_image", image(POOLED), None, None),
    ("mvitv2_image", merged(image(POOLED), SECOND, {"MVIT.CLS_EMBED_ON": False}), None, None),
    ("mvitv2_mean", merged(POOLED, SECOND, {"MVIT.USE_MEAN_POOLING": True}), None, None),
    ("mvitv2_uneven", merged(POOLED, SECOND, {"DATA.TRAIN_CROP_SIZE": 52, "DATA.TEST_CROP_SIZE": 52}), None, None),
    ("mvit_no_kernel", merged(POOLED, {"MVIT.POOL_KVQ_KERNEL": None}), None, None),
    ("mvit_max", merged(POOLED, {"MVIT.MODE": "max"}), None, None),
    ("mvit_avg", merged(POOLED, {"MVIT.MODE": "avg", "DATA.NUM_FRAMES": 6}), None, None),
    ("mvit_first", merged(POOLED, {"MVIT.POOL_FIRST": True, "MVIT.SEP_POS_EMBED": True}), None, None),
    ("mvit_first_second", merged(POOLED, SECOND, {"MVIT.POOL_FIRST": True}), None, None),
    ("mvit_unshared", merged(POOLED, {"MVIT.POOL_FIRST": True, "MVIT.MODE": "conv_unshared"}), None, None),
    ("mvit_separate", merged(POOLED, {"MVIT.SEPARATE_QKV": True, "MVIT.QKV_BIAS": False}), None, None),
    ("mvitv1_whole", merged(POOLED, BOXES, {"MVIT.SEP_POS_EMBED": True}), (72, 104), FOUND),
    ("mvitv2_whole", merged(POOLED, BOXES, SECOND), (70, 103), FOUND),
    ("mvitv2_square", merged(POOLED, BOXES, SECOND), (32, 32), FOUND),
    ("vit_whole", merged(VIT, BOXES), (70, 103), FOUND),
    ("vit_square", merged(VIT, BOXES, {"MVIT.SEP_POS_EMBED": True}), (32, 32), FOUND),
    ("rev_vit", merged(VIT, REVERSIBLE, {"MVIT.REV.PRE_Q_FUSION": "concat", "MVIT.SEPARATE_QKV": True}), None, None),
    ("rev_vit_image", merged(image(VIT), REVERSIBLE, {"MVIT.SEPARATE_QKV": True}), None, None),
    ("rev_mvit", merged(TRANSITION, {"MVIT.QKV_BIAS": False, "MVIT.SEP_POS_EMBED": True}), None, None),
    ("rev_mvit_concat", merged(TRANSITION, {"MVIT.REV.PRE_Q_FUSION": "concat"}), None, None),
    ("rev_mvit_dense", merged(TRANSITION, {"MVIT.REV.PRE_Q_FUSION": "concat_linear_2"}), None, None),
    ("rev_mvit_normed", merged(TRANSITION, {"MVIT.REV.PRE_Q_FUSION": "ln+concat_linear"}), None, None),
    ("rev_mvit_max_first", merged(TRANSITION, {
        "MVIT.REV.PRE_Q_FUSION": "max", "MVIT.POOL_FIRST": True, "MVIT.USE_MEAN_POOLING": True,
        "MVIT.REV.RESPATH_FUSE": "add"}), None, None),
    ("rev_mvit_relative", merged(TRANSITION, {
        "MVIT.REV.PRE_Q_FUSION": "min", "MVIT.USE_MEAN_POOLING": True, "MVIT.REL_POS_SPATIAL": True,
        "MVIT.REL_POS_TEMPORAL": True, "MVIT.RESIDUAL_POOLING": True, "MVIT.REV.RESPATH_FUSE": "concat_linear_2"}),
     None, None),
]
PEERS = [
    ("videomae_clips", MAE, AUTHORS, False, (48, 48), None),
    ("mmaction2_clips", MAE, MMACTION2, True, (48, 48), None),
    ("mmaction2_boxes", merged(MAE, BOXES, {
        "DETECTION.SPATIAL_SCALE_FACTOR": 16, "DETECTION.ROI_XFORM_RESOLUTION": 8}), MMACTION2, True, (70, 103), FOUND),
    ("videomae_boxes", merged(MAE, BOXES, {
        "DETECTION.SPATIAL_SCALE_FACTOR": 16, "DETECTION.ALIGNED": False}), AUTHORS, False, (70, 103), FOUND + [
            [1, 0.0, 0.0, 102.0, 69.0], [1, 97.5, 66.0, 102.5, 69.75], [0, 20.25, 30.5, 24.5, 61.0]]),
]


def literal(value):
    return json.dumps(value) if isinstance(value, list) else str(value)


def pairs(options):
    return [text for key in options for text in (key, literal(options[key]))]


def digest(shapes):
    value = 0xCBF29CE484222325
    for name in sorted(shapes, key=lambda n: n.encode()):
        for byte in f"{name} {'x'.join(str(n) for n in shapes[name])}\n".encode():
            value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value:016x}"


def make(model, name, size, boxes):
    o = model.o
    height, width = size or [o["DATA.TRAIN_CROP_SIZE"]] * 2
    shape = [2, 3, o["DATA.NUM_FRAMES"], height, width]
    clip = torch.from_numpy((uniform("input", math.prod(shape)) * 2).astype(np.float32)).reshape(shape)
    with torch.no_grad():
        scores = model.scores(clip, boxes)
    np.save(HERE / f"{name}.npy", scores.numpy())
    return shape, scores


def main():
    cases, peers = [], []
    for name, options, size, boxes in OWN:
        model = Transformer(options)
        shape, _ = make(model, name, size, boxes)
        overrides = pairs({key: value for key, value in model.o.items() if value != DEFAULTS[key]})
        cases.append(dict(
            name=name, overrides=overrides, input=shape, boxes=boxes, tensors=len(model.shapes),
            parameters=sum(math.prod(s) for s in model.shapes.values()), names=digest(model.shapes)))
    for name, options, names, has_table, size, boxes in PEERS:
        model = VideoMAE(options, names, has_table)
        shape, _ = make(model, name, size, boxes)
        overrides = pairs({key: value for key, value in model.o.items() if value != DEFAULTS[key]})
        peers.append(dict(
            name=name, overrides=overrides, input=shape, boxes=boxes,
            tensors=[f"{n} {'x'.join(str(d) for d in s)}" for n, s in model.shapes.items()]))
    lines = [json.dumps(pairs(DEFAULTS))] + [
        "[\n" + ",\n".join(json.dumps(case) for case in part) + "\n]" for part in (cases, peers)]
    text = ",\n".join(f'"{key}": {line}' for key, line in zip(("base", "own", "peers"), lines))
    (HERE / "cases.json").write_text("{" + text + "}\n")
    print(f"{platform.machine()} torch {torch.__version__} torchvision {torchvision.__version__} numpy {np.__version__}")
    for path in sorted(HERE.glob("*.npy")) + [HERE / "cases.json", HERE / "make_transformers.py"]:
        print(f"    {hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}")


if __name__ == "__main__":
    main()
