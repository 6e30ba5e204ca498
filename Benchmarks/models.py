"""The peers' network: the SlowFast family in PyTorch, built from shapes.py's table.

Tensors have the names that PySlowFast's checkpoints use, so that one file of weights fits both programs.
tools/train fits a head to this network's features.
"""

import math

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import roi_align

import mvit
from r2plus1d import R2Plus1D
from shapes import shape_of
from x3d import X3D


class Stem(nn.Module):
    def __init__(self, kernel, width):
        super().__init__()
        self.conv = nn.Conv3d(3, width, (kernel, 7, 7), (1, 2, 2), (kernel // 2, 3, 3), bias=False)
        self.bn = nn.BatchNorm3d(width)

    def forward(self, x):
        return functional.max_pool3d(self.bn(self.conv(x)).relu(), (1, 3, 3), (1, 2, 2), (0, 1, 1))


class Bottleneck(nn.Module):
    """[T, 1, 1], [1, 3, 3], [1, 1, 1], each with its batch norm."""

    def __init__(self, inputs, stage, kernel, stride):
        super().__init__()
        inner, width, d = stage.inner, stage.width, stage.dilation
        self.a = nn.Conv3d(inputs, inner, (kernel, 1, 1), padding=(kernel // 2, 0, 0), bias=False)
        self.a_bn = nn.BatchNorm3d(inner)
        self.b = nn.Conv3d(
            inner, inner, (1, 3, 3), (1, stride, stride), (0, d, d), (1, d, d), groups=stage.groups, bias=False
        )
        self.b_bn = nn.BatchNorm3d(inner)
        self.c = nn.Conv3d(inner, width, 1, bias=False)
        self.c_bn = nn.BatchNorm3d(width)

    def forward(self, x):
        x = self.a_bn(self.a(x)).relu()
        x = self.b_bn(self.b(x)).relu()
        return self.c_bn(self.c(x))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, stage, kernel, stride):
        super().__init__()
        self.projects = inputs != stage.width or stride != 1
        if self.projects:
            self.branch1 = nn.Conv3d(inputs, stage.width, 1, (1, stride, stride), bias=False)
            self.branch1_bn = nn.BatchNorm3d(stage.width)
        self.branch2 = Bottleneck(inputs, stage, kernel, stride)

    def forward(self, x):
        shortcut = self.branch1_bn(self.branch1(x)) if self.projects else x
        return (shortcut + self.branch2(x)).relu()


class NonLocalBlock(nn.Module):
    """Attention of every position to every (pooled) position, added to the input."""

    def __init__(self, width, description):
        super().__init__()
        inner = width // 2
        self.pool, self.softmax, self.scale = description.pool, description.softmax, inner**-0.5
        self.conv_theta = nn.Conv3d(width, inner, 1)
        self.conv_phi = nn.Conv3d(width, inner, 1)
        self.conv_g = nn.Conv3d(width, inner, 1)
        self.conv_out = nn.Conv3d(inner, width, 1)
        self.bn = nn.BatchNorm3d(width)

    def forward(self, x):
        keys = functional.max_pool3d(x, self.pool, self.pool) if max(self.pool) > 1 else x
        theta, phi, g = self.conv_theta(x), self.conv_phi(keys).flatten(2), self.conv_g(keys).flatten(2)
        weights = theta.flatten(2).transpose(1, 2) @ phi
        weights = (weights * self.scale).softmax(2) if self.softmax else weights / phi.shape[2]
        attended = (g @ weights.transpose(1, 2)).view_as(theta)
        return x + self.bn(self.conv_out(attended))


class Pathways(nn.Module):
    """Modules named by pathway; each pathway's run one after the other."""

    def __init__(self, sequences):
        super().__init__()
        self.order = []
        for pathway, modules in enumerate(sequences):
            self.order.append([f"pathway{pathway}_{name}" for name, _ in modules])
            for name, (_, module) in zip(self.order[-1], modules):
                self.add_module(name, module)

    def forward(self, inputs):
        outputs = []
        for names, x in zip(self.order, inputs):
            for name in names:
                x = getattr(self, name)(x)
            outputs.append(x)
        return outputs


class Fusion(nn.Module):
    """The fast pathway, strided in time by a convolution, joined to the slow one's channels."""

    def __init__(self, width, shape):
        super().__init__()
        k = shape.fusion_kernel
        self.conv_f2s = nn.Conv3d(
            width, width * shape.fusion_ratio, (k, 1, 1), (shape.alpha, 1, 1), (k // 2, 0, 0), bias=False
        )
        self.bn = nn.BatchNorm3d(width * shape.fusion_ratio)

    def forward(self, inputs):
        slow, fast = inputs
        return [torch.cat([slow, self.bn(self.conv_f2s(fast)).relu()], 1), fast]


class Head(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.dropout = nn.Dropout(shape.dropout)
        self.projection = nn.Linear(shape.features, shape.classes)

    def forward(self, maps, boxes):
        if self.shape.detects:
            features = torch.cat([self.pool(x, boxes) for x in maps], 1)
            return self.activate(self.projection(self.dropout(features)))
        # Averages over windows, the activation at each position, then their mean.
        side = self.shape.window
        averages = [functional.avg_pool3d(x, (x.shape[2], side, side), 1) for x in maps]
        scores = self.activate(self.projection(torch.cat(averages, 1).movedim(1, -1)))
        return scores.mean((1, 2, 3))

    def pool(self, x, boxes):
        """Features of each box: mean over time, RoIAlign, largest bin."""
        shape = self.shape
        bins = roi_align(x.mean(2), boxes, shape.resolution, 1 / shape.stride_of_features, 0, shape.aligned)
        return bins.amax((2, 3))

    def activate(self, x):
        return x.sigmoid() if self.shape.activation == "sigmoid" else x.softmax(-1)


class Network(nn.Module):
    """A network of the SlowFast family.

    `backbone` takes the clip of each pathway [N, 3, T, H, W] and gives the last maps [N, C, T, H, W];
    calling the network takes the clip at the fast rate and boxes [R, 5], and gives scores.
    """

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.frames = shape.frames
        self.s1 = Pathways([[("stem", Stem(*stem))] for stem in shape.stems])
        for index, pathways in enumerate(shape.stages):
            number = index + 2
            if shape.pathways == 2:
                previous = shape.stems[1][1] if index == 0 else shape.stages[index - 1][1].width
                self.add_module(f"s{number - 1}_fuse", Fusion(previous, shape))
            self.add_module(f"s{number}", Pathways([list(blocks(stage)) for stage in pathways]))
        self.head = Head(shape)

    def backbone(self, *clips):
        maps = self.s1(clips)
        for number in range(2, 6):
            if self.shape.pathways == 2:
                maps = getattr(self, f"s{number - 1}_fuse")(maps)
            if number == 3 and self.shape.pool_after_res2 > 1:
                window = (self.shape.pool_after_res2, 1, 1)
                maps = [functional.max_pool3d(x, window, window) for x in maps]
            maps = getattr(self, f"s{number}")(maps)
        return tuple(maps)

    def clips(self, clip):
        """The clip at each pathway's rate; the slow one takes frames from the first to the last."""
        if self.shape.pathways == 1:
            return (clip,)
        count = clip.shape[2] // self.shape.alpha
        frames = torch.linspace(0, clip.shape[2] - 1, count).long()
        return clip[:, :, frames].contiguous(), clip

    def forward(self, clip, boxes=None):
        return self.head(self.backbone(*self.clips(clip)), boxes)


def blocks(stage):
    """The named blocks of one pathway of a stage."""
    for index, kernel in enumerate(stage.kernels):
        first = index == 0
        yield f"res{index}", ResidualBlock(
            stage.inputs if first else stage.width, stage, kernel, stage.stride if first else 1
        )
        if index in stage.non_local.after:
            yield f"nonlocal{index}", NonLocalBlock(stage.width, stage.non_local)


class Measured(nn.Module):
    """What a peer computes under the clock, as a module for converters: the backbone; of a transformer all of it."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, *clips):
        return self.network(*clips) if isinstance(self.network, mvit.MViT) else self.network.backbone(*clips)


def build(config, attention=None):
    """The network of a config, in evaluation mode.

    attention: the form in which a transformer computes it (mvit.FORMS), or None for the first.
    """
    others = {"x3d": X3D, "r2plus1d": R2Plus1D}
    if config["MODEL"]["ARCH"] == "mvit":
        return mvit.MViT(config, attention or mvit.FORMS[0]).eval()
    if config["MODEL"]["ARCH"] in others:
        return others[config["MODEL"]["ARCH"]](config).eval()
    return Network(shape_of(config)).eval()


def load_weights(network, path):
    """Loads a checkpoint of PySlowFast's form; every name must fit."""
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["model_state"])


def save_weights(network, path):
    """Saves a checkpoint of PySlowFast's form."""
    torch.save({"epoch": 0, "model_state": network.state_dict()}, path)


def seed_weights(network, seed):
    """Fills a network with random weights whose activations stay of the order of 1 through all layers.

    Convolutions are Kaiming-normal, batch norms' scales are near 1 (the last of a block smaller, as after training),
    and their statistics are those of a small random clip. Transformers: mvit.seed.
    """
    generator = torch.Generator().manual_seed(seed)

    def fill(tensor, mean, deviation):
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * deviation + mean)

    with torch.no_grad():
        if isinstance(network, mvit.MViT):
            mvit.seed(network, fill)
            return
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv3d):
                fill(module.weight, 0, math.sqrt(2 / module.weight[0].numel()))
                if module.bias is not None:
                    fill(module.bias, 0, 0.05)
            elif isinstance(module, nn.BatchNorm3d):
                last = name.endswith((".c_bn", ".bn")) and (".branch2" in name or "nonlocal" in name)
                fill(module.weight, 0.3 if last else 1, 0.03 if last else 0.1)
                fill(module.bias, 0, 0.1)
                module.momentum = None
            elif isinstance(module, nn.Linear):
                fill(module.weight, 0, 1.5 / math.sqrt(module.weight.shape[1]))
                fill(module.bias, 0, 0.3)
        clip = torch.randn((1, 3, network.frames, 96, 96), generator=generator)
        network.train()
        network.backbone(*network.clips(clip))
        network.eval()
