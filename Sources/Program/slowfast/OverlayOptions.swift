internal import ArgumentParser
internal import AVARecords
internal import Overlay
internal import Wording

/// What of the detections is drawn.
struct OverlayOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Draw no actions with a lower score.", valueName: "score"))
  var threshold = 0.3

  @Option(name: .long, help: ArgumentHelp("Draw at most this many actions a person.", valueName: "count"))
  var topK = 4

  func validate() throws {
    if !threshold.isFinite { throw ValidationError("--threshold must be a finite number.") }
    if topK < 1 { throw ValidationError("--top-k must be 1 or more.") }
  }

  /// Whether the call gives nothing else than what is usual.
  var isDefault: Bool { threshold == 0.3 && topK == 4 }

  func style(scale: Int? = nil) -> OverlayStyle { OverlayStyle(threshold: threshold, topK: topK, scale: scale) }

  /// Says that no action is drawn at all, where that is so.
  func warnOfNothing(in table: DetectionTable) {
    guard let highest = table.scores.max(), highest < threshold else { return }
    Console.warn(
      "--threshold \(threshold): no action is drawn, for the highest of \(counted(table.count, "score")) is "
        + "\(fixed(highest, 4)) -> give a lower --threshold")
  }
}
