internal import BFloat16
internal import Tensors

/// How a line of input lies in planes for a convolution with positions in the lanes, and which weights meet which plane.
///
/// A plane has a float for every output position and some more: what the positions see under one tap are neighbours. There is
/// one for each float of a position (a channel, or a pair of bfloat16 ones) and each remainder of the columns under the stride.
/// Where float32 inputs are rounded to bfloat16, a float is a pair of numbers: two columns that neighbour each other, or, in the
/// last column of an odd number, two channels; so that no number is multiplied but those that a position sees.
struct PlanarLayout {
  /// A plane of pairs, made of two planes of numbers.
  struct Pairs: Equatable {
    let first: Int
    /// Nil for zeros.
    let second: Int?
    /// Where the second one's plane is read for the first number of the first one.
    let shift: Int
  }

  /// What one row of weights is multiplied with.
  struct Factor {
    let plane: Int
    /// Where the plane is read for the first position.
    let shift: Int
    /// The taps along the line: one number, or the two of a pair.
    let taps: [(channel: Int, w: Int)]
    /// Whether the weights are what rounding has taken from those of another factor.
    var isRest = false
  }

  /// Floats of an input position.
  let floats: Int
  let stride: Int
  /// Planes that are made of the split ones; where there are none, those are multiplied.
  private(set) var pairs: [Pairs] = []
  private(set) var factors: [Factor] = []
  /// By plane of pixels, where it begins.
  private(set) var bytes: [Int] = []
  /// Whether weights are pairs.
  let multipliesPairs: Bool

  /// - Parameters:
  ///   - input: The format of the inputs.
  ///   - rounds: Whether float32 inputs are rounded to bfloat16.
  init(_ shape: ConvolutionShape, _ input: ElementFormat, rounds: Bool) {
    stride = shape.stride.w
    let (channels, width) = (shape.inChannels, shape.kernel.w)
    multipliesPairs = rounds || input == .bfloat16
    floats = input == .bfloat16 ? channels / 2 : channels
    if input == .float32 && rounds {
      for channel in 0..<channels {
        for w in Swift.stride(from: 0, to: width - 1, by: 2) { addColumns(channel, w) }
      }
      if width % 2 == 1 {
        for channel in Swift.stride(from: 0, to: channels, by: 2) {
          addChannels(channel, width - 1, isAlone: channel + 1 == channels)
        }
      }
      return
    }
    // As in direct convolutions, few products do not average out what rounding the weights has cost.
    for isRest in input == .bfloat16 && channels <= 8 ? [false, true] : [false] {
      for float in 0..<floats {
        for w in 0..<width {
          let taps = multipliesPairs ? [(2 * float, w), (2 * float + 1, w)] : [(float, w)]
          factors.append(Factor(plane: split(float, w), shift: w / stride, taps: taps, isRest: isRest))
        }
      }
    }
  }

  /// Of integers, four channels a float.
  init(integers shape: ConvolutionShape) {
    (stride, floats, multipliesPairs) = (shape.stride.w, shape.inChannels / 4, false)
    for float in 0..<floats {
      for w in 0..<shape.kernel.w {
        factors.append(Factor(plane: split(float, w), shift: w / stride, taps: [(4 * float, w)]))
      }
    }
  }

  /// Of pixels whose integers follow each other in words: a plane has those that begin the same number of bytes after what the
  /// positions see. A factor's tap is its word.
  init(pixels shape: ConvolutionShape) {
    (stride, floats, multipliesPairs) = (shape.stride.w, 1, false)
    let next = PixelLines.channels * stride
    for word in 0..<PixelLines.words(shape.kernel.w) {
      let byte = 4 * word % next
      let plane = bytes.firstIndex(of: byte) ?? bytes.count
      if plane == bytes.count { bytes.append(byte) }
      factors.append(Factor(plane: plane, shift: 4 * word / next, taps: [(word, 0)]))
    }
  }

  /// The split plane that a column is in.
  private func split(_ float: Int, _ w: Int) -> Int { float * stride + w % stride }

  /// Two columns of a channel.
  private mutating func addColumns(_ channel: Int, _ w: Int) {
    let made = Pairs(
      first: split(channel, w), second: split(channel, w + 1), shift: (w + 1) / stride - w / stride)
    add(made, w, [(channel, w), (channel, w + 1)])
  }

  /// A column of two channels.
  private mutating func addChannels(_ channel: Int, _ w: Int, isAlone: Bool) {
    let made = Pairs(first: split(channel, w), second: isAlone ? nil : split(channel + 1, w), shift: 0)
    add(made, w, isAlone ? [(channel, w)] : [(channel, w), (channel + 1, w)])
  }

  private mutating func add(_ made: Pairs, _ w: Int, _ taps: [(channel: Int, w: Int)]) {
    let plane = pairs.firstIndex(of: made) ?? pairs.count
    if plane == pairs.count { pairs.append(made) }
    factors.append(Factor(plane: plane, shift: w / stride, taps: taps))
  }

  /// Planes that a line is split into.
  var splitPlanes: Int { floats * stride }
  /// Planes that are multiplied.
  var planes: Int { !bytes.isEmpty ? bytes.count : pairs.isEmpty ? splitPlanes : pairs.count }

  /// Packs weights [out, in, T, H, W] as [tiles of output channels][time x height][factors][channels of a tile].
  func pack(_ weights: Storage, _ shape: ConvolutionShape, tile: Int) -> Storage {
    let lines = shape.kernel.t * shape.kernel.h
    return pack(shape, tile: tile) { o, line, factor in
      let numbers = factor.taps.map { tap in
        weights.pointer[((o * shape.inChannels + tap.channel) * lines + line) * shape.kernel.w + tap.w]
      }
      return float(numbers, isRest: factor.isRest)
    }
  }

  /// Packs integers of pixels alike.
  func pack(_ weights: PixelWeights, _ shape: ConvolutionShape, tile: Int) -> Storage {
    pack(shape, tile: tile) { o, line, factor in weights.four(output: o, line: line, word: factor.taps[0].channel) }
  }

  /// Packs integers alike.
  func pack(_ weights: QuantizedWeights, _ shape: ConvolutionShape, tile: Int) -> Storage {
    pack(shape, tile: tile) { o, line, factor in
      let tap = factor.taps[0]
      return weights.four(shape, output: o, channel: tap.channel, tap: line * shape.kernel.w + tap.w)
    }
  }

  private func pack(
    _ shape: ConvolutionShape, tile: Int, _ number: (_ output: Int, _ line: Int, _ factor: Factor) -> Float
  ) -> Storage {
    let tiles = (shape.outChannels + tile - 1) / tile
    let lines = shape.kernel.t * shape.kernel.h
    let packed = Storage(count: tiles * lines * factors.count * tile)
    for o in 0..<shape.outChannels {
      for line in 0..<lines {
        for (index, factor) in factors.enumerated() {
          packed.pointer[((o / tile * lines + line) * factors.count + index) * tile + o % tile] = number(
            o, line, factor)
        }
      }
    }
    return packed
  }

  private func float(_ numbers: [Float], isRest: Bool) -> Float {
    guard multipliesPairs else { return numbers[0] }
    func rest(_ number: Float) -> Float { isRest ? number - float32(bfloat16(number)) : number }
    return packedPair(rest(numbers[0]), numbers.count > 1 ? rest(numbers[1]) : 0)
  }
}
