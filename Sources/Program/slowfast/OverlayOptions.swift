internal import ArgumentParser
internal import AVARecords
internal import Files
internal import Overlay
internal import Wording

/// What of the detections is drawn.
struct OverlayOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Draw no actions with a lower score.", valueName: "score"))
  var threshold = 0.3

  @Option(
    help: ArgumentHelp(
      "Thresholds of their own: 'stand=0.6,walk=0.4', by names or ids, or a file with one a line.",
      valueName: "list or file"))
  var thresholds: String?

  @Option(
    help: ArgumentHelp(
      "Draw these actions alone: 'stand,walk', names or ids, or a file with one a line.", valueName: "list or file"))
  var classes: String?

  @Option(name: .long, help: ArgumentHelp("Draw at most this many actions a person.", valueName: "count"))
  var topK = 4

  func validate() throws {
    if !(0...1 ~= threshold) { throw ValidationError("--threshold is \(threshold) -> give a score from 0 to 1") }
    if topK < 1 { throw ValidationError("--top-k must be 1 or more.") }
  }

  /// The options that the call gives.
  var given: [String] {
    (threshold == 0.3 ? [] : ["--threshold"]) + (topK == 4 ? [] : ["--top-k"])
      + (classes == nil ? [] : ["--classes"]) + (thresholds == nil ? [] : ["--thresholds"])
  }

  /// The files that the options name.
  var inputFiles: [String] { [thresholds, classes].compactMap(\.self).filter { pathExists($0) } }

  /// - Parameter known: All classes that there are.
  /// - Throws: `ClassChoice.Failure`, `FileError`.
  func style(_ known: [(id: Int, name: String)], scale: Int? = nil) throws -> OverlayStyle {
    var style = OverlayStyle(threshold: threshold, topK: topK, scale: scale)
    let choice = ClassChoice(known)
    if let classes { style.classes = try choice.names(in: try text(classes), "--classes") }
    if let thresholds { style.thresholds = try choice.thresholds(in: try text(thresholds), "--thresholds") }
    return style
  }

  /// What a file says, or the option itself.
  private func text(_ value: String) throws -> String {
    if !pathExists(value) { return value }
    return String(decoding: try readFile(value, doing: "reading classes"), as: UTF8.self)
  }

  /// Says that no action is drawn at all, where that is so.
  func warnOfNothing(in table: DetectionTable) {
    guard thresholds == nil, let highest = table.scores.max(), highest < threshold else { return }
    Console.warn(
      "--threshold \(threshold): no action is drawn, for the highest of \(counted(table.count, "score")) is "
        + "\(fixed(highest, 4)) -> give a lower --threshold")
  }
}
