"""One Markdown table of all comparisons, for README.md."""

from common import best, median
from turns import disturbed, ratios

ENGINES = ("slowfast", "OpenVINO", "PyTorch")


def engine_of(name):
    """Whose a contestant is.

    >>> engine_of("OpenVINO bf16, sliced")
    'OpenVINO'
    """
    return name.split()[0]


def seconds_text(result):
    """The best turn, and the median in brackets.

    >>> seconds_text({"seconds": [0.5, 0.25, 0.75]}), seconds_text({"missing": "why"}), seconds_text(None)
    ('0.250 (0.500)', '-', '-')
    """
    if result is None or "missing" in result:
        return "-"
    return f"{best(result['seconds']):.3f} ({median(result['seconds']):.3f})"


def fastest(results, engine):
    """The name of an engine's fastest contestant; None where none took part.

    >>> fastest({"slowfast": {"seconds": [1]}, "A f32, x": {"seconds": [3]}, "A f32, y": {"seconds": [2]}}, "A")
    'A f32, y'
    >>> fastest({"A f32": {"missing": "why"}}, "A")
    """
    names = [name for name, result in results.items() if engine_of(name) == engine and "missing" not in result]
    return min(names, key=lambda name: best(results[name]["seconds"]), default=None)


def row(title, precision, results):
    """The cells of a comparison."""
    chosen = {engine: fastest(results, engine) for engine in ENGINES}
    peers = [name for engine, name in chosen.items() if engine != "slowfast" and name]
    cells = [seconds_text(results.get(name)) for name in chosen.values()]
    if not peers or not chosen["slowfast"]:
        return [title, precision, *cells, "-"]
    # Each figure beside the peer that is best in it.
    both = zip(*(ratios(results[name], results["slowfast"]) for name in peers))
    return [title, precision, *cells, "{:.2f} ({:.2f})".format(*map(min, both))]


def notes(title, precision, results):
    """What a row leaves out: an engine's slower forms, who is missing and why, and turns that others disturbed."""
    chosen = {fastest(results, engine) for engine in ENGINES}
    for name, result in results.items():
        if "missing" in result:
            yield f"{title}, {precision}: {name} is missing: {result['missing']}"
        elif name not in chosen:
            yield f"{title}, {precision}: {name} took {seconds_text(result)} s"
        elif "," in name:
            yield f"{title}, {precision}: {engine_of(name)}'s is its form \"{name.split(', ')[1]}\""


def difference_rows(comparisons):
    """The cells of each comparison in integers: how far scores are from fp32's."""
    for title, _, results in comparisons:
        found = {engine_of(name): result["difference"] for name, result in results.items() if "difference" in result}
        if found:
            cells = [found.get(engine, {"missing": ""}) for engine in ("slowfast", "OpenVINO")]
            yield [title, *("-" if "missing" in cell else f"{cell['mean']:.2g}, {cell['max']:.2g}" for cell in cells)]


def grid(titles, texts, rows):
    """A Markdown table; the first `texts` columns stand to the left.

    >>> print(grid(["a", "b"], 1, [["x", "1"]]))
    | a | b |
    |---|--:|
    | x | 1 |
    """
    rule = "|" + "".join("---|" if index < texts else "--:|" for index in range(len(titles)))
    lines = ["| " + " | ".join(cells) + " |" for cells in (titles, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])


def load_text(comparisons):
    """How much others took of the machine in the turns: of the contestants least and most disturbed."""
    shares = [disturbed(result) for *_, results in comparisons for result in results.values() if result.get("turns")]
    return f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %" if shares else "an unknown share"


def markdown(comparisons, about, packages, threads, rounds):
    """The table with what it was measured on.

    comparisons: (title of the network, precision, name -> {"seconds", "turns", ...} or {"missing"}), in order.
    """
    family, model, _ = about["cpu_family_model_stepping"]
    named = {"OpenVINO": "openvino", "PyTorch": "torch", "NNCF": "nncf"}
    introduction = (
        f"Seconds a clip, best (median) of {rounds} turns; {threads} threads of {about['processors']} processors, "
        f"{about['cpu']} (family {family}, model {model}: {' '.join(about['features'])}). slowfast {packages.get('commit')}; "
        + ", ".join(f"{name} {packages.get(package) or 'not installed'}" for name, package in named.items())
        + f". Other programs took {load_text(comparisons)} of the machine in a contestant's turns; load average before: "
        f"{about['load_average']:.1f}."
    )
    parts = [
        introduction,
        grid(["network", "precision", *ENGINES, "best peer / slowfast"], 2, [row(*comparison) for comparison in comparisons]),
    ]
    listed = [f"- {note}" for comparison in comparisons for note in notes(*comparison)]
    if listed:
        parts.append("\n".join(listed))
    differences = list(difference_rows(comparisons))
    if differences:
        parts.append("Scores in int8 beside fp32's, difference on average and at most, both calibrated on the same clips:")
        parts.append(grid(["network", "slowfast", "OpenVINO"], 1, differences))
    return "\n\n".join(parts) + "\n"
