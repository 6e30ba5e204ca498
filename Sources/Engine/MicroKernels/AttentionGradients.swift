/// Gradients by the weights of some queries' keys, which become those by the products of queries and keys and by the terms of
/// relative positions.
///
/// Keys lie as in ``AttentionWeights``, all in one block. With the weights p of a query, which are the powers divided by their
/// sum, and the gradients g by them: a logit's gradient is `p (g - sum of p g)`; that by a product is `scale` times as much,
/// that by a term the sum over all keys of its row, column or frame.
public struct AttentionGradients {
  /// [queries], `pitch` floats from one to the next: powers, then weights.
  public var weights: UnsafeMutablePointer<Float>
  /// The same: the gradients by the weights, then those by the products.
  public var gradients: UnsafeMutablePointer<Float>
  public var pitch: Int
  public var queries: Int
  /// [queries] The sum of the powers of each.
  public var sums: UnsafePointer<Float>
  public var scale: Float
  public var height: Int
  public var width: Int
  public var frames: Int
  /// Keys after those of the frames.
  public var extra: Int
  /// Where the gradients by the terms of the first query go, `relativePitch` floats from one query's to the next; nil without
  /// relative positions.
  public var relative: UnsafeMutablePointer<Float>?
  public var relativePitch: Int
  /// Room for the sums of a frame: [height x width].
  public var plane: UnsafeMutablePointer<Float>

  public init(
    weights: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, pitch: Int, queries: Int,
    sums: UnsafePointer<Float>, scale: Float, height: Int, width: Int, frames: Int, extra: Int,
    relative: UnsafeMutablePointer<Float>?, relativePitch: Int, plane: UnsafeMutablePointer<Float>
  ) {
    self.weights = weights
    self.gradients = gradients
    self.pitch = pitch
    self.queries = queries
    self.sums = sums
    self.scale = scale
    self.height = height
    self.width = width
    self.frames = frames
    self.extra = extra
    self.relative = relative
    self.relativePitch = relativePitch
    self.plane = plane
  }
}

/// Computes them.
@inlinable @inline(__always)
public func attentionGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ block: AttentionGradients) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  let area = block.height * block.width
  let placed = block.frames * area
  let count = placed + block.extra
  for query in 0..<block.queries {
    let weights = UnsafeMutableRawPointer(block.weights + query * block.pitch)
    let gradients = UnsafeMutableRawPointer(block.gradients + query * block.pitch)
    let inverse = V(repeating: 1 / block.sums[query])
    var products = V.zero
    var key = 0
    while key < count {
      let left = count - key
      let weight = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(weights + 4 * key)) * inverse
      storeElements(unit, isBFloat16: false, left, weight, weights + 4 * key)
      let gradient = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(gradients + 4 * key))
      products = Unit.multiplyAdd(products, weight, gradient)
      key += width
    }
    let mean = V(repeating: total(products))
    guard let relative = block.relative else {
      _ = logitGradients(unit, weights, gradients, 0..<count, mean, block.scale, nil)
      continue
    }
    let terms = relative + query * block.relativePitch
    block.plane.update(repeating: 0, count: area)
    for frame in 0..<block.frames {
      terms[block.height + block.width + frame] = logitGradients(
        unit, weights, gradients, frame * area..<(frame + 1) * area, mean, block.scale, block.plane)
    }
    _ = logitGradients(unit, weights, gradients, placed..<count, mean, block.scale, nil)
    sumPlane(unit, block, terms)
  }
}

/// Makes the gradients of some keys' products.
///
/// - Parameter plane: What the gradients of their logits are added to.
/// - Returns: The sum of these.
@inlinable @inline(__always)
func logitGradients<Unit: VectorUnit>(
  _ unit: Unit.Type, _ weights: UnsafeMutableRawPointer, _ gradients: UnsafeMutableRawPointer, _ keys: Range<Int>,
  _ mean: Unit.Vector, _ scale: Float, _ plane: UnsafeMutablePointer<Float>?
) -> Float {
  typealias V = Unit.Vector
  var sums = V.zero
  var key = keys.lowerBound
  while key < keys.upperBound {
    let left = keys.upperBound - key
    let weight = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(weights + 4 * key))
    let gradient = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(gradients + 4 * key))
    // Zero beyond the keys, where the weight is.
    let slope = weight * (gradient - mean)
    storeElements(unit, isBFloat16: false, left, slope * V(repeating: scale), gradients + 4 * key)
    if let plane {
      let at = UnsafeMutableRawPointer(plane + (key - keys.lowerBound))
      storeElements(
        unit, isBFloat16: false, left, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(at)) + slope, at)
      sums += slope
    }
    key += V.scalarCount
  }
  return plane == nil ? 0 : total(sums)
}

/// Sums what all frames have added to their places by row and by column.
@inlinable @inline(__always)
func sumPlane<Unit: VectorUnit>(
  _ unit: Unit.Type, _ block: AttentionGradients, _ terms: UnsafeMutablePointer<Float>
) {
  typealias V = Unit.Vector
  let columns = terms + block.height
  columns.update(repeating: 0, count: block.width)
  for h in 0..<block.height {
    let line = block.plane + h * block.width
    var sums = V.zero
    var w = 0
    while w < block.width {
      let left = block.width - w
      let x = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(line + w))
      let at = UnsafeMutableRawPointer(columns + w)
      storeElements(
        unit, isBFloat16: false, left, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(at)) + x, at)
      sums += x
      w += V.scalarCount
    }
    terms[h] = total(sums)
  }
}
