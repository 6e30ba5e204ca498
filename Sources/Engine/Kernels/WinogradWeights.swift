internal import BFloat16
internal import MicroKernels
internal import Parallel
internal import Tensors

/// Groups of a convolution that are multiplied as one matrix, in which what belongs to other groups is zero: narrow groups by
/// themselves would leave registers half empty.
struct WinogradBundle {
  /// How many there are.
  let count: Int
  /// Channels of one, whole registers of every instruction set where there are several.
  let inputs: Int
  let outputs: Int

  private static let registerFloats = 16
  private static let mostOutputs = 64

  /// - Returns: nil for groups that fill no registers together, or that are wide enough for direct products.
  init?(_ shape: ConvolutionShape) {
    let outputs = shape.outChannels / shape.groups
    let groups = shape.groups == 1 ? 1 : max(1, Self.registerFloats / max(1, outputs))
    let isFitting = groups * outputs % Self.registerFloats == 0 && groups * outputs <= Self.mostOutputs
    guard shape.groups == 1 || isFitting && shape.groups % groups == 0 else { return nil }
    count = shape.groups / groups
    inputs = shape.inChannels / count
    self.outputs = groups * outputs
  }

  /// All channels as one.
  init(whole shape: ConvolutionShape) { (count, inputs, outputs) = (1, shape.inChannels, shape.outChannels) }
}

/// The weights of a convolution for Winograd's products.
enum WinogradWeights: Sendable {
  /// Transformed once: one matrix [in, out] per bundle of groups and point.
  case points([PackedPanels])
  /// As they are, [tap][in, out], to be transformed where they are multiplied, a few points at a time: in space they are a quarter
  /// of what the points would be, in time a half, so that less of them comes from memory.
  case taps(PackedPanels)

  /// From how many numbers of all points on the taps are kept: what is smaller stays in a core's cache.
  private static let leastOfTaps = 1 << 20

  init(
    _ axis: WinogradTiles.Axis, _ shape: ConvolutionShape, _ bundle: WinogradBundle, _ weights: Storage,
    _ format: ElementFormat, _ engine: Engine
  ) {
    let points = axis.points
    // The kernels take eight numbers at a time. What is rounded to bfloat16 takes no more memory transformed.
    if format == .float32, shape.groups == 1, shape.outChannels % 8 == 0,
      points * shape.inChannels * shape.outChannels >= Self.leastOfTaps
    {
      self = .taps(PackedPanels(weights, shape, group: 0, engine))
    } else {
      self = .points(winogradWeights(axis, shape, bundle, weights, format, engine))
    }
  }

  /// Whether they are transformed where they are multiplied.
  var areTaps: Bool {
    if case .taps = self { return true }
    return false
  }
}

/// Transforms the filters of a convolution into one packed matrix [in, out] per bundle and point: G g Gᵀ in space, G g in
/// time, in Double until the last rounding.
///
/// - Returns: [bundles][points]
private func winogradWeights(
  _ axis: WinogradTiles.Axis, _ shape: ConvolutionShape, _ bundle: WinogradBundle, _ weights: Storage,
  _ format: ElementFormat, _ engine: Engine
) -> [PackedPanels] {
  let taps = axis == .time ? 3 : 9
  let points = axis.points
  // Two channels in bfloat16 take one float.
  let depth = bundle.inputs * format.bytes / 4
  let panels = (0..<bundle.count * points).map { _ in PackedPanels(depth: depth, outputs: bundle.outputs, engine) }
  let width = engine.kernels.products(format).panel
  let perBundle = (bundle.outputs + width - 1) / width
  let perGroup = (inputs: shape.inChannels / shape.groups, outputs: shape.outChannels / shape.groups)
  engine.pool.forEach(bundle.count * perBundle) { index in
    let (number, first) = (index / perBundle, index % perBundle * width)
    let count = min(width, bundle.outputs - first)
    let pitch = engine.kernels.gemm.padded(count)
    var transformed = InlineArray<36, Double>(repeating: 0)
    let targets = panels[number * points..<(number + 1) * points].map { $0.mutablePanel(first) }
    for c in 0..<bundle.inputs {
      for o in 0..<count where (first + o) / perGroup.outputs == c / perGroup.inputs {
        let output = number * bundle.outputs + first + o
        let filter = weights.pointer + (output * perGroup.inputs + c % perGroup.inputs) * taps
        switch axis {
        case .space: transformSpace(filter, &transformed)
        case .spacePairs: transformPairs(filter, &transformed)
        case .time: transformTime(filter, &transformed)
        }
        switch format {
        case .float32:
          for point in 0..<points { targets[point][c * pitch + o] = Float(transformed[point]) }
        case .bfloat16:
          for point in 0..<points {
            let pair = UnsafeMutableRawPointer(targets[point] + c / 2 * pitch + o)
            pair.storeBytes(of: bfloat16(Float(transformed[point])), toByteOffset: c % 2 * 2, as: UInt16.self)
          }
        case .uint8: preconditionFailure("no transform is of integers")
        }
      }
    }
  }
  return panels
}

/// G g for three taps.
@inline(__always)
private func transform(_ g0: Double, _ g1: Double, _ g2: Double) -> InlineArray<6, Double> {
  let (a, b) = (WinogradPoints.a, WinogradPoints.b)
  let even1 = -2.0 / 3 * g0 - 1.0 / 3 * g2
  let odd1 = -2.0 / 3 * a * g1
  let even2 = 1.0 / 6 * g0 + 1.0 / 3 * g2
  let odd2 = 1.0 / 6 * b * g1
  return [g0, even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2, g2]
}

private func transformTime(_ filter: UnsafePointer<Float>, _ result: inout InlineArray<36, Double>) {
  let t = transform(Double(filter[0]), Double(filter[1]), Double(filter[2]))
  for i in 0..<6 { result[i] = t[i] }
}

private func transformSpace(_ filter: UnsafePointer<Float>, _ result: inout InlineArray<36, Double>) {
  let c0 = transform(Double(filter[0]), Double(filter[3]), Double(filter[6]))
  let c1 = transform(Double(filter[1]), Double(filter[4]), Double(filter[7]))
  let c2 = transform(Double(filter[2]), Double(filter[5]), Double(filter[8]))
  for i in 0..<6 {
    let row = transform(c0[i], c1[i], c2[i])
    for j in 0..<6 { result[6 * i + j] = row[j] }
  }
}

/// G g Gᵀ of F(2 x 2, 3 x 3).
private func transformPairs(_ filter: UnsafePointer<Float>, _ result: inout InlineArray<36, Double>) {
  func transform(_ g0: Double, _ g1: Double, _ g2: Double) -> InlineArray<4, Double> {
    [g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2]
  }
  let c0 = transform(Double(filter[0]), Double(filter[3]), Double(filter[6]))
  let c1 = transform(Double(filter[1]), Double(filter[4]), Double(filter[7]))
  let c2 = transform(Double(filter[2]), Double(filter[5]), Double(filter[8]))
  for i in 0..<4 {
    let row = transform(c0[i], c1[i], c2[i])
    for j in 0..<4 { result[4 * i + j] = row[j] }
  }
}
