"""Makes the .npy files of this folder: RoIAlign by torchvision over features given by a formula.

python3 make_fixtures.py, in this folder; needs torch, torchvision and numpy.
"""

import numpy as np
import torch
from torchvision.ops import roi_align

channels, height, width, batch = 2, 9, 13, 2
n, c, y, x = np.meshgrid(*(np.arange(k, dtype=np.float64) for k in (batch, channels, height, width)), indexing="ij")
# Whole numbers over 64: the same bits in every language.
features = ((((7 * x + 13 * y + 29 * c + 41 * n) % 64) - 31) / 64 + x * y / 128).astype(np.float32)

boxes = np.array(
    [
        [0, 3.3, 5.1, 90.7, 60.2],  # inside
        [1, 0, 0, 208, 144],  # the whole frame
        [0, -40.5, -30.25, 55, 70],  # over the top left corner
        [1, 150, 100, 420, 300],  # over the bottom right corner
        [0, 77.7, 33.3, 78.4, 34.6],  # smaller than a cell
        [1, 60, 60, 60, 60],  # no area
        [0, 100, 90, 40, 20],  # inverted
        [1, 400, 300, 500, 380],  # outside
        [0, -900, 20, 1100, 120],  # far wider than the frame
    ],
    dtype=np.float32,
)
np.save("boxes.npy", boxes)
for aligned in (False, True):
    for ratio in (0, 3):
        out = roi_align(torch.from_numpy(features), torch.from_numpy(boxes), (5, 5), 1 / 16, ratio, aligned)
        name = f"{'halfpixel' if aligned else 'legacy'}_{'adaptive' if ratio == 0 else 'fixed3'}.npy"
        np.save(name, np.ascontiguousarray(out.permute(0, 2, 3, 1).numpy()))
