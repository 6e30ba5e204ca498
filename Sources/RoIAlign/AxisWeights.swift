/// What each line of features (row or column) counts in each bin of each box, along one axis.
///
/// Bilinear interpolation is a product of a weight in y and a weight in x, and so is the average over a bin's
/// grid; clamping at the border and "outside is zero" act on y and x separately too. So a bin's average is
/// row weights x features x column weights, and a line is listed once however many samples touch it.
struct AxisWeights {
  /// [boxes * (bins + 1)] The entries of bin b of box r are starts[r * (bins + 1) + b] ..< the next.
  private(set) var starts: [Int] = []
  /// The distance of the entry's line from line 0, in floats. Entry 0 belongs to no bin: so even tables of boxes
  /// that touch nothing have an address.
  private(set) var offsets: [Int] = [0]
  private(set) var weights: [Float] = [0]
  private let bins: Int
  private let cells: Int
  private let stride: Int
  private var sums: [Double]

  /// - Parameters:
  ///   - cells: How many lines the features have.
  ///   - stride: The distance from a line to the next, in floats.
  init(bins: Int, cells: Int, stride: Int) {
    self.bins = bins
    self.cells = cells
    self.stride = stride
    sums = [Double](repeating: 0, count: cells)
  }

  /// Appends the bins of one box.
  mutating func append(_ axis: AxisSampling) {
    for bin in 0..<bins {
      starts.append(offsets.count)
      appendBin(bin, axis)
    }
    starts.append(offsets.count)
  }

  /// Sums up in Double: the reference's own float32 sums are over both axes at once, in no order that could be
  /// kept here.
  private mutating func appendBin(_ bin: Int, _ axis: AxisSampling) {
    if cells == 0 { return }
    var (lowest, highest) = (cells, -1)
    axis.forEachContribution(bin: bin, cells: cells) { position, count in
      let clamped = max(position, 0)
      let low = min(Int(clamped), cells - 1)
      let high = min(low + 1, cells - 1)
      let fraction = low == high ? 0 : clamped - Float(low)
      sums[low] += Double(1 - fraction) * Double(count)
      sums[high] += Double(fraction) * Double(count)
      lowest = min(lowest, low)
      highest = max(highest, high)
    }
    if highest < lowest { return }
    for cell in lowest...highest where sums[cell] != 0 {
      offsets.append(cell * stride)
      weights.append(Float(sums[cell] / Double(axis.samples)))
      sums[cell] = 0
    }
  }

  /// The number of entries of all bins of one box.
  func entries(ofBox box: Int) -> Int {
    starts[box * (bins + 1) + bins] - starts[box * (bins + 1)]
  }

  /// The lines that count in some bin of a box, in no order, some twice.
  func lines(ofBox box: Int) -> some Sequence<Int> {
    (starts[box * (bins + 1)]..<starts[box * (bins + 1) + bins]).lazy.map { offsets[$0] / stride }
  }
}
