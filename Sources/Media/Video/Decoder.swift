internal import CLibAV
internal import ImageFiles
internal import Imaging
internal import Wording

/// A packet or a frame that the decoder found damaged; it can be asked for the next one after that.
struct DecodingFailure: Error {
  /// Where, and what was found.
  let reason: String
  /// Whether there is a frame, though a damaged one.
  let hasFrame: Bool
  /// When the damaged frame is shown, in the stream's ticks; nil where that is not known.
  let time: Int64?
}

/// A libav decoder with the file that feeds it: decoded frames in order of presentation.
final class Decoder {
  private(set) var demuxer: Demuxer
  private var context: UnsafeMutablePointer<AVCodecContext>
  /// The frame decoded last.
  let frame: UnsafeMutablePointer<AVFrame>
  private var isDraining = false
  private var failures = 0
  private var lastTime: Int64?
  /// When the packet that went in last is shown.
  private var sentTime: Int64?
  /// While set, damage is put up with: the frames before the first good one after a jump.
  var toleratesDamage = false
  /// Packets that are failures, whatever the decoder makes of them.
  var faults: PacketFaults?
  /// Packets that went in since the beginning of the file, and frames that came out; frames nil after a jump.
  private var packets = 0
  private var shown: Int? = 0
  /// What is wrong with the JPEG that went in last. Its decoder here fills holes up and does not say so.
  private var frameDamage: String?
  /// Whether a frame may lean on another one, by the times at which they are shown. While set, no frame comes out before
  /// those that it may lean on are known to be sound.
  var leans: ((_ time: Int64?, _ damaged: Int64?) -> Bool)?
  private var ahead: [UnsafeMutablePointer<AVFrame>] = []
  private var failureAhead: DecodingFailure?
  private var endsAhead = false
  /// More frames are never shown between two that all of them lean on.
  private static let farthestAhead = 16
  /// Packets before the first key packet after a jump are skipped; then this holds its timestamp.
  private(set) var landing: Landing = .settled

  enum Landing: Equatable {
    case settled
    case waitingForKey
    case landed(Int64)
  }

  init(path: String) throws {
    demuxer = try Demuxer(path: path)
    context = try Decoder.open(demuxer)
    guard let frame = av_frame_alloc() else { fatalError("out of memory") }
    self.frame = frame
  }

  deinit {
    forgetAhead()
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
    var open: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&open)
  }

  private static func open(_ demuxer: Demuxer) throws(VideoError) -> UnsafeMutablePointer<AVCodecContext> {
    guard let context = avcodec_alloc_context3(demuxer.codec) else { fatalError("out of memory") }
    var status = avcodec_parameters_to_context(context, demuxer.stream.pointee.codecpar)
    context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
    // One thread: with several, a frame comes out before another thread has marked its damage, so that the same file is
    // damaged in one run and sound in the next; with slices on several threads there are no marks at all.
    context.pointee.thread_count = 1
    // Checksums that a stream carries are compared: garbled H.265 decodes to wrong pixels without any other complaint.
    context.pointee.err_recognition |= AV_EF_CRCCHECK
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
    let fresh = try Decoder.open(demuxer)
    var old: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&old)
    context = fresh
    isDraining = false
    forgetAhead()
    landing = .settled
    toleratesDamage = false
    (failures, lastTime, packets, shown) = (0, nil, 0, 0)
  }

  /// Jumps to the key packet at or before a timestamp; false where the container cannot.
  func seek(to timestamp: Int64) -> Bool {
    guard demuxer.seek(to: timestamp) else { return false }
    avcodec_flush_buffers(context)
    isDraining = false
    forgetAhead()
    landing = .waitingForKey
    shown = nil
    toleratesDamage = true
    return true
  }

  /// Decodes the next frame into `frame`.
  ///
  /// - Returns: false at the end.
  /// - Throws: ``DecodingFailure`` on damaged data, ``VideoError`` when the file cannot be read on.
  func advance() throws -> Bool {
    guard let leans else { return try decode() }
    if toleratesDamage || context.pointee.has_b_frames == 0 && ahead.isEmpty { return try decode() }
    // A B frame leans on one that is shown after it, and whose damage shows only there.
    while failureAhead == nil, !endsAhead, ahead.last.map(Decoder.isB) ?? true, ahead.count < Decoder.farthestAhead {
      do {
        if try decode() {
          guard let kept = av_frame_clone(frame) else { fatalError("out of memory") }
          ahead.append(kept)
        } else {
          endsAhead = true
        }
      } catch let failure as DecodingFailure {
        failureAhead = failure
      }
    }
    if let failure = failureAhead, ahead.allSatisfy(Decoder.isB) {
      let kept = ahead.filter { !leans(Decoder.time(of: $0), failure.time) }
      free(ahead.filter { !kept.contains($0) })
      (ahead, failureAhead) = (kept, nil)
      throw failure
    }
    if ahead.isEmpty { return false }
    var next: UnsafeMutablePointer<AVFrame>? = ahead.removeFirst()
    av_frame_unref(frame)
    av_frame_move_ref(frame, next)
    av_frame_free(&next)
    return true
  }

  private static func isB(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    frame.pointee.pict_type == AV_PICTURE_TYPE_B
  }

  private func free(_ frames: [UnsafeMutablePointer<AVFrame>]) {
    for frame in frames {
      var frame: UnsafeMutablePointer<AVFrame>? = frame
      av_frame_free(&frame)
    }
  }

  private func forgetAhead() {
    free(ahead)
    (ahead, failureAhead, endsAhead) = ([], nil, false)
  }

  /// Decodes the next frame into `frame` without looking further.
  private func decode() throws -> Bool {
    while true {
      let status = avcodec_receive_frame(context, frame)
      if status >= 0 {
        defer {
          lastTime = presentationTime ?? lastTime
          shown = shown.map { $0 + 1 }
        }
        if !toleratesDamage, let damage = damage() {
          throw failure("is damaged: \(damage)\(LibAVLog.complaint)", of: presentationTime, hasFrame: true)
        }
        return true
      }
      if status == slowfast_averror_eof() { return false }
      if status == slowfast_averror(EAGAIN) {
        try feed()
      } else {
        failures += 1
        let failure = failure("cannot be decoded: \(reason(of: status))\(LibAVLog.complaint)", of: sentTime)
        // Even where damage is expected it must end.
        if failures > 1000 { throw VideoError(doing: decoding, path: demuxer.path, reason: failure.reason + advice) }
        if !toleratesDamage { throw failure }
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
      if isMadeOfJPEGs {
        frameDamage = jpegDamage(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
      }
      LibAVLog.clear()
      failures = 0
      let time = timestamp(packet.pointee.pts)
      sentTime = time
      let fault = faults.flatMap { $0.cause(of: $0.traits(of: packet.pointee), number: packets) }
      packets += 1
      let status = avcodec_send_packet(context, packet)
      if toleratesDamage { return true }
      if status < 0 {
        throw failure("cannot be decoded: \(reason(of: status))\(LibAVLog.complaint)", at: time, of: time)
      }
      // Decoders conceal what is missing and do not say so.
      if let fault { throw failure(fault, at: time, of: time) }
      // A packet is decoded when it is sent, for its predecessors' frames were taken.
      if LibAVLog.saysMismatch {
        throw failure("does not have the checksum that the stream states", at: time, of: time)
      }
      return true
    }
    if fed == nil {
      isDraining = true
      avcodec_send_packet(context, nil)
    }
  }

  /// Whether every packet is a JPEG, which shows one frame and leans on none.
  var isMadeOfJPEGs: Bool { demuxer.codec.pointee.id == AV_CODEC_ID_MJPEG }

  /// Whether the decoder left a mark of damage on the frame.
  var isFrameDamaged: Bool { damage() != nil }

  /// What is wrong with the decoded frame, by the marks that its decoder left.
  private func damage() -> String? {
    let errors = frame.pointee.decode_error_flags
    if errors & FF_DECODE_ERROR_MISSING_REFERENCE != 0 { return "a frame that it refers to is missing" }
    if errors != 0 { return "parts of its picture are missing" }
    if let frameDamage { return frameDamage }
    return frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 ? "its data is incomplete" : nil
  }

  /// The decoded frame's presentation time in the stream's ticks.
  var presentationTime: Int64? { Decoder.time(of: frame) }

  private static func time(of frame: UnsafeMutablePointer<AVFrame>) -> Int64? {
    timestamp(frame.pointee.pts) ?? timestamp(frame.pointee.best_effort_timestamp)
  }

  /// Whether the decoded frame may lean on one that is shown after it.
  var isBFrame: Bool { Decoder.isB(frame) }

  /// Whether the decoded frame is one that leans on none before it.
  var isKeyFrame: Bool { frame.pointee.key_frame != 0 }

  /// Where a stream without a clock is, by the number of frames that came out.
  private func placeByNumber(hasFrame: Bool) -> String {
    guard let shown, shown > 0 else { return "the first frame" }
    return hasFrame ? "frame \(shown)" : "a frame after frame \(shown - 1)"
  }

  /// How many frames at most come out after a packet went in that precede it.
  var lag: Int { Int(context.pointee.has_b_frames) + 2 }

  /// - Parameters:
  ///   - time: For the message, where it is not the decoded frame's.
  ///   - shownAt: When the damaged frame is shown.
  private func failure(
    _ what: String, at time: Int64? = nil, of shownAt: Int64?, hasFrame: Bool = false
  ) -> DecodingFailure {
    let place =
      (time ?? presentationTime).map { placeOfFrame(at: $0, demuxer.timeBase) }
      ?? lastTime.map { "the frame after \(clockText($0, demuxer.timeBase))" } ?? placeByNumber(hasFrame: hasFrame)
    return DecodingFailure(reason: "\(place) \(what)", hasFrame: hasFrame, time: shownAt)
  }
}

private let decoding = "decoding a video"

/// What to do about damage, after what was found.
let advice = " -> the file is damaged: copy or record it again"

/// What is said of a frame whose packet was cut on its way.
let incomplete = "is incomplete: parts of the stream were lost"

/// Names a frame by its time.
func placeOfFrame(at ticks: Int64, _ timeBase: Ratio) -> String { "the frame at \(clockText(ticks, timeBase))" }

/// Whether a text names a time of the file's clock.
func isTimed(_ text: String) -> Bool { text.contains(ofItsClock) }

private let ofItsClock = " s of its clock"

private func clockText(_ ticks: Int64, _ timeBase: Ratio) -> String {
  fixed(Double(ticks) * timeBase.value, 3) + ofItsClock
}
