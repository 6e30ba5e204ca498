"""Says what people do in frames that are in memory; here they are drawn: squares that move over noise.

usage: detect.py MODEL.yaml MODEL.pyth
"""
import sys

import numpy as np

import slowfast


def frames_of_a_square(count=64, height=180, width=240):
    """uint8 [count, height, width, 3], RGB, and the square's box in the middle frame, in pixels."""
    frames = np.random.default_rng(1).integers(0, 60, (count, height, width, 3), np.uint8)
    for t in range(count):
        frames[t, 40:140, 20 + 2 * t : 80 + 2 * t] = (200, 120, 40)
    middle = count // 2
    return frames, [20 + 2 * middle, 40, 80 + 2 * middle, 140]


def main(cfg, weights):
    frames, box = frames_of_a_square()
    with slowfast.Model(cfg, weights) as model:
        # One row a box, one column a class.
        scores = model.detect(frames, np.array([box, [0, 0, 60, 100]]), fps=30)
    for row in scores:
        best = np.argsort(-row)[:3]
        print(", ".join(f"class {id + 1}: {row[id]:.3f}" for id in best))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except slowfast.Error as error:
        sys.exit(f"detect.py: {error}")
