public import Kernels
internal import Parallel
public import Tensors

/// A map plus a coarser one, whose nearest position is taken for each: the top-down path of a feature pyramid.
///
/// Inputs: x: N, [T, H, W], C; coarse: N, [T, h, w], C with h <= H and w <= W. Row i sees row floor(i h / H), as PyTorch's
/// `interpolate(mode="nearest")`.
///
/// Source: Lin et al., "Feature Pyramid Networks for Object Detection", 2017.
public struct UpsampledSum: Operator, Hashable {
  public init() {}

  public var name: String { "add nearest upsampled" }
  public var aliasing: Aliasing { .mayOverwrite(0) }
  public var writesSlices: Bool { true }
  public var keepsFramesApart: Bool { true }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let (fine, coarse) = (inputs[0], inputs[1])
    guard fine.batch == coarse.batch, fine.channels == coarse.channels, fine.extent.t == coarse.extent.t,
      1...max(1, fine.extent.h) ~= coarse.extent.h, 1...max(1, fine.extent.w) ~= coarse.extent.w
    else {
      throw .unsuited(
        operation: "a sum with an upsampled map", needs: "a map and a coarser one of as many channels and frames",
        found: inputs)
    }
    return fine
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (fine, coarse) = (inputs[0], inputs[1])
    guard fine.format == .float32, coarse.format == .float32, output.format == .float32 else {
      return runReference(inputs, into: output, engine: engine)
    }
    let extent = output.extent
    let columns = (0..<extent.w).map { $0 * coarse.extent.w / extent.w * coarse.pitch }
    engine.pool.forEach(output.batch * extent.t * extent.h) { line in
      let first = line * extent.w
      let above = coarse.start + coarseLine(line, extent, coarse.extent) * coarse.extent.w * coarse.pitch
      for (w, column) in columns.enumerated() {
        add(
          fine.start + (first + w) * fine.pitch, above + column, output.start + (first + w) * output.pitch,
          output.channels)
      }
    }
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (fine, coarse) = (inputs[0], inputs[1])
    let extent = output.extent
    for position in 0..<output.positions {
      let (line, w) = (position / extent.w, position % extent.w)
      let from = coarseLine(line, extent, coarse.extent) * coarse.extent.w + w * coarse.extent.w / extent.w
      for c in 0..<output.channels {
        output.set(
          fine.value(position: position, channel: c) + coarse.value(position: from, channel: c), position: position,
          channel: c)
      }
    }
  }

  /// The line of the coarser map that a line sees, both counted through frames and batch.
  private func coarseLine(_ line: Int, _ extent: Extent3, _ coarse: Extent3) -> Int {
    line / extent.h * coarse.h + line % extent.h * coarse.h / extent.h
  }

  /// z = x + y in registers, for the compiler cannot know that z is x or apart from it.
  private func add(
    _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ z: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var c = 0
    while c + 8 <= count {
      let sum =
        UnsafeRawPointer(x + c).loadUnaligned(as: SIMD8<Float>.self)
        + UnsafeRawPointer(y + c).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(z + c).storeBytes(of: sum, as: SIMD8<Float>.self)
      c += 8
    }
    while c < count {
      z[c] = x[c] + y[c]
      c += 1
    }
  }
}

extension Network {
  /// Adds a coarser map, upsampled to the nearest position, to a map.
  public mutating func addUpsampled(_ x: Value, _ coarse: Value) -> Value { add(UpsampledSum(), [x, coarse]) }
}
