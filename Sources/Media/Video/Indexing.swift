internal import CLibAV
internal import Wording

extension TimestampIndex {
  /// Finds the presentation times of a video's frames: from its packets where those tell, else by decoding.
  ///
  /// - Parameter demuxer: Freshly opened; read to its end.
  /// - Throws: ``VideoError`` when the file holds less than its header promises, or no frame.
  static func build(_ demuxer: Demuxer) throws -> TimestampIndex {
    let path = demuxer.path
    var faults = try PacketFaults(demuxer)
    var scan = PacketScan(demuxer, faults)
    var failure: String?
    do {
      try scan.read(demuxer)
    } catch let error as VideoError {
      failure = error.reason
    }
    if failure == nil, faults.isEndDoubtful, try isLastFrameDamaged(path: path, scan) {
      faults.breakOff()
      scan = PacketScan(demuxer, faults)
      try scan.read(Demuxer(path: path))
    }
    let interval = max(1, frameInterval(demuxer))
    if scan.packets == 0 { throw noFrames(path) }
    let missing = MissingEnd(demuxer, scan, faults, failure: failure, interval: max(1, scan.usualStep ?? interval))
    var index =
      if let doubt = try scan.doubt ?? surprise(path: path, scan) {
        try decodingIndex(
          path: path, faults: faults, interval: interval, stepBesideGaps: scan.stepBesideGaps, doubt: doubt)
      } else {
        try packetIndex(path: path, scan, interval: interval)
      }
    index.fillGaps(
      step: scan.usualStep ?? interval,
      missing: scan.missingAfter.flatMap { after in missing.map { (after, $0.cause) } })
    missing?.extend(&index)
    index.loseTimes(faults, step: scan.usualStep ?? interval)
    if let gaps = ClockGaps(index.times, demuxer.timeBase, usual: scan.usualStep ?? interval) {
      index.notices.append("video '\(path)': \(gaps.description(isTransportStream: scan.isTransportStream))")
    }
    return index
  }

  private static func packetIndex(path: String, _ scan: PacketScan, interval: Int64) throws -> TimestampIndex {
    if scan.times.isEmpty { throw noFrames(path) }
    let last = scan.lastDuration > 0 ? scan.lastDuration : interval
    var index = TimestampIndex(method: .packets, times: scan.times, keys: scan.keys, lastDuration: last)
    index.decodingOrder = scan.decodingOrder
    for damage in scan.damage {
      let first = min(index.firstFrame(notBefore: damage.from), index.times.count - 1)
      let end = max(first, index.firstFrame(notBefore: damage.to))
      // What was decoded before the packet leans on nothing of it. In the last group of pictures that may be the last frames.
      let isInLastGroup = damage.to == .max && index.recovery(after: first) == end
      let leaning = index.leaning(on: damage.packet)
      let frames = leaning.flatMap { isInLastGroup || $0.last?.upperBound == end ? $0 : nil } ?? [first..<end]
      for range in frames { index.damaged.add(range, cause: damage.cause) }
    }
    return index
  }

  /// Where the beginning is lost, times after the first frame are not the recording's any more.
  private mutating func loseTimes(_ faults: PacketFaults, step: Int64) {
    guard faults.isBrokenAtStart, times[0] > step + step / 2 else { return }
    let cause = "the file is broken before the first frame that is left, so that no frame's time is known"
    damaged = DamagedFrames()
    damaged.add(0..<times.count, cause: cause)
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

  /// Decodes the last group of pictures: whether the frame of the last packet is damaged, or never shown.
  private static func isLastFrameDamaged(path: String, _ scan: PacketScan) throws -> Bool {
    let decoder = try Decoder(path: path)
    guard let last = scan.timeOfLastPacket, let key = scan.keys.last, decoder.seek(to: key.seek) else { return false }
    while (try? decoder.advance()) ?? false {
      if decoder.presentationTime == last { return decoder.isFrameDamaged }
    }
    return true
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
    path: String, faults: PacketFaults, interval: Int64, stepBesideGaps: Int64?, doubt: String
  ) throws -> TimestampIndex {
    // What a decoder complains about is known by the thread.
    let decoder = try Decoder(path: path)
    // A recording may begin in the middle of a group of pictures; what comes before the first good one is no frame.
    decoder.toleratesDamage = !decoder.isMadeOfJPEGs
    decoder.faults = faults
    var times: [Int64] = []
    var jumps = 0
    var trail = DamageTrail()
    var complaints = LibAVLog.complaints
    while true {
      do {
        if try !decoder.advance() { break }
        if let step = stepBesideGaps, let last = times.last, let now = decoder.presentationTime,
          now &- last > step + step / 2, now &- last <= PacketScan.wrap
        {
          trail.skip(before: times.count)
        }
        if LibAVLog.complaints != complaints {
          let place = placeOfFrame(at: decoder.presentationTime ?? 0, decoder.demuxer.timeBase)
          trail.complain(
            at: times.count, cause: "frames before \(place) are missing\(LibAVLog.complaint)", lag: decoder.lag)
        }
        complaints = LibAVLog.complaints
        trail.pass(
          times.count, isKey: decoder.isKeyFrame, isB: decoder.isBFrame, time: decoder.presentationTime)
      } catch let failure as DecodingFailure {
        trail.begin(at: times.count, cause: failure.reason, lag: decoder.lag, time: failure.time)
        if !failure.hasFrame { continue }
      }
      decoder.toleratesDamage = false
      let expected = times.last.map { $0 &+ interval } ?? 0
      var time = decoder.presentationTime ?? expected
      if let last = times.last, time <= last || time &- last > PacketScan.wrap {
        time = expected
        jumps += 1
      }
      times.append(time)
    }
    if times.isEmpty { throw noFrames(path) }
    trail.end(at: times.count)
    var index = TimestampIndex(method: .decoding, times: times, keys: [], lastDuration: interval)
    index.damaged = trail.damaged
    index.notices = ["video '\(path)': \(doubt), so its frames were counted by decoding it once"]
    if jumps > 0 {
      index.notices.append(
        "video '\(path)': the clock does not advance at \(counted(jumps, "frame")); these follow the frame before "
          + "at the stream's own rate")
    }
    return index
  }
}

extension AVRational {
  var seconds: Double { Double(num) / Double(den) }
}
