"""Seconds of RoIAlign alone: slowfast beside torchvision, in one run, with the ratios.

Both align the same boxes, adaptive sampling, half-pixel grid, scale 1/16: corners uniform over the first half of the
frame, sizes uniform up to 0.9 of half the frame plus 8 pixels. A figure is the mean over the seeds of the boxes, each
the best of its runs. The peer's features are NCHW, as PyTorch has them, ours channels-last; "fused" is the maximum over
each box as well: one step of ours, roi_align and then amax of the peer's.
"""

import json

from common import (
    Worker,
    bench,
    best,
    children_seconds,
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

MUST, AIM, FUSED_AIM = 5, 10, 15


class SplitMix64:
    """The generator that `slowfast bench` draws its boxes from.

    Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.

    >>> hex(SplitMix64(0).next())
    '0xe220a8397b1dcdaf'
    """

    MASK = 2**64 - 1

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = self.state + 0x9E3779B97F4A7C15 & self.MASK
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & self.MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & self.MASK
        return z ^ z >> 31

    def uniform(self, high):
        return high * ((self.next() >> 11) * 2.0**-53)


def seeded_boxes(seed, count, height, width):
    """Boxes x1, y1, x2, y2 in pixels of the frame that features of this height and width stand for."""
    generator = SplitMix64(seed)
    half_width, half_height = width * 8, height * 8
    boxes = []
    for _ in range(count):
        x, y = generator.uniform(half_width), generator.uniform(half_height)
        box_width, box_height = generator.uniform(0.9 * half_width) + 8, generator.uniform(0.9 * half_height) + 8
        boxes.append([x, y, x + box_width, y + box_height])
    return boxes


class Ours:
    """slowfast: a new process for each seed; `field` is the figure to take from what it prints."""

    def __init__(self, options, boxes, field):
        self.options, self.boxes, self.field, self.about = options, boxes, field, {}

    def measure(self):
        o = self.options
        results = [
            bench(
                *(o.slowfast, "roialign", "--channels", o.channels, "--height", o.height, "--width", o.width),
                *("--boxes", self.boxes, "--resolution", o.resolution, "--threads", o.threads, "--runs", o.runs),
                *("--seed", seed),
            )
            for seed in range(1, o.seeds + 1)
        ]
        self.about = {"kernels": results[0]["kernels"]}
        return {"seconds": [sum(result[self.field] for result in results) / len(results)]}

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


class Peer(Worker):
    """torchvision, all seeds in one process."""

    def __init__(self, options, count, fused):
        sets = [seeded_boxes(seed, count, options.height, options.width) for seed in range(1, options.seeds + 1)]
        super().__init__(
            *("roialign", "--threads", options.threads, "--size", options.height, options.width),
            *("--channels", options.channels, "--resolution", options.resolution, "--boxes", json.dumps(sets)),
            *(["--fused"] if fused else []),
        )
        self.runs = options.runs

    def measure(self):
        return super().measure(self.runs)


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--boxes", type=int, nargs="+", default=[3, 20], metavar="R", help="numbers of boxes")
    options.add_argument("--channels", type=int, default=2048, metavar="C")
    options.add_argument("--height", type=int, default=16, metavar="H")
    options.add_argument("--width", type=int, default=29, metavar="W")
    options.add_argument("--resolution", type=int, default=7, metavar="P")
    options.add_argument("--seeds", type=int, default=5, metavar="N", help="how many sets of boxes")
    options.add_argument("--runs", type=int, default=20, metavar="N", help="runs of each set in a turn")
    add_options(options, rounds=5)
    options = options.parse_args()
    require_program(options.slowfast)

    about, packages = machine(), versions()
    introduce(about, packages)
    rows, figures, everything = [], [], {}
    for count in options.boxes:
        for fused in (False, True):
            field = "fused_seconds_best" if fused else "seconds_best"
            starts = {
                "slowfast": lambda: Ours(options, count, field),
                "torchvision": lambda: Peer(options, count, fused),
            }
            results = take_turns(starts, options)
            title = f"{count} boxes" + (", fused max" if fused else "")
            everything[title] = results
            figures += [figure_row(f"{name}, {title}", result) for name, result in results.items()]
            pair = ratios(results["torchvision"], results["slowfast"])
            rows.append(ratio_row(f"torchvision / slowfast, {title}", pair, MUST, FUSED_AIM if fused else AIM))
    size = f"{options.channels}x{options.height}x{options.width} to {options.resolution}x{options.resolution}"
    print(f"RoIAlign {size}, {options.threads} threads, {options.seeds} sets of boxes, {options.rounds} rounds")
    print(table(["", "best ms", "median ms", "others"], figures))
    print()
    print(table(["peer's seconds / ours", "best", "median", "must", "aim", ""], rows))
    write_json(options.json, {"machine": about, "versions": packages, "results": everything})


def figure_row(title, result):
    if "missing" in result:
        return [f"{title} is missing: {result['missing']}", "", "", ""]
    seconds = result["seconds"]
    others = number(100 * disturbed(result), 0) + " %"
    return [title, number(1e3 * best(seconds)), number(1e3 * median(seconds)), others]


if __name__ == "__main__":
    main()
