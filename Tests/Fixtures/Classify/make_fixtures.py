#!/usr/bin/env python3
"""Makes the small files of predictions that ClassifyTests reads.

Needs torch and numpy (versions: README.md). Run in this folder:
    python make_fixtures.py
"""
import pickle

import numpy as np
import torch

# Four videos, three classes; the second is taken for class 2, the last has the right class second.
SCORES = [[7.0, 2.0, 1.0], [1.0, 3.0, 6.0], [3.0, 4.0, 3.0], [5.0, 1.0, 4.0]]
LABELS = [0, 1, 1, 2]
SEVERAL = [[1, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 0]]


def dump(name, value, protocol=4):
    with open(name, "wb") as file:
        pickle.dump(value, file, protocol=protocol)


scores, labels = torch.tensor(SCORES), torch.tensor(LABELS)
# As PySlowFast's test writes it, and with NumPy's arrays.
dump("torch.pkl", [scores, labels])
dump("torch_views.pkl", [torch.cat([scores * 0, scores])[4:], labels])
dump("numpy.pkl", [scores.numpy(), labels.numpy()])
dump("several.pkl", [scores, torch.tensor(SEVERAL)])
torch.save([scores, labels], "saved.pth")
names = np.array(["a.mp4", "b/b.mp4", "ö.mp4", "d.mp4"])
np.savez("predictions.npz", video_preds=scores.numpy(), video_labels=labels.numpy(), videos=names)
np.savez_compressed("compressed.npz", video_preds=scores.numpy(), video_labels=labels.numpy())
np.savez("fortran.npz", video_preds=np.asfortranarray(scores.numpy().astype("<f8")), video_labels=labels.numpy().astype("<i4"))
