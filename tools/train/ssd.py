"""SSDLite on MobileNet v2: the network, its anchors, what it is to learn, and what it has found.

The form, padding and names are those of TensorFlow's object detection API (Liu et al., "SSD", 2015; Sandler et al.,
"MobileNetV2", 2018), so that what reads its graphs reads these weights too. Boxes are y1, x1, y2, x2 or, as anchors,
cy, cx, h, w, all in fractions of the picture.
"""

import math

import torch
from torch import nn
from torch.nn import functional

# Expansion, channels at width 1, blocks, stride of the first one.
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
# The block whose expanded channels are the first map.
FIRST_MAP = 13
FEATURES = "FeatureExtractor/MobilenetV2"


def rounded(channels):
    """The nearest multiple of 8, at least 8, and up where rounding down would lose more than a tenth.

    >>> [rounded(channels * 0.35) for channels in (16, 24, 32, 64, 96, 160, 320)]
    [8, 8, 16, 24, 32, 56, 112]
    """
    result = max(8, int(channels + 4) // 8 * 8)
    return result + 8 if result < 0.9 * channels else result


def padded(x, kernel, stride):
    """Padding "SAME": as many outputs as strides fit, the smaller half of the zeros before.

    >>> padded(torch.ones(1, 1, 4, 5), 3, 2)[0, 0].int().tolist()[0]
    [0, 1, 1, 1, 1, 1, 0]
    >>> padded(torch.ones(1, 1, 5, 4), 3, 2)[0, 0].int().tolist()[1]
    [1, 1, 1, 1, 0]
    """
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return functional.pad(x, pads)


class Unit(nn.Module):
    """A convolution, each channel by itself or all together, its normalisation and ReLU6."""

    def __init__(self, name, inputs, outputs, kernel=1, stride=1, depthwise=False, active=True):
        super().__init__()
        self.name, self.depthwise, self.active = name, depthwise, active
        self.kernel, self.stride = kernel, stride
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, groups=inputs if depthwise else 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3)
        nn.init.kaiming_normal_(self.convolution.weight, mode="fan_out")

    def forward(self, x):
        x = self.norm(self.convolution(padded(x, self.kernel, self.stride)))
        return functional.relu6(x) if self.active else x


class Block(nn.Module):
    """An inverted residual: wide, depthwise, narrow again."""

    def __init__(self, name, inputs, outputs, expansion, stride):
        super().__init__()
        wide = inputs * expansion
        self.expand = Unit(f"{name}/expand", inputs, wide) if expansion > 1 else nn.Identity()
        self.depthwise = Unit(f"{name}/depthwise", wide, wide, 3, stride, depthwise=True)
        self.project = Unit(f"{name}/project", wide, outputs, active=False)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        """The block's output, and its expanded input."""
        wide = self.expand(x)
        y = self.project(self.depthwise(wide))
        return x + y if self.adds else y, wide


class Predictor(nn.Module):
    """What one map says of its anchors: offsets or logits, [N, anchors of all places, numbers of each]."""

    def __init__(self, name, channels, anchors, numbers):
        super().__init__()
        self.name, self.numbers = name, numbers
        self.depthwise = Unit(f"{name}_depthwise", channels, channels, 3, depthwise=True)
        self.output = nn.Conv2d(channels, anchors * numbers, 1)
        nn.init.normal_(self.output.weight, std=0.01)
        nn.init.zeros_(self.output.bias)

    def forward(self, x):
        y = self.output(self.depthwise(x)).permute(0, 2, 3, 1)
        return y.reshape(len(x), -1, self.numbers)


class SSDLite(nn.Module):
    """- Parameters:
    - size: of the square picture, in pixels.
    - width: the factor of MobileNet's channels.
    - last: channels of its last layer, the second map.
    - extra: for each further map the channels between and those of the map.
    """

    def __init__(self, size=192, width=0.35, last=256, extra=((64, 128), (64, 128), (32, 64)), classes=1):
        super().__init__()
        self.size = size
        channels = rounded(32 * width)
        self.stem = Unit(f"{FEATURES}/Conv", 3, channels, 3, 2)
        self.blocks = nn.ModuleList()
        for expansion, outputs, count, stride in STAGES:
            for index in range(count):
                number = len(self.blocks)
                name = f"{FEATURES}/expanded_conv" + (f"_{number}" if number else "")
                if number == FIRST_MAP:
                    maps = [channels * expansion]
                outputs_here = rounded(outputs * width)
                self.blocks.append(Block(name, channels, outputs_here, expansion, stride if index == 0 else 1))
                channels = outputs_here
        self.last = Unit(f"{FEATURES}/Conv_1", channels, last)
        maps.append(last)
        self.extra = nn.ModuleList()
        for number, (between, outputs) in enumerate(extra, 2):
            name = f"{FEATURES}/layer_19_2_Conv2d_{number}_3x3_s2_{outputs}"
            self.extra.append(
                nn.Sequential(
                    Unit(f"{FEATURES}/layer_19_1_Conv2d_{number}_1x1_{between}", maps[-1], between),
                    Unit(f"{name}_depthwise", between, between, 3, 2, depthwise=True),
                    Unit(name, between, outputs),
                )
            )
            maps.append(outputs)
        self.offsets, self.logits = nn.ModuleList(), nn.ModuleList()
        for number, channels in enumerate(maps):
            count = 3 if number == 0 else 6
            name = f"BoxPredictor_{number}"
            self.offsets.append(Predictor(f"{name}/BoxEncodingPredictor", channels, count, 4))
            self.logits.append(Predictor(f"{name}/ClassPredictor", channels, count, classes + 1))
        self.register_buffer("anchors", anchors(grids(size, len(maps))), persistent=False)

    def forward(self, pictures):
        """- Parameters: N x 3 x size x size, red first, -1 to 1.
        - Returns: offsets [N, A, 4] and logits [N, A, 1 + classes], background first.
        """
        x, maps = self.stem(pictures), []
        for number, block in enumerate(self.blocks):
            x, wide = block(x)
            if number == FIRST_MAP:
                maps.append(wide)
        maps.append(self.last(x))
        for layers in self.extra:
            maps.append(layers(maps[-1]))
        parts = [(offsets(x), logits(x)) for x, offsets, logits in zip(maps, self.offsets, self.logits)]
        return tuple(torch.cat(each, 1) for each in zip(*parts))

    def tensors(self):
        """{name: array} in TensorFlow's layout: kernels [kH, kW, in, out], depthwise ones [kH, kW, C, 1]."""
        result = {}
        for module in self.modules():
            if isinstance(module, Unit):
                kernel = module.convolution.weight
                axes = (2, 3, 0, 1) if module.depthwise else (2, 3, 1, 0)
                suffix = "depthwise_weights" if module.depthwise else "weights"
                result[f"{module.name}/{suffix}"] = kernel.permute(axes)
                norm = module.norm
                values = norm.weight, norm.bias, norm.running_mean, norm.running_var
                for name, value in zip(("gamma", "beta", "moving_mean", "moving_variance"), values):
                    result[f"{module.name}/BatchNorm/{name}"] = value
            elif isinstance(module, Predictor):
                result[f"{module.name}/weights"] = module.output.weight.permute(2, 3, 1, 0)
                result[f"{module.name}/biases"] = module.output.bias
        return {name: value.detach().contiguous().numpy() for name, value in result.items()}


def grids(size, count):
    """The sides of the maps: a sixteenth of the picture's, then half and half again, rounded up.

    >>> grids(300, 6), grids(224, 5)
    ([19, 10, 5, 3, 2, 1], [14, 7, 4, 2, 1])
    """
    side, result = size, []
    for _ in range(4):
        side = -(-side // 2)
    for _ in range(count):
        result.append(side)
        side = -(-side // 2)
    return result


def anchors(sides):
    """[A, 4] cy, cx, h, w: three of each place of the first map, six of the others'.

    >>> [round(number, 4) for number in anchors([19, 10, 5, 3, 2, 1])[-5].tolist()]
    [0.5, 0.5, 0.6718, 1.3435]
    """
    scales = [0.2 + 0.75 * number / max(1, len(sides) - 1) for number in range(len(sides))] + [1.0]
    result = []
    for number, side in enumerate(sides):
        shapes = [(0.1, 1.0), (0.2, 2.0), (0.2, 0.5)]
        if number > 0:
            shapes = [(scales[number], ratio) for ratio in (1.0, 2.0, 0.5, 3.0, 0.3333)]
            shapes.append((math.sqrt(scales[number] * scales[number + 1]), 1.0))
        for y in range(side):
            for x in range(side):
                for scale, ratio in shapes:
                    root = math.sqrt(ratio)
                    result.append(((y + 0.5) / side, (x + 0.5) / side, scale / root, scale * root))
    return torch.tensor(result)


def corners(boxes):
    """cy, cx, h, w as y1, x1, y2, x2."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], -1)


def encoded(boxes, anchors):
    """What the network is to say of boxes (y1, x1, y2, x2), each of its anchor."""
    size = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1e-6)
    centre = boxes[:, :2] + size / 2
    return torch.cat([(centre - anchors[:, :2]) / anchors[:, 2:] * 10, torch.log(size / anchors[:, 2:]) * 5], -1)


def decoded(offsets, anchors):
    """The boxes that the network means: `encoded` backwards.

    >>> place = anchors([2])[1:2]
    >>> bool((decoded(encoded(torch.tensor([[0.1, 0.2, 0.5, 0.4]]), place), place) - torch.tensor([0.1, 0.2, 0.5, 0.4])).abs().max() < 1e-6)
    True
    """
    centre = offsets[..., :2] / 10 * anchors[..., 2:] + anchors[..., :2]
    return corners(torch.cat([centre, torch.exp(offsets[..., 2:] / 5) * anchors[..., 2:]], -1))


def overlaps(a, b):
    """IoU of every box of a with every one of b."""
    top, bottom = torch.maximum(a[:, None, :2], b[:, :2]), torch.minimum(a[:, None, 2:], b[:, 2:])
    both = (bottom - top).clamp(min=0).prod(-1)
    area = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (a, b)]
    return both / (area[0][:, None] + area[1] - both).clamp(min=1e-12)


def targets(anchors, people, ignored):
    """What each anchor is to learn.

    - Parameters: the anchors as cy, cx, h, w; boxes of people, and those of people hardly visible.
    - Returns: kinds [A] (1 a person, 0 nothing, -1 of no account) and offsets [A, 4].
    """
    places = corners(anchors)
    kinds, offsets = torch.zeros(len(anchors), dtype=torch.int64), torch.zeros(len(anchors), 4)
    if len(ignored):
        kinds[overlaps(places, ignored).amax(1) > 0.4] = -1
    if len(people) == 0:
        return kinds, offsets
    shared = overlaps(places, people)
    best, whose = shared.max(1)
    # Every person has an anchor, whatever the overlap.
    own = shared.argmax(0)
    best[own], whose[own] = 1, torch.arange(len(people))
    kinds[(best > 0.4) & (best <= 0.5)] = -1
    kinds[best > 0.5] = 1
    return kinds, encoded(people[whose], anchors)


def loss(offsets, logits, kinds, wanted):
    """Binary cross entropy of both logits and smoothed distances of offsets, per matched anchor; of the anchors that
    show nothing those that err most count, three for each matched one."""
    truth = torch.stack([kinds == 0, kinds == 1], -1).float()
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(-1)
    matched = kinds == 1
    errors = entropy.detach().masked_fill(kinds != 0, -1)
    rank = errors.argsort(1, descending=True).argsort(1)
    hard = (kinds == 0) & (rank < 3 * matched.sum(1, keepdim=True).clamp(min=4))
    distance = functional.smooth_l1_loss(offsets[matched], wanted[matched], reduction="sum", beta=0.5)
    return (entropy[matched | hard].sum() + 0.5 * distance) / matched.sum().clamp(min=1)


def suppressed(boxes, scores, threshold=0.6, limit=100):
    """The places of the boxes that stay, falling scores."""
    order, kept = scores.argsort(descending=True, stable=True), []
    while len(order) and len(kept) < limit:
        kept.append(order[0].item())
        order = order[1:][overlaps(boxes[order[:1]], boxes[order[1:]])[0] <= threshold]
    return kept


def found(offsets, logits, anchors, threshold=0.01):
    """Boxes [n, 4] within the picture and scores [n] of one picture's output."""
    scores = torch.sigmoid(logits[:, 1])
    likely = scores > threshold
    boxes, scores = decoded(offsets[likely], anchors[likely]), scores[likely]
    kept = suppressed(boxes, scores)
    return boxes[kept].clamp(0, 1), scores[kept]
