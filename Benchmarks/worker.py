"""One peer in a process of its own: loads, then measures as often as its standard input asks.

Prints a line of JSON when it is ready, and one for every line "runs" it reads: a warm-up, then so many runs under
the clock. Ends with its input.
"""

import argparse
import json
import sys
import time

from common import machine
from integers import rest_of_integers


def peak_memory():
    """The most memory that this process has had in use, in bytes."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


def serve(about, run):
    """Answers the parent until it closes the pipe."""
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        run()
        seconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds, "peak_rss_bytes": peak_memory()}), flush=True)


def serve_best(about, bodies):
    """Answers like `serve` with one figure: the mean over the bodies of each one's best run."""
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        bests = []
        for run in bodies:
            run()
            seconds = []
            for _ in range(int(line)):
                start = time.perf_counter()
                run()
                seconds.append(time.perf_counter() - start)
            bests.append(min(seconds))
        print(json.dumps({"seconds": [sum(bests) / len(bests)], "peak_rss_bytes": peak_memory()}), flush=True)


def pytorch(arguments):
    """What is measured in eager mode, fp32 as PySlowFast runs it, or cast to bf16 by PyTorch."""
    import torch

    from models import Measured, build, load_weights
    from shapes import load_config

    cast = arguments.precision == "bf16"
    if cast and not {"avx512_bf16", "amx_bf16", "bf16"} & set(machine()["features"]):
        sys.exit("this processor has no instructions for bf16")
    torch.set_num_threads(arguments.threads)
    network = build(load_config(arguments.cfg), arguments.attention)
    load_weights(network, arguments.weights)
    generator = torch.Generator().manual_seed(1)
    clip = torch.randn((1, 3, network.frames, *arguments.size), generator=generator)
    clips, measured = network.clips(clip), Measured(network).eval()
    # One context for all runs: within it PyTorch casts the weights once.
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=cast):
        serve({"capability": torch.backends.cpu.get_cpu_capability()}, lambda: measured(*clips))


def pytorch_training(arguments):
    """A step of training in eager mode, fp32: forward and backward pass and SGD, as PySlowFast trains."""
    import torch

    from models import build, load_weights
    from shapes import load_config

    torch.set_num_threads(arguments.threads)
    network = build(load_config(arguments.cfg))
    load_weights(network, arguments.weights)
    network.train()
    generator = torch.Generator().manual_seed(1)
    side = arguments.size[0]
    clip = torch.randn((arguments.clips, 3, network.frames, side, side), generator=generator)
    detects, classes = network.shape.detects, network.shape.classes
    if detects:
        rows = 3 * arguments.clips
        corners = torch.rand((rows, 2), generator=generator) * side / 2
        items = torch.arange(rows).div(3, rounding_mode="floor").float().reshape(-1, 1)
        boxes = torch.cat([items, corners, corners[:, :1] + side / 3, corners[:, 1:] + side / 2], 1)
        targets = torch.nn.functional.one_hot(torch.arange(rows) % classes, classes).float()
        loss = torch.nn.BCELoss()
    else:
        boxes, targets, loss = None, torch.arange(arguments.clips) % classes, torch.nn.CrossEntropyLoss()
        # PySlowFast takes the loss of what stands before the softmax, averaged over the whole map.
        head = network.head
        network.head.forward = lambda maps, _: head.projection(
            head.dropout(torch.cat([x.mean((2, 3, 4)) for x in maps], 1))
        )
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-7)

    def step():
        value = loss(network(clip, boxes), targets)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        # A loss that is no number takes other paths through the arithmetic.
        if not value.isfinite():
            sys.exit("the loss is not a number")

    serve({"parameters": sum(weight.numel() for weight in network.parameters())}, step)


def openvino(arguments):
    """The converted network, latency mode, one stream."""
    import numpy
    import openvino

    core = openvino.Core()
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": arguments.threads,
        # A network in integers says by itself what is one.
        "INFERENCE_PRECISION_HINT": rest_of_integers() if arguments.precision == "int8" else arguments.precision,
    }
    if arguments.precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        sys.exit("OpenVINO has no bf16 on this processor")
    compiled = core.compile_model(arguments.model, "CPU", settings)
    request = compiled.create_infer_request()
    generator = numpy.random.default_rng(1)
    for index, port in enumerate(compiled.inputs):
        clip = generator.standard_normal(tuple(port.shape), dtype=numpy.float32)
        request.set_input_tensor(index, openvino.Tensor(clip))
    about = {
        "precision": compiled.get_property("INFERENCE_PRECISION_HINT").to_string(),
        "threads": compiled.get_property("INFERENCE_NUM_THREADS"),
    }
    serve(about, request.infer)


def roialign(arguments):
    """torchvision's RoIAlign, alone or followed by the maximum over each box."""
    import torch
    from torchvision.ops import roi_align

    torch.set_num_threads(arguments.threads)
    generator = torch.Generator().manual_seed(1)
    features = torch.rand((1, arguments.channels, *arguments.size), generator=generator) * 2 - 1
    sets = [torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4) for boxes in json.loads(arguments.boxes)]

    def body(boxes):
        rows = torch.cat([torch.zeros(len(boxes), 1), boxes], 1)

        def align():
            return roi_align(features, rows, arguments.resolution, 1 / 16, 0, True)

        return (lambda: align().amax((2, 3))) if arguments.fused else align

    with torch.inference_mode():
        serve_best({}, [body(boxes) for boxes in sets])


def torchvision_detector(arguments):
    """Faster R-CNN as torchvision runs it: scaling, network and suppression."""
    import torch

    import detectors

    torch.set_num_threads(arguments.threads)
    network, image = detectors.load(), detectors.image()
    with torch.inference_mode():
        serve({"objects": len(network([image])[0]["boxes"])}, lambda: network([image]))


def openvino_detector(arguments):
    """A detector that was converted, or a graph of TensorFlow's: all that it holds, suppression too."""
    import numpy
    import openvino

    import detectors

    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": arguments.threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    core = openvino.Core()
    model = core.read_model(arguments.model)
    if arguments.size:
        model.reshape([1, *arguments.size, 3])
        image = numpy.random.default_rng(1).integers(0, 256, (1, *arguments.size, 3), dtype=numpy.uint8)
    else:
        image = detectors.image().numpy()
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    request.set_input_tensor(openvino.Tensor(image))
    request.infer()
    serve({"outputs": [list(output.shape) for output in request.output_tensors]}, request.infer)


def depthwise_numbers(arguments):
    """A layer's input [1, C, T, H, W], weights [C, 1, ...] and bias."""
    import numpy

    generator = numpy.random.default_rng(1)
    channels, kernel = arguments.channels, arguments.kernel
    shapes = ((1, channels, arguments.frames, *arguments.size), (channels, 1, *kernel), (channels,))
    return [generator.standard_normal(shape, dtype=numpy.float32) for shape in shapes]


def serve_times(about, run):
    """Answers like `serve` where `run` says by itself how long the layer took."""
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        run()
        seconds = [min(run() for _ in range(int(line)))]
        print(json.dumps({"seconds": seconds, "peak_rss_bytes": peak_memory()}), flush=True)


def pytorch_depthwise(arguments):
    """One depthwise convolution in eager mode, fp32, on contiguous tensors."""
    import torch

    torch.set_num_threads(arguments.threads)
    x, weights, bias = (torch.from_numpy(array) for array in depthwise_numbers(arguments))
    stride, padding = (1, arguments.stride, arguments.stride), [side // 2 for side in arguments.kernel]

    def run():
        start = time.perf_counter()
        torch.nn.functional.conv3d(x, weights, bias, stride, padding, groups=arguments.channels)
        return time.perf_counter() - start

    with torch.inference_mode():
        serve_times({}, run)


def openvino_depthwise(arguments):
    """One depthwise convolution; the time is the operation's own, without the change of layout before and after it."""
    import openvino
    from openvino import opset13 as ops

    x, weights, bias = depthwise_numbers(arguments)
    channels, padding = arguments.channels, [side // 2 for side in arguments.kernel]
    parameter = ops.parameter(x.shape, openvino.Type.f32)
    convolution = ops.group_convolution(
        parameter, ops.constant(weights.reshape(channels, 1, 1, *arguments.kernel)),
        [1, arguments.stride, arguments.stride], padding, padding, [1, 1, 1],
    )
    output = ops.add(convolution, ops.constant(bias.reshape(1, channels, 1, 1, 1)))
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": arguments.threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERF_COUNT": True,
    }
    compiled = openvino.Core().compile_model(openvino.Model([output], [parameter]), "CPU", settings)
    request = compiled.create_infer_request()
    request.set_input_tensor(0, openvino.Tensor(x))

    def run():
        request.infer()
        counted = [entry for entry in request.profiling_info if "Convolution" in entry.node_type]
        return sum(entry.real_time.total_seconds() for entry in counted)

    serve_times({}, run)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(required=True)
    for function in (
        *(pytorch, pytorch_training, openvino, roialign, pytorch_depthwise, openvino_depthwise, torchvision_detector, openvino_detector),
    ):
        kind = kinds.add_parser(function.__name__)
        kind.set_defaults(function=function)
        kind.add_argument("--threads", type=int, required=True)
        kind.add_argument("--size", type=int, nargs=2)
        if function in (pytorch, pytorch_training):
            kind.add_argument("--cfg", required=True)
            kind.add_argument("--weights", required=True)
        if function is pytorch_training:
            kind.add_argument("--clips", type=int, required=True)
        if function is pytorch:
            kind.add_argument("--attention")
        if function in (openvino, openvino_detector):
            kind.add_argument("--model", required=True)
        if function in (pytorch, openvino):
            integers = ["int8"] if function is openvino else []
            kind.add_argument("--precision", choices=["f32", "bf16", *integers], default="f32")
        if function in (pytorch_depthwise, openvino_depthwise):
            kind.add_argument("--channels", type=int, required=True)
            kind.add_argument("--frames", type=int, required=True)
            kind.add_argument("--kernel", type=int, nargs=3, required=True)
            kind.add_argument("--stride", type=int, required=True)
        if function is roialign:
            kind.add_argument("--channels", type=int, required=True)
            kind.add_argument("--resolution", type=int, required=True)
            kind.add_argument("--boxes", required=True)
            kind.add_argument("--fused", action="store_true")
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
