"""The network in training: Benchmarks/models.py's SlowFast with PySlowFast's first weights, computed faster."""

import math
import sys
from pathlib import Path

import torch
from problem import Problem
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[2] / "Benchmarks"))
import models  # noqa: E402
import shapes  # noqa: E402


class ShiftAndAdd(torch.autograd.Function):
    """Sums [N, T, taps, ...] over the taps, each shifted in time: out[t] = sum over k of x[t + k - taps // 2, k]."""

    @staticmethod
    def spans(frames, taps):
        """(tap, output frames, input frames) of every tap."""
        for tap in range(taps):
            shift = tap - taps // 2
            first, last = max(0, -shift), min(frames, frames - shift)
            if first < last:
                yield tap, slice(first, last), slice(first + shift, last + shift)

    @staticmethod
    def forward(context, x):
        context.shape, context.layout = x.shape, x.stride()
        out = x[:, :, x.shape[2] // 2].clone()
        for tap, target, source in ShiftAndAdd.spans(x.shape[1], x.shape[2]):
            if tap != x.shape[2] // 2:
                out[:, target] += x[:, source, tap]
        return out

    @staticmethod
    def backward(context, gradient):
        shape = context.shape
        result = torch.empty_strided(shape, context.layout, dtype=gradient.dtype).zero_()
        for tap, target, source in ShiftAndAdd.spans(shape[1], shape[2]):
            result[:, source, tap] = gradient[:, target]
        return result


class FlatConv3d(nn.Conv3d):
    """A 3-D convolution computed by 2-D ones: the same function of the same weights, several times faster on a CPU.

    A kernel of one element is a product of matrices; one without extent in time goes over all frames at once; one without extent in space goes over time and
    positions as the two axes of a picture. One with both, as in the fast pathway's stem, is a set of filters a
    temporal tap on every frame, and a sum over time. With channels last in memory all of these are views.
    """

    def forward(self, x):
        taps, height, width = self.kernel_size
        if self.kernel_size == (1, 1, 1):
            # A product of matrices. (PyTorch 2.15's strided 1x1 convolution with channels last computes wrong
            # gradients, or crashes.)
            x = x[..., :: self.stride[1], :: self.stride[2]].permute(0, 2, 3, 4, 1)
            return nn.functional.linear(x, self.weight.flatten(1)).permute(0, 4, 1, 2, 3)
        if taps == 1:
            return self.by_frames(x, self.weight[:, :, 0])
        if height == width == 1:
            n, channels, frames, *size = x.shape
            y = nn.functional.conv2d(
                x.reshape(n, channels, frames, -1), self.weight[..., 0], None, (self.stride[0], 1), (self.padding[0], 0)
            )
            return y.view(*y.shape[:3], *size)
        y = self.by_frames(x, self.weight.permute(2, 0, 1, 3, 4).flatten(0, 1))
        n, _, frames, *size = y.shape
        y = y.transpose(1, 2).view(n, frames, taps, self.out_channels, *size)
        return ShiftAndAdd.apply(y).transpose(1, 2)

    def by_frames(self, x, filters):
        n, channels, frames, *size = x.shape
        images = x.transpose(1, 2).reshape(n * frames, channels, *size)
        filters = filters.contiguous(memory_format=torch.channels_last)
        y = nn.functional.conv2d(images, filters, None, self.stride[1:], self.padding[1:], self.dilation[1:])
        return y.view(n, frames, *y.shape[1:]).transpose(1, 2)


def flatten_convolutions(network):
    """Computes every convolution the faster way, where its strides and dilations allow it."""
    for module in network.modules():
        if isinstance(module, nn.Conv3d) and module.bias is None and module.groups == 1 and (module.stride[0] == 1 or module.kernel_size[1] == 1):
            module.__class__ = FlatConv3d


def build(config):
    """The config's network with its first weights, drawn from torch's generator."""
    resnet = config["RESNET"]
    if config["MODEL"]["ARCH"] != "slowfast" or resnet["TRANS_FUNC"] != "bottleneck_transform":
        raise Problem("building the network: expected MODEL.ARCH slowfast with RESNET.TRANS_FUNC bottleneck_transform")
    if resnet["DEPTH"] not in shapes.DEPTHS:
        raise Problem(f"RESNET.DEPTH: found {resnet['DEPTH']} -> {', '.join(map(str, shapes.DEPTHS))}")
    if config["MODEL"]["HEAD_ACT"] != ("sigmoid" if config["DETECTION"]["ENABLE"] else "softmax"):
        raise Problem("building the network: expected MODEL.HEAD_ACT sigmoid with DETECTION.ENABLE True, else softmax")
    network = models.Network(shapes.shape_of(config))
    flatten_convolutions(network)
    initialise(network, config["MODEL"]["FC_INIT_STD"], resnet["ZERO_INIT_FINAL_BN"])
    return network.to(memory_format=torch.channels_last_3d)


@torch.no_grad()
def initialise(network, deviation, zero_final):
    """Kaiming's normal distribution by outputs for convolutions; batch norms do nothing at first."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv3d):
            nn.init.normal_(module.weight, 0, math.sqrt(2 / (module.out_channels * math.prod(module.kernel_size))))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm3d):
            nn.init.constant_(module.weight, 0 if zero_final and name.endswith("c_bn") else 1)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, deviation)
            nn.init.zeros_(module.bias)


@torch.no_grad()
def expect(network, frequencies):
    """Starts the last layer from how often each class occurs, at least once in a thousand boxes.

    From 1/2, the first epochs would go into learning that most of the 80 classes never occur here. Source: Lin et al.,
    "Focal Loss for Dense Object Detection", 2017, section 3.3.
    """
    network.head.projection.bias.copy_(frequencies.clamp(1e-3, 1 - 1e-3).logit())


def precise_statistics(network, batches):
    """Batch norms' statistics over some batches with the weights as they are: mean and variance of all of them.

    - Parameter batches: (clips, boxes) as the network takes them.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm3d)]
    kept = [norm.momentum for norm in norms]
    sums = [(torch.zeros_like(norm.running_mean), torch.zeros_like(norm.running_var)) for norm in norms]
    sizes = {}
    hooks = [
        norm.register_forward_hook(lambda module, inputs, _: sizes.__setitem__(module, inputs[0].numel()))
        for norm in norms
    ]
    for norm in norms:
        norm.momentum = 1.0
    network.train()
    count = 0
    with torch.no_grad():
        for clips, boxes in batches:
            network(clips, boxes)
            count += 1
            for norm, (mean, square) in zip(norms, sums):
                n = sizes[norm] / norm.num_features
                mean += norm.running_mean
                square += norm.running_var * (n - 1) / n + norm.running_mean**2
        for norm, (mean, square), momentum in zip(norms, sums, kept):
            norm.running_mean.copy_(mean / count)
            norm.running_var.copy_(square / count - (mean / count) ** 2)
            norm.momentum = momentum
    for hook in hooks:
        hook.remove()
