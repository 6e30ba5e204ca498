internal import MicroKernels
internal import Parallel
public import Tensors

/// The items of a batch that are normalised together: those whose number leaves a remainder.
public struct BatchSplit: Hashable, Sendable {
  public var index: Int
  public var count: Int

  public init(_ index: Int = 0, of count: Int = 1) { (self.index, self.count) = (index, count) }

  func items(_ batch: Int) -> [Int] { Array(stride(from: index, to: batch, by: count)) }

  /// How many positions they have together.
  public func positions(_ map: FeatureMap) -> Int { items(map.batch).count * map.extent.count }
}

/// What came after a normalisation.
public enum NormalizedReLU {
  case none
  /// A ReLU, of a sum perhaps, that made this.
  case output(FeatureMap)
  /// A ReLU of `input * scale + bias`, both by channel: as cheap to compute once more as what it made is to read.
  case affine(scale: [Float], bias: [Float])

  fileprivate var output: FeatureMap? { if case .output(let map) = self { map } else { nil } }
  fileprivate var affine: [[Float]]? { if case .affine(let scale, let bias) = self { [scale, bias] } else { nil } }
}

/// What backward passes and normalisations by the batch sum over positions. Gradients are float32 maps, others of either format:
/// of bfloat16 a thread widens some positions at a time. Sums of some hundreds of positions are taken in float32, those of all in
/// Double, in an order that the threads have no part in.
extension Engine {
  private static let sumBlock = 256
  /// The floats of a map that a thread widens at a time: copies of three stay in the second-level cache.
  private static let widenedFloats = 32768

  /// Runs a body for blocks of positions of some items, with what each adds to two sums by channel; returns those.
  ///
  /// - Parameter others: The maps that the body reads beside the first one.
  private func sums(
    _ map: FeatureMap, _ split: BatchSplit, reading others: [FeatureMap?] = [],
    _ body: (
      _ positions: Range<Int>, _ widened: WidenedBlocks, _ first: UnsafeMutablePointer<Float>,
      _ second: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> (first: [Double], second: [Double]) {
    let (items, perItem, channels) = (split.items(map.batch), map.extent.count, map.channels)
    let isWidened = ([map] + others).contains { $0?.format == .bfloat16 }
    let block = isWidened ? max(8, min(Engine.sumBlock, Engine.widenedFloats / max(1, channels))) : Engine.sumBlock
    let widenedFloats = WidenedBlocks.floats([map] + others, positions: block)
    // Segments by the shape alone.
    let parts = max(1, min(16, perItem / Engine.sumBlock))
    let pieces = items.count * parts
    var totals = [Double](repeating: 0, count: 2 * pieces * channels)
    totals.withUnsafeMutableBufferPointer { totals in
      nonisolated(unsafe) let totals = totals.baseAddress!
      pool.forEach(pieces) { piece, thread in
        let (item, part) = (items[piece / parts], piece % parts)
        let end = item * perItem + perItem * (part + 1) / parts
        let width = (channels + 15) / 16 * 16
        let memory = scratch(2 * width + widenedFloats, thread)
        let (first, second) = (memory, memory + width)
        let widened = WidenedBlocks(memory + 2 * width, self)
        let total = totals + 2 * piece * channels
        var position = item * perItem + perItem * part / parts
        while position < end {
          let next = min(end, position + block)
          body(position..<next, widened, first, second)
          for c in 0..<channels {
            total[c] += Double(first[c])
            total[channels + c] += Double(second[c])
          }
          position = next
        }
      }
    }
    var result = (first: [Double](repeating: 0, count: channels), second: [Double](repeating: 0, count: channels))
    for piece in 0..<pieces {
      for c in 0..<channels {
        result.first[c] += totals[2 * piece * channels + c]
        result.second[c] += totals[(2 * piece + 1) * channels + c]
      }
    }
    return result
  }

  /// The mean of every channel over the positions of some items, and its variance (of the population).
  public func moments(_ map: FeatureMap, _ split: BatchSplit = BatchSplit()) -> (mean: [Double], variance: [Double]) {
    let (channels, run) = (map.channels, kernels.gradients.channelMoments)
    // The first of their positions is as near to the mean as need be.
    let nearby = split.index * map.extent.count
    let shift = Tensor([channels], (0..<channels).map { map.value(position: nearby, channel: $0) })
    let sums = sums(map, split) { positions, widened, first, second in
      var widened = widened
      let input = widened.read(map, positions)
      run(
        ChannelMoments(
          input: input.start, pitch: input.pitch, positions: positions.count, channels: channels,
          shift: shift.storage.pointer, sums: first, squares: second))
    }
    let count = Double(split.positions(map))
    let mean = sums.first.map { $0 / count }
    let variance = zip(sums.second, mean).map { max(0, $0 / count - $1 * $1) }
    return (zip(mean, shift.values).map { $0 + Double($1) }, variance)
  }

  /// The sum of every channel over all positions.
  public func channelSums(_ map: FeatureMap) -> [Double] {
    let (channels, run) = (map.channels, kernels.gradients.channelMoments)
    let zeros = Tensor(zeros: [channels])
    return sums(map, BatchSplit()) { positions, widened, first, second in
      var widened = widened
      let input = widened.read(map, positions)
      run(
        ChannelMoments(
          input: input.start, pitch: input.pitch, positions: positions.count, channels: channels,
          shift: zeros.storage.pointer, sums: first, squares: second))
    }.first
  }

  /// Sums the gradient where a ReLU let something through, and its products with `input - mean`.
  ///
  /// - Parameters:
  ///   - relu: What came after the normalisation.
  ///   - mean: By channel.
  ///   - masked: Gets what is left of the gradient, zeros elsewhere; may be the gradient; nil where nobody reads it.
  public func normalizedGradients(
    _ input: FeatureMap, _ relu: NormalizedReLU, mean: [Float], _ gradient: FeatureMap, into masked: FeatureMap?,
    _ split: BatchSplit
  ) -> (sums: [Double], products: [Double]) {
    let (channels, run) = (input.channels, kernels.gradients.normalizedGradients)
    let mean = Tensor([channels], mean)
    let (output, affine) = (relu.output, relu.affine?.map { Tensor([channels], $0) })
    let result = sums(gradient, split, reading: [input, output]) { positions, widened, first, second in
      var widened = widened
      let position = positions.lowerBound
      let input = widened.read(input, positions)
      let output = output.map { widened.read($0, positions) }
      run(
        NormalizedGradients(
          input: input.start, inputPitch: input.pitch, output: output.map { UnsafePointer($0.start) },
          outputPitch: output?.pitch ?? 0,
          scale: affine.map { UnsafePointer($0[0].storage.pointer) },
          bias: affine.map { UnsafePointer($0[1].storage.pointer) },
          gradient: gradient.start + position * gradient.pitch, gradientPitch: gradient.pitch,
          masked: masked.map { $0.start + position * $0.pitch }, maskedPitch: masked?.pitch ?? 0,
          mean: mean.storage.pointer, sums: first, products: second, positions: positions.count, channels: channels))
    }
    return (result.first, result.second)
  }

  /// Computes `target (+)= scale * gradient + factor * (input - mean) + bias` for some items.
  ///
  /// - Parameter rectifiedBias: Of a ReLU after `input * scale + rectifiedBias`, which lets the gradient through where that is
  ///   above zero; nil where the gradient is what came through already.
  public func normalizedInputGradients(
    _ gradient: FeatureMap, _ input: FeatureMap, mean: [Float], scale: [Float], factor: [Float], bias: [Float],
    rectifiedBias: [Float]?, into target: FeatureMap, adds: Bool, _ split: BatchSplit
  ) {
    let (channels, run) = (input.channels, kernels.gradients.normalizedInputGradients)
    let vectors = [mean, scale, factor, bias].map { Tensor([channels], $0) }
    let rectified = rectifiedBias.map { Tensor([channels], $0) }
    forEachBlock(input, split, widening: [input]) { positions, widened in
      var widened = widened
      let position = positions.lowerBound
      let input = widened.read(input, positions)
      run(
        NormalizedInputGradients(
          gradient: gradient.start + position * gradient.pitch, gradientPitch: gradient.pitch,
          input: input.start, inputPitch: input.pitch,
          target: target.start + position * target.pitch, targetPitch: target.pitch, mean: vectors[0].storage.pointer,
          scale: vectors[1].storage.pointer, factor: vectors[2].storage.pointer, bias: vectors[3].storage.pointer,
          rectifiedBias: rectified.map { UnsafePointer($0.storage.pointer) }, positions: positions.count,
          channels: channels, adds: adds))
    }
  }

  /// Computes `output = input * scale + bias + residual`, through a ReLU where that is asked for, for some items.
  public func affine(
    _ input: FeatureMap, scale: [Float], bias: [Float], adding residual: FeatureMap?, isRectified: Bool,
    into output: FeatureMap, _ split: BatchSplit = BatchSplit()
  ) {
    let (channels, run) = (input.channels, kernels.gradients.affineRows)
    let vectors = [scale, bias].map { Tensor([channels], $0) }
    forEachBlock(input, split, widening: [input, residual, output]) { positions, widened in
      var widened = widened
      let from = widened.read(input, positions)
      let added = residual.map { widened.read($0, positions) }
      let to = widened.place(of: output, positions)
      run(
        AffineRows(
          input: from.start, inputPitch: from.pitch, residual: added.map { UnsafePointer($0.start) },
          residualPitch: added?.pitch ?? 0, output: to.start, outputPitch: to.pitch, scale: vectors[0].storage.pointer,
          bias: vectors[1].storage.pointer, positions: positions.count, channels: channels, isRectified: isRectified))
      widened.finish(to.start, output, positions)
    }
  }

  /// Adds a map to another, number by number.
  public func add(_ map: FeatureMap, to target: FeatureMap) {
    let ones = [Float](repeating: 1, count: map.channels)
    affine(
      map, scale: ones, bias: [Float](repeating: 0, count: map.channels), adding: target, isRectified: false,
      into: target)
  }

  /// Calls a body for blocks of positions of some items, on all threads.
  ///
  /// - Parameter maps: Those of which blocks are widened, or rounded.
  func forEachBlock(
    _ map: FeatureMap, _ split: BatchSplit, widening maps: [FeatureMap?] = [],
    _ body: (_ positions: Range<Int>, _ widened: WidenedBlocks) -> Void
  ) {
    let (items, perItem) = (split.items(map.batch), map.extent.count)
    // Enough that a piece is worth its start.
    let block = max(1, 16384 / max(1, map.channels))
    let blocks = (perItem + block - 1) / block
    let floats = WidenedBlocks.floats(maps, positions: block)
    pool.forEach(items.count * blocks) { piece, thread in
      let first = items[piece / blocks] * perItem + piece % blocks * block
      body(
        first..<min(items[piece / blocks] * perItem + perItem, first + block),
        WidenedBlocks(scratch(floats, thread), self))
    }
  }
}
