internal import CLibAV
internal import Wording

/// What a file's head promises and the file does not hold: it was cut short, as its container's structure shows.
struct MissingEnd {
  /// How many frames at least.
  private let count: Int
  /// Whether that is how many frames the file has no packets of, wherever they would be shown.
  private let isByPackets: Bool
  private let interval: Int64
  private let notice: String
  /// What is said of a frame that is missing.
  let cause: String
  private let isOpenEnded: Bool

  /// Compares what a file held with what its head promised.
  ///
  /// - Parameters:
  ///   - failure: Why reading ended before the end, if so.
  ///   - interval: Ticks from frame to frame.
  /// - Returns: nil for a file that is whole, as far as its container tells.
  init?(_ demuxer: Demuxer, _ scan: PacketScan, _ faults: PacketFaults, failure: String?, interval: Int64) {
    let format = String(cString: demuxer.context.pointee.iformat.pointee.name)
    // Only these state a length that a broken end can be held against.
    let statesLength = ["matroska", "flv", "asf"].contains(where: format.hasPrefix)
    guard
      failure != nil || faults.isIncomplete || statesLength && faults.endsBroken || scan.missingAfter != nil
    else { return nil }
    let promised = Int(demuxer.stream.pointee.nb_frames)
    let isEstimated = demuxer.context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
    let duration = isEstimated ? nil : timestamp(demuxer.context.pointee.duration)
    let tick = demuxer.timeBase.value
    let isAVI = format == "avi"
    // libav guesses an AVI file's length from its size; its head counts ticks, with a frame or without.
    let seconds: Double =
      if scan.isTransportStream { 0 } else if isAVI { Double(promised) * tick } else {
        faults.statedSeconds ?? duration.map { Double($0) * slowfast_av_time_base_q().seconds } ?? 0
      }
    let lastTime = scan.lastTime == .min ? scan.lastDecodingTime : scan.lastTime
    let end = lastTime == .min ? 0 : Double(lastTime) * tick
    var count = 0
    var why = failure
    if isAVI {
      count = Self.count(Double(promised) - Double(lastTime == .min ? 0 : lastTime &+ 1), by: Double(interval))
    } else if format.hasPrefix("mov") {
      count = max(0, Int(avformat_index_get_entries_count(demuxer.stream)) - scan.packets)
    } else if statesLength, seconds > 0 {
      // The head states the length of the longest stream, its last frame included or not.
      let isBroken = faults.endsBroken || faults.statedSeconds != nil
      let tolerance = isBroken ? 1.5 * Double(interval) * tick : max(0.5, 0.02 * seconds)
      if scan.endOfAll < seconds - tolerance {
        count = max(1, Self.count(seconds - end, by: Double(interval) * tick) - 1)
        why = why ?? "the last packet of any stream ends at \(fixed(scan.endOfAll, 2)) s"
      }
    }
    if failure != nil { count = max(1, count) }
    let isOpenEnded = scan.isTransportStream || statesLength && faults.endsBroken && seconds <= 0
    if isOpenEnded {
      // More may be missing than anyone knows: enough for a view at a lower rate to have one of them as its last.
      count = max(count, 1, Self.count(Self.openEnd, by: Double(interval) * tick))
      let broken =
        faults.brokenEnd
        ?? (scan.missingAfter == nil
          ? "its end is broken off" : "frames are missing that its last ones were sent ahead of")
      why = why ?? "\(broken), and \(scan.isTransportStream ? "a transport stream" : "its head") states no length"
    }
    // More is a head that is wrong.
    guard count > 0, count < 10_000_000 else { return nil }
    let promises = [
      promised > 0 && !isAVI ? counted(promised, "frame") : nil, seconds > 0 ? "\(fixed(seconds, 2)) s" : nil,
    ].compactMap(\.self)
    let promise = promises.isEmpty ? "" : "its head promises \(promises.joined(separator: ", ")), "
    let found =
      "the file is cut short: \(promise)it holds \(counted(scan.packets, "frame"))"
      + (lastTime == .min ? "" : " up to \(fixed(end, 2)) s") + (scan.isLastIncomplete ? ", the last one in part" : "")
      + (why.map { "; \($0)" } ?? "")
    (self.count, self.interval, cause, self.isOpenEnded) = (count, interval, found, isOpenEnded)
    isByPackets = format.hasPrefix("mov")
    notice =
      "video '\(demuxer.path)': \(found); the frames after that count as damaged -> copy or record it again"
  }

  /// For how many seconds there are damaged frames after the end of a file that does not tell its length.
  private static let openEnd = 0.1

  /// How often a step goes into a length; what no file holds where a head's numbers are absurd.
  private static func count(_ length: Double, by step: Double) -> Int {
    let count = length / step
    return count > 0 ? Int(min(count, 1e9)) : 0
  }

  /// Adds the frames that are missing, as damaged ones. Gaps are filled before: frames that are shown before the last
  /// one came after it in the file.
  func extend(_ index: inout TimestampIndex) {
    index.notices.append(notice)
    index.isOpenEnded = isOpenEnded
    let count = isByPackets ? count - index.lost.count : count
    guard count > 0, let last = index.times.last else { return }
    let (length, overflows) = Int64(count).multipliedReportingOverflow(by: interval)
    if overflows || last > .max - length { return }
    index.extend(by: count, step: interval, cause: cause)
  }
}
