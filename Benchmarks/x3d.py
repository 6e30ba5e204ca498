"""X3D in PyTorch, built from a config: the peers' network beside slowfast's.

Tensors have the names that PySlowFast's checkpoints use, so that one file of weights fits both programs.
"""

import math

from torch import nn
from torch.nn import functional

DEPTHS = (1, 2, 5, 3)


def rounded(width, factor, divisor):
    """A width times a factor, to the nearest multiple; up where rounding down would lose more than a tenth."""
    if not factor:
        return width
    scaled = width * factor
    result = max(divisor, int(scaled + divisor / 2) // divisor * divisor)
    return result + divisor if result < 0.9 * scaled else result


class Stem(nn.Module):
    """1x3x3 in space, then each channel by itself in time."""

    def __init__(self, width):
        super().__init__()
        self.conv_xy = nn.Conv3d(3, width, (1, 3, 3), (1, 2, 2), (0, 1, 1), bias=False)
        self.conv = nn.Conv3d(width, width, (5, 1, 1), padding=(2, 0, 0), groups=width, bias=False)
        self.bn = nn.BatchNorm3d(width)

    def forward(self, x):
        return self.bn(self.conv(self.conv_xy(x))).relu()


class SqueezeExcitation(nn.Module):
    def __init__(self, width):
        super().__init__()
        inner = rounded(width, 0.0625, 8)
        self.fc1 = nn.Conv3d(width, inner, 1)
        self.fc2 = nn.Conv3d(inner, width, 1)

    def forward(self, x):
        return x * self.fc2(self.fc1(x.mean((2, 3, 4), keepdim=True)).relu()).sigmoid()


class Bottleneck(nn.Module):
    def __init__(self, inputs, inner, width, stride, gated):
        super().__init__()
        self.a = nn.Conv3d(inputs, inner, 1, bias=False)
        self.a_bn = nn.BatchNorm3d(inner)
        self.b = nn.Conv3d(inner, inner, 3, (1, stride, stride), 1, groups=inner, bias=False)
        self.b_bn = nn.BatchNorm3d(inner)
        self.se = SqueezeExcitation(inner) if gated else nn.Identity()
        self.c = nn.Conv3d(inner, width, 1, bias=False)
        self.c_bn = nn.BatchNorm3d(width)

    def forward(self, x):
        x = self.a_bn(self.a(x)).relu()
        x = functional.silu(self.se(self.b_bn(self.b(x))))
        return self.c_bn(self.c(x))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, inner, width, stride, gated):
        super().__init__()
        self.projects = inputs != width or stride != 1
        if self.projects:
            self.branch1 = nn.Conv3d(inputs, width, 1, (1, stride, stride), bias=False)
            self.branch1_bn = nn.BatchNorm3d(width)
        self.branch2 = Bottleneck(inputs, inner, width, stride, gated)

    def forward(self, x):
        shortcut = self.branch1_bn(self.branch1(x)) if self.projects else x
        return (shortcut + self.branch2(x)).relu()


class Stage(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        for index, block in enumerate(blocks):
            self.add_module(f"pathway0_res{index}", block)

    def forward(self, x):
        for block in self.children():
            x = block(x)
        return x


class StemOnly(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.pathway0_stem = Stem(width)

    def forward(self, x):
        return self.pathway0_stem(x)


class Head(nn.Module):
    """1x1x1, mean over windows, dense layer with ReLU, projection, softmax at each of their places, mean of these."""

    def __init__(self, inputs, inner, width, classes, window):
        super().__init__()
        self.window = window
        self.conv_5 = nn.Conv3d(inputs, inner, 1, bias=False)
        self.conv_5_bn = nn.BatchNorm3d(inner)
        self.lin_5 = nn.Conv3d(inner, width, 1, bias=False)
        self.projection = nn.Linear(width, classes)

    def forward(self, x):
        x = self.conv_5_bn(self.conv_5(x)).relu()
        x = functional.avg_pool3d(x, (x.shape[2], self.window, self.window), 1)
        return self.projection(self.lin_5(x).relu().movedim(1, -1)).softmax(-1).mean((1, 2, 3))


class X3D(nn.Module):
    """Calling it with a clip [N, 3, T, H, W] gives scores; `backbone` gives the last map."""

    def __init__(self, config):
        super().__init__()
        x3d = config["X3D"]
        base, factor = x3d["DIM_C1"], x3d["WIDTH_FACTOR"]
        self.frames = config["DATA"]["NUM_FRAMES"]
        inputs = rounded(base, factor, 1)
        self.s1 = StemOnly(inputs)
        width = base
        for number, depth in enumerate(DEPTHS):
            out = rounded(width, factor, 1)
            inner = int(x3d["BOTTLENECK_FACTOR"] * out)
            blocks = []
            for index in range(math.ceil(x3d["DEPTH_FACTOR"] * depth)):
                blocks.append(ResidualBlock(inputs, inner, out, 2 if index == 0 else 1, index % 2 == 0))
                inputs = out
            self.add_module(f"s{number + 2}", Stage(blocks))
            width = rounded(width, 2, 8)
        self.head = Head(inputs, inner, x3d["DIM_C5"], config["MODEL"]["NUM_CLASSES"],
                         math.ceil(config["DATA"]["TRAIN_CROP_SIZE"] / 32))

    def clips(self, clip):
        return (clip,)

    def backbone(self, clip):
        x = self.s1(clip)
        for stage in (self.s2, self.s3, self.s4, self.s5):
            x = stage(x)
        return (x,)

    def forward(self, clip, boxes=None):
        return self.head(self.backbone(clip)[0])
