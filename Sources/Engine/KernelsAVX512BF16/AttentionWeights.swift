internal import CSIMD
public import MicroKernels

private typealias Unit = AVX512BF16Unit
private typealias Vector = SIMD16<Float>

/// Turns products into weights of bfloat16, written from where a query's first product lay: what
/// `MicroKernels.attentionWeights` does, to what bfloat16 tells apart.
///
/// Logits are taken to the base of 2, so that a weight is a polynomial and a shift of the exponent. Where all of them are the
/// products times one factor, the largest is looked for among the products, and they are multiplied once, when the largest
/// is subtracted.
@inline(never)
public func attentionWeights(_ block: AttentionWeights) {
  let area = block.height * block.width
  let count = block.frames * area + block.extra
  let scale = block.scale * log2e
  for query in 0..<block.queries {
    let row = block.products + query * block.pitch
    let before = block.largest[query]
    let most: Float
    var factor = scale
    if let relative = block.relative {
      most = max(before, addTerms(row, relative + query * block.relativePitch, block, scale))
      factor = 1
    } else {
      most = max(before, largest(row, count) * scale)
    }
    let sum = powers(row, count, factor, most)
    let end = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt16.self) + count
    for i in 0..<block.zeros { end[i] = 0 }
    block.largest[query] = most
    if before == -Float.infinity {
      // Nothing is before the first block, and infinity minus itself would be no number.
      block.sums[query] = sum
    } else {
      let correction = power(Vector(repeating: before - most))
      block.sums[query] = block.sums[query] * correction[0] + sum
      correctMeans(Unit.self, block, query, correction)
    }
  }
}

/// log2(e)
private let log2e: Float = 1.442_695_04

/// The largest of some numbers; where some are NaNs, any of the others.
@inline(__always)
private func largest(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var (first, second) = (Vector(repeating: -.infinity), Vector(repeating: -.infinity))
  var key = 0
  while key + 32 <= count {
    first = simd_max512(simd_load512u(row + key), first)
    second = simd_max512(simd_load512u(row + (key + 16)), second)
    key += 32
  }
  while key < count {
    second = simd_max512(loadOrLess(row + key, count - key), second)
    key += 16
  }
  return Unit.largestLane(simd_max512(first, second))
}

/// A register of a row, -infinity after its end.
@inline(__always)
private func loadOrLess(_ from: UnsafePointer<Float>, _ left: Int) -> Vector {
  left >= 16 ? simd_load512u(from) : simd_load_or512(from, Int32(truncatingIfNeeded: left), -.infinity)
}

/// Makes logits of a query's products: adds the terms of relative positions.
///
/// - Returns: The largest of them.
@inline(__always)
private func addTerms(
  _ row: UnsafeMutablePointer<Float>, _ terms: UnsafePointer<Float>, _ block: AttentionWeights, _ scale: Float
) -> Float {
  let area = block.height * block.width
  let base = Vector(repeating: log2e)
  for h in 0..<block.height {
    let (across, line) = (terms + block.height, block.plane + h * block.width)
    let down = Vector(repeating: terms[h])
    var w = 0
    while w < block.width {
      let lanes = min(16, block.width - w)
      Unit.storeFirst(lanes, (Unit.loadFirst(lanes, across + w) + down) * base, line + w)
      w += 16
    }
  }
  var most = Vector(repeating: -.infinity)
  let times = terms + (block.height + block.width + block.firstFrame)
  let factor = Vector(repeating: scale)
  for frame in 0..<block.frames {
    let (line, time) = (row + frame * area, Vector(repeating: times[frame] * log2e))
    var key = 0
    while key + 16 <= area {
      let x = Unit.multiplyAdd(simd_load512u(block.plane + key) + time, simd_load512u(line + key), factor)
      UnsafeMutableRawPointer(line + key).storeBytes(of: x, as: Vector.self)
      most = simd_max512(x, most)
      key += 16
    }
    if key < area {
      let lanes = area - key
      let plane = Unit.loadFirst(lanes, block.plane + key)
      let x = Unit.multiplyAdd(plane + time, loadOrLess(line + key, lanes), factor)
      Unit.storeFirst(lanes, x, line + key)
      most = simd_max512(x, most)
    }
  }
  for key in block.frames * area..<block.frames * area + block.extra {
    row[key] *= scale
    most = simd_max512(Vector(repeating: row[key]), most)
  }
  return Unit.largestLane(most)
}

/// Writes 2^(x * factor - most) of a row as bfloat16, in place.
///
/// The product is rounded by itself, as the one that became the largest was: of huge ones a fused operation would leave what
/// that rounding took.
///
/// - Returns: Their sum.
@inline(__always)
private func powers(_ row: UnsafeMutablePointer<Float>, _ count: Int, _ factor: Float, _ most: Float) -> Float {
  let (factor, most) = (Vector(repeating: factor), Vector(repeating: most))
  var (first, second) = (Vector.zero, Vector.zero)
  // What is written begins where what is read does, and takes half of its room: it never overtakes.
  let to = UnsafeMutableRawPointer(row)
  var key = 0
  while key + 32 <= count {
    let a = power(simd_load512u(row + key) * factor - most)
    let b = power(simd_load512u(row + (key + 16)) * factor - most)
    simd_store_two_bf16_512(to + 2 * key, a, b)
    first += a
    second += b
    key += 32
  }
  while key < count {
    let left = min(16, count - key)
    let x = power(loadOrLess(row + key, left) * factor - most)
    Unit.storeBFloat16(left, x, to + 2 * key)
    first += x
    key += 16
  }
  return simd_total512(first + second)
}

/// 2^x to 3e-6, 0 where x is far below; a NaN stays one.
///
/// The integer below x is the exponent, the rest goes through a polynomial of the fourth degree, fitted on [0, 1).
@inline(__always)
private func power(_ x: Vector) -> Vector {
  let r = simd_fraction512(x)
  var p = Vector(repeating: 0.013_534_17)
  p = Unit.multiplyAdd(Vector(repeating: 0.052_011_47), p, r)
  p = Unit.multiplyAdd(Vector(repeating: 0.241_442_75), p, r)
  p = Unit.multiplyAdd(Vector(repeating: 0.693_003_84), p, r)
  p = Unit.multiplyAdd(Vector(repeating: 1.000_002_59), p, r)
  return simd_scale512(p, x)
}

/// `MicroKernels.scaleSums` for this instruction set, of outputs in bfloat16.
@inline(never)
public func scaleSums(_ rows: ScaledSums) { MicroKernels.scaleSums(AVX512BF16Unit.self, isBFloat16: true, rows) }
