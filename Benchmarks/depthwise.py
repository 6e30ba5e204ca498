"""Depthwise layers of X3D alone: slowfast beside OpenVINO and PyTorch, in one run, with the ratios.

Each layer once with bias, fp32, no other operation. slowfast and PyTorch are timed around the layer; of OpenVINO the
operation's own time counts, without the change of layout before and after it, which a network does not have. GB/s are
those of input, weights and output, each counted once; "copy" is what the same threads of slowfast read and write
a second as they copy a map that no cache holds. Small layers stay in the caches and may be faster.
"""

from collections import namedtuple

from common import (
    Worker,
    bench,
    best,
    children_seconds,
    introduce,
    machine,
    number,
    parser,
    require_program,
    table,
    versions,
    write_json,
)
from turns import add_options, disturbed, ratios, take_turns

Layer = namedtuple("Layer", "channels frames side kernel stride")

# Frames and the side of the clip, as the configs test.
MODELS = {"x3d-m": (16, 256), "x3d-xs": (4, 182)}
PEERS = {"OpenVINO": "openvino_depthwise", "PyTorch": "pytorch_depthwise"}


def layers(frames, side):
    """The depthwise layers of an X3D of the usual width, each once, from the first to the last.

    >>> for layer in layers(4, 182)[:3]: print(layer)
    Layer(channels=24, frames=4, side=91, kernel=(5, 1, 1), stride=1)
    Layer(channels=54, frames=4, side=91, kernel=(3, 3, 3), stride=2)
    Layer(channels=54, frames=4, side=46, kernel=(3, 3, 3), stride=1)
    """
    side = (side + 1) // 2
    found = [Layer(24, frames, side, (5, 1, 1), 1)]
    for channels in (54, 108, 216, 432):
        found.append(Layer(channels, frames, side, (3, 3, 3), 2))
        side = (side + 1) // 2
        found.append(Layer(channels, frames, side, (3, 3, 3), 1))
    return found


def title(layer):
    """
    >>> title(Layer(54, 16, 128, (3, 3, 3), 2))
    '3x3x3 stride 2, 54 x 16x128x128'
    """
    kernel = "x".join(map(str, layer.kernel)) + (f" stride {layer.stride}" if layer.stride > 1 else "")
    return f"{kernel}, {layer.channels} x {layer.frames}x{layer.side}x{layer.side}"


class Ours:
    def __init__(self, options, layer):
        self.program, self.about = options.slowfast, {}
        self.arguments = [
            *("--channels", layer.channels, "--frames", layer.frames, "--height", layer.side, "--width", layer.side),
            *("--kernel", "x".join(map(str, layer.kernel)), "--stride", layer.stride),
            *("--threads", options.threads, "--runs", options.runs),
        ]

    def measure(self):
        result = bench(self.program, "depthwise", *self.arguments)
        self.about = {"kernels": result["kernels"]}
        kept = {key: result[key] for key in ("bytes", "copy_bytes_per_second", "gmac")}
        return {"seconds": [result["seconds_best"]]} | kept

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


class Peer(Worker):
    def __init__(self, options, kind, layer):
        super().__init__(
            *(kind, "--threads", options.threads, "--size", layer.side, layer.side, "--channels", layer.channels),
            *("--frames", layer.frames, "--kernel", *layer.kernel, "--stride", layer.stride),
        )
        self.runs = options.runs

    def measure(self):
        return super().measure(self.runs)


def rows(layer, results):
    """The layer's row of the table."""
    ours, texts = results["slowfast"], []
    for name in ("slowfast", *PEERS):
        texts.append("missing" if "missing" in results[name] else number(1e3 * best(results[name]["seconds"])))
    for name in PEERS:
        pair = ratios(results[name], ours)
        texts.append("" if pair is None else " / ".join(number(ratio, 2) for ratio in pair))
    if "missing" in ours:
        return [title(layer), *texts, "", "", "", ""]
    rate = ours["turns"][0]["bytes"] / best(ours["seconds"])
    copy = max(turn["copy_bytes_per_second"] for turn in ours["turns"])
    return [
        *(title(layer), *texts, number(rate * 1e-9, 1), number(copy * 1e-9, 1), number(100 * rate / copy, 0) + " %"),
        number(100 * disturbed(ours), 0) + " %",
    ]


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(MODELS)}; all when not given")
    options.add_argument("--runs", type=int, default=20, metavar="N", help="runs of a layer in a turn")
    add_options(options, rounds=5)
    parsed = options.parse_args()
    unknown = [name for name in parsed.models if name not in MODELS]
    if unknown:
        options.error(f"there is no model {unknown[0]} -> give {' or '.join(MODELS)}")
    require_program(parsed.slowfast)

    about, packages = machine(), versions()
    introduce(about, packages)
    everything = {}
    for name in parsed.models or MODELS:
        found = []
        for layer in layers(*MODELS[name]):
            starts = {"slowfast": lambda: Ours(parsed, layer)}
            for peer, kind in PEERS.items():
                starts[peer] = lambda kind=kind: Peer(parsed, kind, layer)
            results = take_turns(starts, parsed)
            everything[f"{name}, {title(layer)}"] = results
            found.append(rows(layer, results))
        print(f"depthwise layers of {name}, fp32, {parsed.threads} threads, {parsed.rounds} rounds; ratios best / median")
        print(table(
            ["", "ours ms", *(f"{peer} ms" for peer in PEERS), *(f"{peer} / ours" for peer in PEERS), "GB/s", "copy",
             "of it", "others"],
            found,
        ))
        print(flush=True)
    for name, results in everything.items():
        for contestant, result in results.items():
            if "missing" in result:
                print(f"{contestant} is missing, {name}: {result['missing']}")
    write_json(parsed.json, {"machine": about, "versions": packages, "results": everything})


if __name__ == "__main__":
    main()
