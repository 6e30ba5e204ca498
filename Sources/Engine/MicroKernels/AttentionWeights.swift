/// The products of some queries with a block of keys, which become the weights of a running softmax.
///
/// Keys are positions T x H x W, frame after frame; after those of the last frame stand `extra` ones without a place. With
/// relative positions the logit of query i and key (t, h, w) is `products[i] * scale + relative[i][h] + relative[i][H + w] +
/// relative[i][H + W + t]`, and of extra keys and without such positions `products[i] * scale`.
public struct AttentionWeights {
  /// [queries], `pitch` floats from one to the next: products, then weights.
  public var products: UnsafeMutablePointer<Float>
  public var pitch: Int
  public var queries: Int
  public var scale: Float
  /// The keys of a frame.
  public var height: Int
  public var width: Int
  /// The frames of this block.
  public var firstFrame: Int
  public var frames: Int
  /// Keys after those of the frames.
  public var extra: Int
  /// The terms of the first query, `relativePitch` floats from one query's to the next; nil without relative positions.
  public var relative: UnsafePointer<Float>?
  public var relativePitch: Int
  /// Room for the terms of a frame: [height x width].
  public var plane: UnsafeMutablePointer<Float>
  /// Zeros that are written after the weights of a query, where those are bfloat16.
  public var zeros: Int
  /// 16 zeros and 16 times -infinity: what lanes after the last key are given.
  public var endings: UnsafePointer<Float>
  /// [queries] The largest logit of the blocks before; -infinity before the first.
  public var largest: UnsafeMutablePointer<Float>
  /// [queries] The sum of the weights of the blocks before.
  public var sums: UnsafeMutablePointer<Float>
  /// [queries, channels] What the blocks before have made of the values, `meanPitch` floats from one query to the next: it is
  /// corrected, where there are some.
  public var means: UnsafeMutablePointer<Float>
  public var meanPitch: Int
  public var channels: Int

  public init(
    products: UnsafeMutablePointer<Float>, pitch: Int, queries: Int, scale: Float, height: Int, width: Int,
    firstFrame: Int, frames: Int, extra: Int, relative: UnsafePointer<Float>?, relativePitch: Int,
    plane: UnsafeMutablePointer<Float>, zeros: Int, endings: UnsafePointer<Float>,
    largest: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
    means: UnsafeMutablePointer<Float>, meanPitch: Int, channels: Int
  ) {
    self.products = products
    self.pitch = pitch
    self.queries = queries
    self.scale = scale
    self.height = height
    self.width = width
    self.firstFrame = firstFrame
    self.frames = frames
    self.extra = extra
    self.relative = relative
    self.relativePitch = relativePitch
    self.plane = plane
    self.zeros = zeros
    self.endings = endings
    self.largest = largest
    self.sums = sums
    self.means = means
    self.meanPitch = meanPitch
    self.channels = channels
  }
}

/// Turns products into weights.
///
/// - Parameter isBFloat16: Whether weights are written as bfloat16, from where the first product lay; a literal.
///
/// Source: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
@inlinable @inline(__always)
public func attentionWeights<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool = false, _ block: AttentionWeights
) {
  typealias V = Unit.Vector
  let area = block.height * block.width
  let count = block.frames * area + block.extra
  for query in 0..<block.queries {
    let row = block.products + query * block.pitch
    var largest = V(repeating: block.largest[query])
    if let relative = block.relative {
      let terms = relative + query * block.relativePitch
      fillPlane(unit, terms, block)
      let times = terms + (block.height + block.width + block.firstFrame)
      for frame in 0..<block.frames {
        let time = V(repeating: times[frame])
        largest = logits(
          unit, row + frame * area, area, block.scale, UnsafePointer(block.plane), time, block.endings, largest)
      }
      largest = logits(
        unit, row + block.frames * area, block.extra, block.scale, nil, .zero, block.endings, largest)
    } else {
      largest = logits(unit, row, count, block.scale, nil, .zero, block.endings, largest)
    }
    let most = Unit.largestLane(largest)
    let before = block.largest[query]
    let sum = exponentials(unit, isBFloat16: isBFloat16, row, count, most, block.endings)
    if isBFloat16 {
      let end = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt16.self) + count
      for i in 0..<block.zeros { end[i] = 0 }
    }
    block.largest[query] = most
    if before == -Float.infinity {
      // Nothing is before the first block, and infinity minus itself would be no number.
      block.sums[query] = sum
    } else {
      let correction = exponential(unit, V(repeating: before - most))
      block.sums[query] = block.sums[query] * correction[0] + sum
      correctMeans(unit, block, query, correction)
    }
  }
}

/// Multiplies what the blocks before have made of a query.
///
/// - Parameter correction: The factor in every lane.
@inlinable @inline(__always)
public func correctMeans<Unit: VectorUnit>(
  _ unit: Unit.Type, _ block: AttentionWeights, _ query: Int, _ correction: Unit.Vector
) {
  let row = block.means + query * block.meanPitch
  var channel = 0
  while channel < block.channels {
    let left = block.channels - channel
    let x = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(row + channel)) * correction
    storeElements(unit, isBFloat16: false, left, x, UnsafeMutableRawPointer(row + channel))
    channel += Unit.Vector.scalarCount
  }
}

/// The terms of a frame's keys.
@inlinable @inline(__always)
func fillPlane<Unit: VectorUnit>(_ unit: Unit.Type, _ terms: UnsafePointer<Float>, _ block: AttentionWeights) {
  for h in 0..<block.height {
    let (across, line) = (terms + block.height, block.plane + h * block.width)
    let down = Unit.Vector(repeating: terms[h])
    var w = 0
    while w < block.width {
      let left = block.width - w
      let x = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(across + w))
      storeElements(unit, isBFloat16: false, left, x + down, UnsafeMutableRawPointer(line + w))
      w += Unit.Vector.scalarCount
    }
  }
}

/// Makes logits of some products, and takes the largest of them and of what was before in each lane.
@inlinable @inline(__always)
func logits<Unit: VectorUnit>(
  _ unit: Unit.Type, _ row: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float, _ plane: UnsafePointer<Float>?,
  _ time: Unit.Vector, _ endings: UnsafePointer<Float>, _ before: Unit.Vector
) -> Unit.Vector {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var largest = before
  var key = 0
  while key < count {
    let left = count - key
    var x = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(row + key)) * V(repeating: scale) + time
    if let plane { x += loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(plane + key)) }
    storeElements(unit, isBFloat16: false, left, x, UnsafeMutableRawPointer(row + key))
    largest = Unit.larger(largest, left < width ? x + Unit.load(endings + (16 - left)) : x)
    key += width
  }
  return largest
}

/// exp(x - most) of a row in place.
///
/// - Returns: Their sum.
@inlinable @inline(__always)
func exponentials<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ row: UnsafeMutablePointer<Float>, _ count: Int, _ most: Float,
  _ endings: UnsafePointer<Float>
) -> Float {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var sums = V.zero
  // What is written begins where what is read does, and takes half of its room: it never overtakes.
  let to = UnsafeMutableRawPointer(row)
  var key = 0
  while key < count {
    let left = count - key
    var x = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(row + key)) - V(repeating: most)
    if left < width { x += Unit.load(endings + (16 - left)) }
    let power = exponential(unit, x)
    storeElements(unit, isBFloat16: isBFloat16, left, power, to + key * (isBFloat16 ? 2 : 4))
    sums += power
    key += width
  }
  return total(sums)
}
