import Tensors

/// A map that is a channel slice of a wider one, with a pattern around it that nobody may read or write.
struct SlicedMap {
  let map: FeatureMap
  private let before: [UInt32]

  /// - Parameters:
  ///   - values: [N, C, T, H, W]; nil leaves the pattern in the slice too.
  ///   - room: The floats before and after the slice in every position.
  ///   - pattern: The bits around the slice; of NaN, two of bfloat16.
  init(
    _ values: [Float]?, batch: Int, _ extent: Extent3, channels: Int, format: ElementFormat = .float32,
    scales: ChannelScales? = nil, room: (before: Int, after: Int), pattern: UInt32 = 0x7fd1_7fd2
  ) {
    let floats = format.floats(channels)
    let pitch = room.before + floats + room.after
    let storage = Storage(count: batch * extent.count * pitch)
    for index in 0..<storage.count { storage.pointer[index] = Float(bitPattern: pattern) }
    map = FeatureMap(
      storage: storage, offset: batch * extent.count == 0 ? 0 : room.before, batch: batch, extent: extent,
      channels: channels, pitch: pitch, format: format, scales: scales)
    if let values {
      for (index, value) in values.enumerated() {
        let (plane, place) = (index / extent.count, index % extent.count)
        map.set(value, position: plane / channels * extent.count + place, channel: plane % channels)
      }
    }
    before = Self.bits(storage)
  }

  private static func bits(_ storage: Storage) -> [UInt32] {
    (0..<storage.count).map { storage.pointer[$0].bitPattern }
  }

  /// [N, C, T, H, W]
  var values: [Float] { map.float32().channelsFirst().array }

  /// Whether everything is as it was made.
  var isUntouched: Bool { Self.bits(map.storage) == before }

  /// Whether everything around the slice is as it was made.
  var surroundingsAreUntouched: Bool {
    let now = Self.bits(map.storage)
    let inside = map.offset..<map.offset + map.floats
    return now.indices.allSatisfy { inside.contains($0 % map.pitch) || now[$0] == before[$0] }
  }
}
