/// Where a feature cell lies in the frame: the convention that a network was trained with.
///
/// The two differ by half a cell (8 input pixels at stride 16): the wrong one changes every score without any
/// error.
public enum SamplingGrid: Hashable, Sendable {
  /// Cell 0 is centred on coordinate 0, and boxes are stretched to at least one cell: Caffe2 and the early
  /// Detectron (`aligned=False`).
  case legacy
  /// Cell 0 reaches from 0 to 1 with its centre at 0.5, and boxes may be of any size: `aligned=True`.
  case halfPixel
}

/// How many samples a bin averages on each axis.
public enum SamplingRatio: Hashable, Sendable {
  /// The bin's extent in feature cells, rounded up: bigger boxes get more samples (`sampling_ratio=0`).
  case adaptive
  /// The same number for every box.
  case fixed(Int)
}
