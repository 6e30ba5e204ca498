internal import BFloat16

/// A length along time, height and width: an extent, a kernel, a stride, a padding or a dilation.
public struct Extent3: Hashable, Sendable, CustomStringConvertible {
  /// Along time, in frames.
  public var t: Int
  /// Along the height, in rows.
  public var h: Int
  /// Along the width, in columns.
  public var w: Int

  /// Makes an extent of time, height and width.
  public init(_ t: Int, _ h: Int, _ w: Int) {
    self.t = t
    self.h = h
    self.w = w
  }

  /// 1 along each axis.
  public static let one = Extent3(1, 1, 1)
  /// 0 along each axis.
  public static let zero = Extent3(0, 0, 0)

  /// How many positions there are: the product of the three.
  public var count: Int { t * h * w }
  /// As T x H x W: "8x14x14".
  public var description: String { "\(t)x\(h)x\(w)" }
}

/// A view of activations, channels last: element (n, t, h, w, c) lies at
/// `offset + (((n * T + t) * H + h) * W + w) * pitch + c`.
///
/// The pitch is at least what the channels take; it is larger when the map is a channel slice of a wider one, which is
/// how concatenations come about without copies.
///
/// Offsets and pitches count floats whatever the format: a bfloat16 map has an even number of channels, two to a float, a
/// map of integers a multiple of four.
public struct FeatureMap: Sendable {
  /// Where the numbers lie.
  public let storage: Storage
  /// The place of the first channel of the first position, in floats.
  public let offset: Int
  /// N, how many clips there are.
  public let batch: Int
  /// T, H and W.
  public let extent: Extent3
  /// C, how many channels a position has.
  public let channels: Int
  /// The distance from a position to the next, in floats.
  public let pitch: Int
  /// How the numbers lie in memory.
  public let format: ElementFormat
  /// What integers stand for; nil for other formats.
  public let scales: ChannelScales?

  /// Makes a view of a storage, which must hold all of it.
  public init(
    storage: Storage, offset: Int, batch: Int, extent: Extent3, channels: Int, pitch: Int,
    format: ElementFormat = .float32, scales: ChannelScales? = nil
  ) {
    let floats = format.floats(channels)
    precondition(
      pitch >= floats && offset >= 0
        && (batch * extent.count == 0
          || offset + (batch * extent.count - 1) * pitch + floats <= storage.count),
      "a feature map must lie inside its storage")
    precondition(format.divides(channels), "a map of smaller numbers has channels that end on a whole float")
    precondition((format == .uint8) == (scales != nil), "integers, and they alone, have scales")
    precondition(scales.map { $0.values.count == channels } ?? true, "every channel has a scale")
    self.format = format
    self.scales = scales
    self.storage = storage
    self.offset = offset
    self.batch = batch
    self.extent = extent
    self.channels = channels
    self.pitch = pitch
  }

  /// Makes a dense map of zeros.
  public init(
    zeros batch: Int, _ extent: Extent3, channels: Int, format: ElementFormat = .float32, scales: ChannelScales? = nil
  ) {
    let floats = format.floats(channels)
    self.init(
      storage: Storage(count: batch * extent.count * floats), offset: 0, batch: batch, extent: extent,
      channels: channels, pitch: floats, format: format, scales: scales)
  }

  /// Makes a dense map of float32 that holds anything, to be filled.
  public init(unfilled batch: Int, _ extent: Extent3, channels: Int) {
    self.init(
      storage: Storage(count: batch * extent.count * channels, isZeroed: false), offset: 0, batch: batch,
      extent: extent, channels: channels, pitch: channels)
  }

  /// The floats that a position's channels take.
  public var floats: Int { format.floats(channels) }

  /// The numbers as float32: this map itself, or a dense copy.
  public func float32() -> FeatureMap {
    if format == .float32 { return self }
    let result = FeatureMap(zeros: batch, extent, channels: channels)
    for position in 0..<positions {
      for c in 0..<channels { result.start[position * channels + c] = value(position: position, channel: c) }
    }
    return result
  }

  /// Views some of the frames, counted through the whole batch, as one item.
  public func frames(_ range: Range<Int>) -> FeatureMap {
    FeatureMap(
      storage: storage, offset: offset + range.lowerBound * extent.h * extent.w * pitch, batch: 1,
      extent: Extent3(range.count, extent.h, extent.w), channels: channels, pitch: pitch, format: format,
      scales: scales)
  }

  /// The channels of a position of a bfloat16 map.
  public func bfloat16Channels(of position: Int) -> UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(start + position * pitch).assumingMemoryBound(to: UInt16.self)
  }

  /// The integers of a position.
  public func integers(of position: Int) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(start + position * pitch).assumingMemoryBound(to: UInt8.self)
  }

  /// Reads one channel of a position, whatever the format.
  public func value(position: Int, channel: Int) -> Float {
    switch format {
    case .float32: return start[position * pitch + channel]
    case .bfloat16: return BFloat16.float32(bfloat16Channels(of: position)[channel])
    case .uint8: return scales!.number(integers(of: position)[channel], channel: channel)
    }
  }

  /// Writes one channel of a position, whatever the format.
  public func set(_ value: Float, position: Int, channel: Int) {
    switch format {
    case .float32: start[position * pitch + channel] = value
    case .bfloat16: bfloat16Channels(of: position)[channel] = bfloat16(value)
    case .uint8: integers(of: position)[channel] = scales!.integer(value, channel: channel)
    }
  }

  /// The number of positions: batch x T x H x W.
  public var positions: Int { batch * extent.count }

  /// The first element; valid as long as the storage lives.
  public var start: UnsafeMutablePointer<Float> { storage.pointer + offset }

  /// Copies a tensor [N, C, T, H, W] (PyTorch's order) into a new dense map.
  public init(channelsFirst tensor: Tensor) {
    precondition(tensor.shape.count == 5, "a clip has five axes")
    let shape = tensor.shape
    self.init(zeros: shape[0], Extent3(shape[2], shape[3], shape[4]), channels: shape[1])
    let positions = extent.count
    for n in 0..<batch {
      for c in 0..<channels {
        let source = tensor.storage.pointer + (n * channels + c) * positions
        let target = start + n * positions * pitch + c
        for p in 0..<positions { target[p * pitch] = source[p] }
      }
    }
  }

  /// Copies the numbers into a tensor [N, C, T, H, W].
  public func channelsFirst() -> Tensor {
    if format != .float32 { return float32().channelsFirst() }
    let result = Tensor(zeros: [batch, channels, extent.t, extent.h, extent.w])
    let positions = extent.count
    for n in 0..<batch {
      for c in 0..<channels {
        let target = result.storage.pointer + (n * channels + c) * positions
        let source = start + n * positions * pitch + c
        for p in 0..<positions { target[p] = source[p * pitch] }
      }
    }
    return result
  }
}
