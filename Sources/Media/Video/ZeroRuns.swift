internal import CLibAV

/// Holes that were filled with zeros, in packets whose codecs never write so many zeros in a row: their entropy coders
/// do not come to it, or their start codes forbid it.
struct ZeroRuns {
  /// Bytes that are no coincidence.
  private static let least = 48

  private let isTelling: Bool
  /// Bytes of the number before each unit that says how long it is; 0 where start codes part them.
  private let lengthBytes: Int

  init(_ parameters: AVCodecParameters) {
    let codecs = [
      AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
      AV_CODEC_ID_H263, AV_CODEC_ID_FLV1, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV1,
      AV_CODEC_ID_WMV2,
    ]
    isTelling = codecs.contains(parameters.codec_id)
    let place = parameters.codec_id == AV_CODEC_ID_H264 ? 4 : parameters.codec_id == AV_CODEC_ID_HEVC ? 21 : Int.max
    if let head = parameters.extradata, Int(parameters.extradata_size) > place, head[0] == 1 {
      lengthBytes = Int(head[place] & 3) + 1
    } else {
      lengthBytes = 0
    }
  }

  /// Whether a packet has such a hole.
  func isHole(_ packet: AVPacket) -> Bool {
    guard isTelling, let data = packet.data, packet.size > 64 else { return false }
    let bytes = UnsafeBufferPointer(start: data, count: Int(packet.size))
    if lengthBytes == 0 { return Self.isHole(bytes[...]) }
    var place = 0
    while place + lengthBytes <= bytes.count {
      let length = bytes[place..<place + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
      place += lengthBytes
      // The decoder complains of a wrong length.
      if length == 0 || length > bytes.count - place { return false }
      if Self.isHole(bytes[place..<place + length]) { return true }
      place += length
    }
    return false
  }

  /// Zeros at the end and before a start code are padding.
  private static func isHole(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    // Of a run that is long enough, one byte in every `least` is looked at.
    var place = bytes.startIndex + least
    while place < bytes.endIndex {
      if bytes[place] == 0 {
        var (first, end) = (place, place)
        while first > bytes.startIndex, bytes[first - 1] == 0 { first -= 1 }
        while end < bytes.endIndex, bytes[end] == 0 { end += 1 }
        if end - first >= least, end < bytes.endIndex, bytes[end] != 1 { return true }
        place = end
      }
      place += least
    }
    return false
  }
}
