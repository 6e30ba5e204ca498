internal import CLibAV
internal import Wording

/// The sound of a video file for a film of it: its packets as they are, none is decoded.
final class SoundCopy {
  /// A stream that is copied.
  private struct Stream {
    /// Its number in the file and in the film.
    let source: Int32
    let target: Int32
    let clock: AVRational
    let filmClock: AVRational
    /// The time of the packet before.
    var last: Int64?
  }

  private let demuxer: Demuxer
  private let start: Double
  private var container: UnsafeMutablePointer<AVFormatContext>?
  private var wanted: [UnsafeMutablePointer<AVStream>] = []
  private var streams: [Stream] = []
  private var packet: UnsafeMutablePointer<AVPacket>?
  /// Whether the packet holds what was read and not handed out.
  private var isWaiting = false
  private var isOver = false
  /// What is left out or breaks off, for the user.
  private(set) var notices: [String] = []

  /// Opens the file once more.
  ///
  /// - Parameters:
  ///   - start: When the film begins on the file's clock, in seconds.
  ///   - film: The film's file.
  /// - Returns: nil for a file without sound.
  init?(of path: String, start: Double, film: String) throws {
    demuxer = try Demuxer(path: path)
    self.start = start
    let format = av_guess_format(nil, film, nil)
    for index in 0..<Int(demuxer.context.pointee.nb_streams) {
      guard let stream = demuxer.context.pointee.streams[index] else { continue }
      let codec = stream.pointee.codecpar.pointee.codec_id
      let isSound = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
      let fits = format.map { avformat_query_codec($0, codec, FF_COMPLIANCE_NORMAL) == 1 } ?? false
      if isSound && fits {
        wanted.append(stream)
        continue
      }
      stream.pointee.discard = AVDISCARD_ALL
      if isSound {
        notices.append(
          "\(film): without the sound of stream \(index): \(String(cString: avcodec_get_name(codec))) cannot stand in this "
            + "container -> convert the video's sound to AAC, or add it to the film afterwards")
      }
    }
    if wanted.isEmpty && notices.isEmpty { return nil }
    packet = av_packet_alloc()
  }

  deinit { av_packet_free(&packet) }

  /// Gives a container that has its pictures' stream streams for the sound.
  func addStreams(to container: UnsafeMutablePointer<AVFormatContext>) {
    for source in wanted {
      guard let target = avformat_new_stream(container, nil) else { fatalError("out of memory") }
      if avcodec_parameters_copy(target.pointee.codecpar, source.pointee.codecpar) < 0 { fatalError("out of memory") }
      // Another container has other names of codecs.
      target.pointee.codecpar.pointee.codec_tag = 0
      target.pointee.disposition = source.pointee.disposition
      let rate = source.pointee.codecpar.pointee.sample_rate
      target.pointee.time_base = rate > 0 ? AVRational(num: 1, den: rate) : source.pointee.time_base
      if let language = av_dict_get(source.pointee.metadata, "language", nil, 0) {
        av_dict_set(&target.pointee.metadata, "language", language.pointee.value, 0)
      }
    }
    self.container = container
  }

  /// The clocks that the container chose when its head was written.
  private func meetContainer() {
    guard let container else { return }
    for (place, source) in wanted.enumerated() {
      guard let target = container.pointee.streams[place + 1] else { continue }
      streams.append(
        Stream(
          source: source.pointee.index, target: Int32(place + 1), clock: source.pointee.time_base,
          filmClock: target.pointee.time_base))
    }
  }

  /// The next packet that begins before a time of the film; nil where there is none.
  ///
  /// - Parameter time: In seconds.
  /// - Returns: Valid until the next call.
  func next(before time: Double) -> UnsafeMutablePointer<AVPacket>? {
    guard let packet, !wanted.isEmpty else { return nil }
    if streams.isEmpty { meetContainer() }
    while !isOver {
      if !isWaiting && !read(packet) { return nil }
      guard let place = streams.firstIndex(where: { $0.source == packet.pointee.stream_index }),
        let begin = timestamp(packet.pointee.dts) ?? timestamp(packet.pointee.pts)
      else {
        isWaiting = false
        av_packet_unref(packet)
        continue
      }
      let stream = streams[place]
      let tick = Ratio(stream.clock).value
      if Double(begin) * tick - start >= time { return nil }
      isWaiting = false
      let shift = Int64((start / tick).rounded())
      packet.pointee.dts = begin - shift
      packet.pointee.pts = (timestamp(packet.pointee.pts) ?? begin) - shift
      av_packet_rescale_ts(packet, stream.clock, stream.filmClock)
      packet.pointee.stream_index = stream.target
      packet.pointee.pos = -1
      // What ends before the first picture is not heard, and no container takes a clock that stands still.
      let isHeard = packet.pointee.pts + max(1, packet.pointee.duration) > 0
      if isHeard, stream.last.map({ packet.pointee.dts > $0 }) ?? true {
        streams[place].last = packet.pointee.dts
        return packet
      }
      av_packet_unref(packet)
    }
    return nil
  }

  /// Reads on; false at the end.
  private func read(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    av_packet_unref(packet)
    while true {
      LibAVLog.clear()
      let status = av_read_frame(demuxer.context, packet)
      if status == slowfast_averror(EAGAIN) { continue }
      isWaiting = status >= 0
      if status >= 0 { return true }
      isOver = true
      if status != slowfast_averror_eof() {
        notices.append(
          "'\(demuxer.path)': the sound of the film breaks off where the file does: \(reason(of: status))\(LibAVLog.complaint)"
        )
      }
      return false
    }
  }
}
