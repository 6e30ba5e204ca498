internal import CLibAV
internal import Wording

/// A libav decoder with the file that feeds it: decoded frames in order of presentation.
final class Decoder {
  private(set) var demuxer: Demuxer
  private let threads: Int
  private var context: UnsafeMutablePointer<AVCodecContext>
  /// The frame decoded last.
  let frame: UnsafeMutablePointer<AVFrame>
  private var isDraining = false
  private var failures = 0
  private var lastTime: Int64?
  /// While set, damage is put up with: the frames before the first good one after a jump.
  var toleratesDamage = false
  /// Packets before the first key packet after a jump are skipped; then this holds its timestamp.
  private(set) var landing: Landing = .settled

  enum Landing: Equatable {
    case settled
    case waitingForKey
    case landed(Int64)
  }

  init(path: String, threads: Int) throws {
    demuxer = try Demuxer(path: path)
    self.threads = threads
    context = try Decoder.open(demuxer, threads: threads)
    guard let frame = av_frame_alloc() else { fatalError("out of memory") }
    self.frame = frame
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
    var open: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&open)
  }

  private static func open(_ demuxer: Demuxer, threads: Int) throws(VideoError) -> UnsafeMutablePointer<AVCodecContext>
  {
    guard let context = avcodec_alloc_context3(demuxer.codec) else { fatalError("out of memory") }
    var status = avcodec_parameters_to_context(context, demuxer.stream.pointee.codecpar)
    context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
    context.pointee.thread_count = Int32(threads)
    // Slices on several threads would switch off the error marks on frames.
    context.pointee.thread_type = FF_THREAD_FRAME
    if status >= 0 { status = avcodec_open2(context, demuxer.codec, nil) }
    if status < 0 {
      var open: UnsafeMutablePointer<AVCodecContext>? = context
      avcodec_free_context(&open)
      throw VideoError(
        doing: opening, path: demuxer.path,
        reason: "its decoder does not start: \(reason(of: status))\(LibAVLog.complaint)")
    }
    return context
  }

  /// Begins again at the first packet, with the file opened anew: nothing is left over from before.
  func restart() throws {
    demuxer = try Demuxer(path: demuxer.path)
    let fresh = try Decoder.open(demuxer, threads: threads)
    var old: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&old)
    context = fresh
    isDraining = false
    landing = .settled
    toleratesDamage = false
    (failures, lastTime) = (0, nil)
  }

  /// Jumps to the key packet at or before a timestamp; false where the container cannot.
  func seek(to timestamp: Int64) -> Bool {
    guard demuxer.seek(to: timestamp) else { return false }
    avcodec_flush_buffers(context)
    isDraining = false
    landing = .waitingForKey
    toleratesDamage = true
    return true
  }

  /// Decodes the next frame into `frame`.
  ///
  /// - Returns: false at the end.
  /// - Throws: ``VideoError`` on damaged data.
  func advance() throws -> Bool {
    while true {
      let status = avcodec_receive_frame(context, frame)
      if status >= 0 {
        defer { lastTime = presentationTime ?? lastTime }
        if !toleratesDamage, let damage = damage() { throw problem("is damaged: \(damage)\(LibAVLog.complaint)") }
        return true
      }
      if status == slowfast_averror_eof() { return false }
      if status == slowfast_averror(EAGAIN) {
        try feed()
      } else {
        failures += 1
        // Even where damage is expected it must end.
        if !toleratesDamage || failures > 1000 {
          throw problem("cannot be decoded: \(reason(of: status))\(LibAVLog.complaint)")
        }
      }
    }
  }

  /// Sends the decoder one packet, or the news that there are no more.
  private func feed() throws {
    if isDraining { return }
    let context = context
    let fed = try demuxer.nextPacket { packet, _, _ -> Bool in
      if landing == .waitingForKey {
        guard packet.pointee.flags & AV_PKT_FLAG_KEY != 0 else { return true }
        landing = timestamp(packet.pointee.pts).map { .landed($0) } ?? .settled
      }
      LibAVLog.clear()
      let status = avcodec_send_packet(context, packet)
      if status < 0, !toleratesDamage {
        throw problem(
          "cannot be decoded: \(reason(of: status))\(LibAVLog.complaint)", at: timestamp(packet.pointee.pts))
      }
      return true
    }
    if fed == nil {
      isDraining = true
      avcodec_send_packet(context, nil)
    }
  }

  /// Whether the decoder left a mark of damage on the frame.
  var isFrameDamaged: Bool { damage() != nil }

  /// What is wrong with the decoded frame, by the marks that its decoder left.
  private func damage() -> String? {
    let errors = frame.pointee.decode_error_flags
    if errors & FF_DECODE_ERROR_MISSING_REFERENCE != 0 { return "a frame that it refers to is missing" }
    if errors != 0 { return "parts of its picture are missing" }
    return frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 ? "its data is incomplete" : nil
  }

  /// The decoded frame's presentation time in the stream's ticks.
  var presentationTime: Int64? {
    timestamp(frame.pointee.pts) ?? timestamp(frame.pointee.best_effort_timestamp)
  }

  private func problem(_ what: String, at time: Int64? = nil) -> VideoError {
    func seconds(_ ticks: Int64) -> String { fixed(Double(ticks) * demuxer.timeBase.value, 3) + " s of its clock" }
    let place =
      (time ?? presentationTime).map { "the frame at \(seconds($0))" }
      ?? lastTime.map { "the frame after \(seconds($0))" } ?? "the first frame"
    return VideoError(
      doing: "decoding a video", path: demuxer.path,
      reason: "\(place) \(what) -> the file is damaged: copy or record it again")
  }
}
