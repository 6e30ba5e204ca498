internal import AVARecords
internal import Wording

/// The videos of a run of which nothing can be scored, by name.
public struct LostVideos: Sendable, Equatable {
  /// Those that cannot be read, though key frames were to be scored of them.
  public var unreadable: [String] = []
  /// Those whose boxes are of another picture.
  public var unfit: [String] = []
  /// Those that cannot be read, and of which nothing was to be scored.
  public var idle: [String] = []
  /// How many videos the run has.
  public var total = 0

  public init() {}

  /// What a run lacks, in words.
  ///
  /// - Parameters:
  ///   - report: The key frames without scores; what a run knows of a video from before is not in it.
  ///   - total: How many key frames there are.
  public func headline(_ report: DamageReport, of total: Int) -> String {
    let videos = Set(report.keyFrames.map(\.keyFrame.video))
    let (lost, strange) = (unreadable.count { videos.contains($0) } + idle.count, unfit.count { videos.contains($0) })
    let all = counted(self.total, "video")
    var parts = lost == 0 ? [] : ["\(lost) of \(all) cannot be read"]
    if strange > 0 { parts.append("the boxes of \(strange) of \(all) do not fit") }
    parts.append("\(report.keyFrames.count) of \(counted(total, report.unit.rawValue)) not scored")
    let whole = Set(unreadable + unfit)
    let damaged = report.unit.isWhole ? 0 : report.keyFrames.count { !whole.contains($0.keyFrame.video) }
    if damaged == 0 { return parts.joined(separator: ", ") }
    let which = damaged == report.keyFrames.count ? "" : "for \(damaged) of them "
    return parts.joined(separator: ", ") + ", \(which)frames of their clips are damaged"
  }
}
