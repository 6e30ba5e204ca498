"""R(2+1)D in PyTorch, built from a config: the peers' network beside slowfast's.

A ResNet of bottlenecks whose 3x3x3 convolutions are one along time and one in space. Tensors have the names under
which slowfast knows the layers, so that one file of weights fits both programs.
"""

from torch import nn
from torch.nn import functional

from shapes import DEPTHS

STRIDES = ((1, 2), (1, 2), (2, 2), (2, 2))  # of res2 to res5, in time and in space


class Stem(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv3d(3, width, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False)
        self.bn = nn.BatchNorm3d(width)

    def forward(self, x):
        return self.bn(self.conv(x)).relu()


class Bottleneck(nn.Module):
    """1x1x1, 3x1x1, 1x3x3, 1x1x1, each with its batch norm."""

    def __init__(self, inputs, inner, width, stride):
        super().__init__()
        time, space = stride
        self.a = nn.Conv3d(inputs, inner, 1, bias=False)
        self.a_bn = nn.BatchNorm3d(inner)
        self.b_t = nn.Conv3d(inner, inner, (3, 1, 1), (time, 1, 1), (1, 0, 0), bias=False)
        self.b_t_bn = nn.BatchNorm3d(inner)
        self.b = nn.Conv3d(inner, inner, (1, 3, 3), (1, space, space), (0, 1, 1), bias=False)
        self.b_bn = nn.BatchNorm3d(inner)
        self.c = nn.Conv3d(inner, width, 1, bias=False)
        self.c_bn = nn.BatchNorm3d(width)

    def forward(self, x):
        x = self.a_bn(self.a(x)).relu()
        x = self.b_t_bn(self.b_t(x)).relu()
        x = self.b_bn(self.b(x)).relu()
        return self.c_bn(self.c(x))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, inner, width, stride):
        super().__init__()
        self.projects = inputs != width or stride != (1, 1)
        if self.projects:
            self.branch1 = nn.Conv3d(inputs, width, 1, (stride[0], stride[1], stride[1]), bias=False)
            self.branch1_bn = nn.BatchNorm3d(width)
        self.branch2 = Bottleneck(inputs, inner, width, stride)

    def forward(self, x):
        shortcut = self.branch1_bn(self.branch1(x)) if self.projects else x
        return (shortcut + self.branch2(x)).relu()


class Head(nn.Module):
    """Means over windows, projection and softmax at each of their places, mean of these."""

    def __init__(self, inputs, classes, window):
        super().__init__()
        self.window = window
        self.projection = nn.Linear(inputs, classes)

    def forward(self, x):
        x = functional.avg_pool3d(x, (x.shape[2], self.window, self.window), 1)
        return self.projection(x.movedim(1, -1)).softmax(-1).mean((1, 2, 3))


class R2Plus1D(nn.Module):
    """Calling it with a clip [N, 3, T, H, W] gives scores; `backbone` gives the last map."""

    def __init__(self, config):
        super().__init__()
        self.frames = config["DATA"]["NUM_FRAMES"]
        base = inputs = config["RESNET"]["WIDTH_PER_GROUP"]
        self.s1 = nn.Sequential()
        self.s1.add_module("pathway0_stem", Stem(base))
        for index, (depth, stride) in enumerate(zip(DEPTHS[config["RESNET"]["DEPTH"]], STRIDES)):
            stage, inner = nn.Sequential(), base * 2**index
            for number in range(depth):
                block = ResidualBlock(inputs, inner, 4 * inner, stride if number == 0 else (1, 1))
                stage.add_module(f"pathway0_res{number}", block)
                inputs = 4 * inner
            self.add_module(f"s{index + 2}", stage)
        self.head = Head(inputs, config["MODEL"]["NUM_CLASSES"], config["DATA"]["TRAIN_CROP_SIZE"] // 32)

    def clips(self, clip):
        return (clip,)

    def backbone(self, clip):
        x = self.s1(clip)
        for number in range(2, 6):
            x = getattr(self, f"s{number}")(x)
        return (x,)

    def forward(self, clip):
        return self.head(*self.backbone(clip))
