"""MViT v1 and v2 and ViT on clips in PyTorch, built from a config: the peers' network beside slowfast's.

Tensors have the names that PySlowFast's checkpoints use, so that one file of weights fits both programs. Clips have the
one size of the config: all grids are known when the network is built.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-6  # of every layer norm
# How attention is computed: two matrix products around a softmax, to whose input relative positions are added whole
# ("products") or, as the published network does it, in a slice beside the class token, those in space and then those in
# time ("sliced"); or all of it by PyTorch's own operator ("fused").
FORMS = ("products", "sliced", "fused")
# Keys of the section MVIT that are built here for one value only.
ONLY = {
    "MODE": "conv", "POOL_FIRST": False, "SEPARATE_QKV": False, "PATCH_2D": False, "NORM_STEM": False,
    "USE_FIXED_SINCOS_POS": False,
}


def rounded(width, factor, divisor=1):
    """A width times a factor, to the nearest multiple; up where rounding down would lose more than a tenth.

    >>> rounded(96, 2.0, 2), rounded(10, 1.0, 8)
    (192, 16)
    """
    scaled = width * factor
    result = max(1, int(scaled + divisor / 2) // divisor * divisor)
    return int(result + divisor if result < 0.9 * scaled else result)


@dataclass(frozen=True)
class Pooling:
    """A window over a grid of tokens: time, height, width."""

    kernel: tuple
    stride: tuple
    grid: tuple  # before the pooling

    @property
    def padding(self):
        return tuple(side // 2 for side in self.kernel)

    @property
    def pooled(self):
        sides = zip(self.grid, self.kernel, self.stride)
        return tuple((size + 2 * (kernel // 2) - kernel) // stride + 1 for size, kernel, stride in sides)


@dataclass(frozen=True)
class BlockShape:
    inputs: int
    attention: int  # channels of all heads
    width: int  # after the block
    heads: int
    grid: tuple  # time, height, width of the tokens before the block
    query: Pooling  # None where there is none
    key: Pooling  # of the values too
    skip: Pooling
    tables: tuple  # rows of relative positions in time, height and width

    @property
    def grids(self):
        """Of the queries and of the keys."""
        return tuple(pool.pooled if pool else self.grid for pool in (self.query, self.key))


def blocks(mvit, grid):
    """The shape of each block of a config's section MVIT, over a grid of tokens."""
    dims, heads = dict(mvit["DIM_MUL"]), dict(mvit["HEAD_MUL"])
    queries = {block: tuple(stride) for block, *stride in mvit["POOL_Q_STRIDE"]}
    keys = {block: tuple(stride) for block, *stride in mvit["POOL_KV_STRIDE"]}
    adaptive, inside = mvit["POOL_KV_STRIDE_ADAPTIVE"], mvit["DIM_MUL_IN_ATT"]
    width, count = mvit["EMBED_DIM"], mvit["NUM_HEADS"]
    # The published network divides the grid by the strides to find the sizes of its tables; its pools round up.
    divided = grid

    def pooling(stride, kernel=mvit["POOL_KVQ_KERNEL"]):
        if stride is None:
            return None
        kernel = tuple(kernel or (step + 1 if step > 1 else 1 for step in stride))
        return Pooling(kernel, stride, grid) if max(kernel + stride) > 1 else None

    for index in range(mvit["DEPTH"]):
        if adaptive:
            adaptive = tuple(max(a // b, 1) for a, b in zip(adaptive, queries.get(index, (1, 1, 1))))
            keys[index] = adaptive
        count = rounded(count, heads.get(index, 1.0))
        # Of v1 the block before the one that is named widens, in its last layers.
        named = index if inside else index + 1
        out = rounded(width, dims.get(named, 1.0), rounded(count, heads.get(named, 1.0)))
        query, key = queries.get(index), keys.get(index)
        after = [[size // step for size, step in zip(divided, stride or (1, 1, 1))] for stride in (query, key)]
        tables = [2 * max(sides) - 1 for sides in zip(*after)]
        tables[0] = 2 * divided[0] - 1
        yield (shape := BlockShape(
            *(width, out if inside else width, out, count, grid),
            *(pooling(query), pooling(key), pooling(query, kernel=None), tuple(tables)),
        ))
        width, grid, divided = out, shape.grids[0], after[0]


def distances(queries, keys):
    """Which row of a table of relative positions stands for a query and a key along one axis.

    >>> distances(2, 4).tolist()
    [[3, 2, 1, 0], [5, 4, 3, 2]]
    """
    a, b = max(keys / queries, 1.0), max(queries / keys, 1.0)
    rows = torch.arange(queries)[:, None] * a - torch.arange(keys)[None] * b + (keys - 1) * b
    return rows.long()


class Attention(nn.Module):
    """Heads whose queries, keys and values are pooled over the grid, with relative positions or without."""

    def __init__(self, shape, mvit, form):
        super().__init__()
        self.shape, self.form = shape, form
        self.heads, self.depth = shape.heads, shape.attention // shape.heads
        self.token = int(mvit["CLS_EMBED_ON"])
        self.residual = mvit["RESIDUAL_POOLING"]
        self.qkv = nn.Linear(shape.inputs, 3 * shape.attention, bias=mvit["QKV_BIAS"])
        self.proj = nn.Linear(shape.attention, shape.attention)
        for letter, pool in (("q", shape.query), ("k", shape.key), ("v", shape.key)):
            if pool:
                depth = self.depth
                conv = nn.Conv3d(depth, depth, pool.kernel, pool.stride, pool.padding, groups=depth, bias=False)
                self.add_module(f"pool_{letter}", conv)
                self.add_module(f"norm_{letter}", nn.LayerNorm(depth, EPSILON))
        self.axes = "t" * mvit["REL_POS_TEMPORAL"] + "hw" * mvit["REL_POS_SPATIAL"]
        for axis, rows, queries, keys in zip("thw", shape.tables, *shape.grids):
            if axis in self.axes:
                self.register_parameter(f"rel_pos_{axis}", nn.Parameter(torch.zeros(rows, self.depth)))
                self.register_buffer(f"rows_{axis}", distances(queries, keys), persistent=False)

    def pool(self, x, letter):
        """x: N, heads, tokens, channels; the class token passes by."""
        conv = getattr(self, f"pool_{letter}", None)
        if conv is None:
            return x
        token, rest = x[:, :, : self.token], x[:, :, self.token :]
        rest = rest.transpose(2, 3).reshape(-1, self.depth, *self.shape.grid)
        rest = conv(rest).flatten(2).reshape(-1, self.heads, self.depth, math.prod(self.shape.grids[letter != "q"]))
        return getattr(self, f"norm_{letter}")(torch.cat([token, rest.transpose(2, 3)], 2))

    def positions(self, q, axes):
        """What relative positions along some axes add to the scores: N, heads, the queries' grid, the keys' or 1s."""
        q = q[:, :, self.token :].reshape(-1, self.heads, *self.shape.grids[0], self.depth)
        total = 0
        for axis, equation, place in (
            ("t", "nhabcd,akd->nhabck", (..., slice(None), None, None)),
            ("h", "nhabcd,bkd->nhabck", (..., None, slice(None), None)),
            ("w", "nhabcd,ckd->nhabck", (..., None, None, slice(None))),
        ):
            if axis in axes:
                total = total + torch.einsum(equation, q, self.table(axis))[place]
        return total

    def bias(self, q):
        """What all relative positions add to the scores: N, heads, queries, keys; nothing at the class token."""
        if not self.axes:
            return None
        grid, keys = self.shape.grids
        bias = self.positions(q, self.axes).expand(-1, -1, -1, -1, -1, *keys)
        return functional.pad(bias.reshape(-1, self.heads, math.prod(grid), math.prod(keys)), (self.token, 0) * 2)

    def add_sliced(self, scores, q):
        token, (grid, keys) = self.token, self.shape.grids
        for axes in (self.axes.strip("t"), self.axes.strip("hw")):
            if axes:
                part = scores[:, :, token:, token:]
                whole = part.reshape(-1, self.heads, *grid, *keys) + self.positions(q, axes)
                scores[:, :, token:, token:] = whole.reshape(part.shape)

    def table(self, axis):
        """Rows for every query and key along an axis, out of the table, which is resized where the grid is uneven."""
        table, rows = getattr(self, f"rel_pos_{axis}"), getattr(self, f"rows_{axis}")
        needed = 2 * max(rows.shape) - 1
        if len(table) != needed:
            table = functional.interpolate(table.t()[None], needed, mode="linear")[0].t()
        return table[rows]

    def forward(self, x):
        n, tokens, _ = x.shape
        q, k, v = self.qkv(x).reshape(n, tokens, 3, self.heads, self.depth).permute(2, 0, 3, 1, 4)
        q, k, v = self.pool(q, "q"), self.pool(k, "k"), self.pool(v, "v")
        if self.form == "fused":
            y = functional.scaled_dot_product_attention(q, k, v, attn_mask=self.bias(q))
        else:
            scores = (q * self.depth**-0.5) @ k.transpose(2, 3)
            if self.form == "sliced":
                self.add_sliced(scores, q)
            elif self.axes:
                scores = scores + self.bias(q)
            y = scores.softmax(-1) @ v
        if self.residual:
            y = torch.cat([y[:, :, : self.token], y[:, :, self.token :] + q[:, :, self.token :]], 2)
        return self.proj(y.transpose(1, 2).reshape(n, -1, self.heads * self.depth))


class MLP(nn.Module):
    def __init__(self, inputs, hidden, width):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, shape, mvit, form):
        super().__init__()
        self.shape, self.token, self.inside = shape, int(mvit["CLS_EMBED_ON"]), mvit["DIM_MUL_IN_ATT"]
        self.norm1 = nn.LayerNorm(shape.inputs, EPSILON)
        self.attn = Attention(shape, mvit, form)
        self.norm2 = nn.LayerNorm(shape.attention, EPSILON)
        self.mlp = MLP(shape.attention, int(shape.attention * mvit["MLP_RATIO"]), shape.width)
        self.widens = shape.inputs != shape.width
        if self.widens:
            self.proj = nn.Linear(shape.inputs, shape.width)

    def forward(self, x):
        y = self.norm1(x)
        skip = self.proj(y) if self.widens and self.inside else x
        x = self.pool(skip) + self.attn(y)
        y = self.norm2(x)
        return (self.proj(y) if self.widens and not self.inside else x) + self.mlp(y)

    def pool(self, x):
        """The largest of each window, where the queries are strided."""
        pool = self.shape.skip
        if pool is None:
            return x
        token, rest = x[:, : self.token], x[:, self.token :]
        rest = rest.transpose(1, 2).unflatten(2, pool.grid)
        rest = functional.max_pool3d(rest, pool.kernel, pool.stride, pool.padding)
        return torch.cat([token, rest.flatten(2).transpose(1, 2)], 1)


class Patches(nn.Module):
    def __init__(self, mvit):
        super().__init__()
        self.proj = nn.Conv3d(3, mvit["EMBED_DIM"], mvit["PATCH_KERNEL"], mvit["PATCH_STRIDE"], mvit["PATCH_PADDING"])

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Head(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.projection = nn.Linear(width, classes)

    def forward(self, x):
        return self.projection(x).softmax(-1)


class MViT(nn.Module):
    """Calling it with a clip [N, 3, T, H, W] gives scores; `backbone` gives the last tokens [N, tokens, C].

    Raises ValueError where a config asks for what is not built here.
    """

    def __init__(self, config, form):
        super().__init__()
        mvit, data = config["MVIT"], config["DATA"]
        for key, value in ONLY.items():
            if mvit[key] != value:
                raise ValueError(f"MVIT.{key} {mvit[key]} is not built here: {value} is")
        if mvit["REV"]["ENABLE"] or config["DETECTION"]["ENABLE"]:
            raise ValueError("reversible transformers and those of boxes are not built here")
        if form not in FORMS:
            raise ValueError(f"there is no form of attention '{form}': there are {', '.join(FORMS)}")
        self.frames = data["NUM_FRAMES"]
        self.mean = mvit["USE_MEAN_POOLING"]
        width, side = mvit["EMBED_DIM"], data["TRAIN_CROP_SIZE"]
        grid = tuple(size // stride for size, stride in zip((self.frames, side, side), mvit["PATCH_STRIDE"]))
        self.patch_embed = Patches(mvit)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width)) if mvit["CLS_EMBED_ON"] else None
        self.token = int(mvit["CLS_EMBED_ON"])
        self.absolute, self.separate = mvit["USE_ABS_POS"], mvit["SEP_POS_EMBED"]
        if self.absolute and self.separate:
            self.pos_embed_spatial = nn.Parameter(torch.zeros(1, grid[1] * grid[2], width))
            self.pos_embed_temporal = nn.Parameter(torch.zeros(1, grid[0], width))
            if self.token:
                self.pos_embed_class = nn.Parameter(torch.zeros(1, 1, width))
        elif self.absolute:
            self.pos_embed = nn.Parameter(torch.zeros(1, math.prod(grid) + self.token, width))
        shapes = list(blocks(mvit, grid))
        self.blocks = nn.ModuleList(Block(shape, mvit, form) for shape in shapes)
        self.norm = nn.LayerNorm(shapes[-1].width, EPSILON)
        self.head = Head(shapes[-1].width, config["MODEL"]["NUM_CLASSES"])

    def clips(self, clip):
        return (clip,)

    def places(self):
        """The absolute position of every token."""
        if not self.separate:
            return self.pos_embed
        places = (self.pos_embed_temporal[:, :, None] + self.pos_embed_spatial[:, None]).flatten(1, 2)
        return torch.cat([self.pos_embed_class, places], 1) if self.token else places

    def backbone(self, clip):
        x = self.patch_embed(clip)
        if self.token:
            x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1)
        if self.absolute:
            x = x + self.places()
        for block in self.blocks:
            x = block(x)
        return (x,)

    def forward(self, clip, boxes=None):
        (x,) = self.backbone(clip)
        if self.mean:
            x = self.norm(x[:, self.token :].mean(1))
        else:
            x = self.norm(x)
            x = x[:, 0] if self.token else x.mean(1)
        return self.head(x)


def seed(network, fill):
    """Random weights whose activations stay of the order of 1 in all blocks, and whose attention is far from even.

    fill(tensor, mean, deviation) draws from a normal distribution.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear):
            # A branch's last layer is smaller, as after training; the head is larger, so that scores differ.
            factor = 0.5 if name.endswith((".attn.proj", ".fc2")) else 3 if name == "head.projection" else 1
            fill(module.weight, 0, factor / math.sqrt(module.in_features))
            if module.bias is not None:
                fill(module.bias, 0, 0.05)
        elif isinstance(module, nn.Conv3d):
            fill(module.weight, 0, 1 / math.sqrt(module.weight[0].numel()))
            if module.bias is not None:
                fill(module.bias, 0, 0.05)
        elif isinstance(module, nn.LayerNorm):
            fill(module.weight, 1, 0.1)
            fill(module.bias, 0, 0.1)
    for name, parameter in network.named_parameters():
        if "rel_pos" in name:
            fill(parameter, 0, 0.1)
        elif name.startswith(("pos_embed", "cls_token")):
            fill(parameter, 0, 0.3)
