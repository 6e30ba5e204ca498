internal import CLibAV
internal import Wording

extension FrameIndex {
  /// Finds the presentation times of a video's frames: from its packets where those tell, else by decoding.
  ///
  /// - Throws: ``VideoError`` when the file holds less than its header promises, or no frame.
  static func build(path: String) throws -> FrameIndex {
    let demuxer = try Demuxer(path: path)
    var scan = PacketScan()
    do {
      try scan.read(demuxer)
    } catch let error as VideoError {
      throw truncated(demuxer, scan, because: error.reason)
    }
    try checkWhole(demuxer, scan)
    let interval = max(1, frameInterval(demuxer))
    if scan.packets == 0 { throw noFrames(path) }
    if let doubt = try scan.doubt ?? surprise(path: path, scan) {
      return try decodingIndex(
        path: path, interval: interval, stepBesideGaps: scan.stepBesideGaps, doubt: doubt)
    }
    if scan.times.isEmpty { throw noFrames(path) }
    let last = scan.lastDuration > 0 ? scan.lastDuration : interval
    var index = FrameIndex(method: .packets, times: scan.times, keys: scan.keys, lastDuration: last)
    for (from, to, packet) in scan.damage {
      let first = min(index.firstFrame(notBefore: from), index.times.count - 1)
      index.damaged.add(
        first..<max(first, index.firstFrame(notBefore: to)),
        cause: placeOfFrame(at: packet, demuxer.timeBase) + " " + incomplete)
    }
    return index
  }

  private static func noFrames(_ path: String) -> VideoError {
    VideoError(doing: opening, path: path, reason: "its video stream holds no frame -> copy or record it again")
  }

  /// One frame's length in ticks, from the stream's rate.
  private static func frameInterval(_ demuxer: Demuxer) -> Int64 {
    let average = Ratio(demuxer.stream.pointee.avg_frame_rate)
    let rate = average.value > 0 ? average : Ratio(demuxer.stream.pointee.r_frame_rate)
    let ticks = rate.value > 0 ? 1 / (rate.value * demuxer.timeBase.value) : 0.04 / demuxer.timeBase.value
    return ticks.isFinite && ticks < 1e15 ? Int64(ticks.rounded()) : 1
  }

  /// Decodes the first frames and compares them with what the packets said; returns what differs.
  ///
  /// Damaged data is no surprise here: it is reported when its frame is asked for.
  private static func surprise(path: String, _ scan: PacketScan) throws -> String? {
    let decoder = try Decoder(path: path)
    for (number, time) in scan.times.prefix(24).enumerated() {
      guard let more = try? decoder.advance() else { return nil }
      if !more { return "the stream ends after \(counted(number, "frame"))" }
      if decoder.presentationTime != time { return "frame \(number) has another time than its packet" }
    }
    return nil
  }

  /// Decodes the whole stream once for the times of its frames.
  private static func decodingIndex(
    path: String, interval: Int64, stepBesideGaps: Int64?, doubt: String
  ) throws -> FrameIndex {
    // What a decoder complains about is known by the thread.
    let decoder = try Decoder(path: path)
    // A recording may begin in the middle of a group of pictures; what comes before the first good one is no frame.
    decoder.toleratesDamage = true
    decoder.reportsIncompletePackets = true
    var times: [Int64] = []
    var jumps = 0
    var trail = DamageTrail()
    var complaints = LibAVLog.complaints
    while true {
      do {
        if try !decoder.advance() { break }
        if let step = stepBesideGaps, let last = times.last, let now = decoder.presentationTime,
          now &- last > step + step / 2
        {
          trail.skip(before: times.count)
        }
        if LibAVLog.complaints != complaints {
          let place = placeOfFrame(at: decoder.presentationTime ?? 0, decoder.demuxer.timeBase)
          trail.complain(
            at: times.count, cause: "frames before \(place) are missing\(LibAVLog.complaint)", lag: decoder.lag)
        }
        complaints = LibAVLog.complaints
        trail.pass(times.count, isKey: decoder.isKeyFrame, isB: decoder.isBFrame)
      } catch let failure as DecodingFailure {
        trail.begin(at: times.count, cause: failure.reason, lag: decoder.lag)
        if !failure.hasFrame { continue }
      }
      decoder.toleratesDamage = false
      let expected = times.last.map { $0 &+ interval } ?? 0
      var time = decoder.presentationTime ?? expected
      if let last = times.last, time <= last {
        time = expected
        jumps += 1
      }
      times.append(time)
    }
    if times.isEmpty { throw noFrames(path) }
    trail.end(at: times.count)
    var index = FrameIndex(method: .decoding, times: times, keys: [], lastDuration: interval)
    index.damaged = trail.damaged
    index.notices = ["video '\(path)': \(doubt), so its frames were counted by decoding it once"]
    if jumps > 0 {
      index.notices.append(
        "video '\(path)': the clock does not advance at \(counted(jumps, "frame")); these follow the frame before "
          + "at the stream's own rate")
    }
    return index
  }

  /// Compares what the file held with what its header promised.
  private static func checkWhole(_ demuxer: Demuxer, _ scan: PacketScan) throws(VideoError) {
    if scan.endsIncomplete { throw truncated(demuxer, scan, because: "its last packet is incomplete") }
    let promised = Int(demuxer.stream.pointee.nb_frames)
    let format = String(cString: demuxer.context.pointee.iformat.pointee.name)
    if format.hasPrefix("mov"), scan.packets < promised {
      throw truncated(demuxer, scan, because: "frames are missing")
    }
    guard format.hasPrefix("matroska"), demuxer.context.pointee.duration > 0 else { return }
    // Matroska's header states the length of the longest stream, its last frame included or not.
    let length = Double(demuxer.context.pointee.duration) * slowfast_av_time_base_q().seconds
    if scan.endOfAll < length - max(0.5, 0.02 * length) {
      throw truncated(
        demuxer, scan, because: "the last packet of any stream ends at \(fixed(scan.endOfAll, 2)) s")
    }
  }

  private static func truncated(_ demuxer: Demuxer, _ scan: PacketScan, because: String) -> VideoError {
    var promises: [String] = []
    let frames = Int(demuxer.stream.pointee.nb_frames)
    if frames > 0 { promises.append(counted(frames, "frame")) }
    let duration = demuxer.context.pointee.duration
    if duration > 0 { promises.append("\(fixed(Double(duration) * slowfast_av_time_base_q().seconds, 2)) s") }
    let promise = promises.isEmpty ? "" : "the header promises \(promises.joined(separator: ", ")), "
    let end = scan.lastTime == .min ? 0 : Double(scan.lastTime) * demuxer.timeBase.value
    return VideoError(
      doing: opening, path: demuxer.path,
      reason: "the file is cut short: \(promise)it holds \(counted(scan.packets, "frame")) up to \(fixed(end, 2)) s; "
        + "\(because) -> copy or record it again")
  }
}

extension AVRational {
  var seconds: Double { Double(num) / Double(den) }
}
