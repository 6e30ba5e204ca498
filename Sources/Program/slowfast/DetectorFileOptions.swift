internal import ArgumentParser
internal import Detect
internal import Kernels
internal import ObjectDetectors

/// Which detector finds people, and how it sees images.
struct DetectorFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The weights of a detector of people, told by their content (docs/people.md).", valueName: "file"),
    completion: .file())
  var detector: String?

  @Option(
    help: ArgumentHelp(
      "The short side to which the detector's images are scaled: smaller is faster, and finds fewer small people (default: "
        + "the one of the weights).", valueName: "pixels"))
  var detectorSize: Int?

  @Option(
    help: ArgumentHelp(
      "Take people with at least this score (default: the detector's usual one).", valueName: "score"))
  var personScore: Double?

  func validate() throws {
    if let detectorSize, !(32...4096 ~= detectorSize) {
      throw ValidationError("--detector-size is \(detectorSize) -> give 32 to 4096 pixels")
    }
    if let personScore, !(0...1 ~= personScore) {
      throw ValidationError("--person-score is \(personScore) -> give a score from 0 to 1")
    }
    if detector == nil,
      let given = (detectorSize.map { _ in "--detector-size" } ?? personScore.map { _ in "--person-score" })
    {
      throw ValidationError("\(given) is for a detector -> add --detector FILE, or leave it out")
    }
  }

  var inputFiles: [String] { [detector].compactMap(\.self) }

  /// Opens the detector and says what it is.
  ///
  /// - Throws: `FileError`, `CheckpointError`, `ObjectDetectorError`.
  func load(_ path: String, _ engine: Engine) throws -> LoadedDetector {
    let loaded = try LoadedDetector(path: path, DetectorOptions(shortSide: detectorSize), engine: engine)
    Console.say("people are found by \(loaded.detector.name)")
    for notice in loaded.detector.notices { Console.warn(notice) }
    return loaded
  }

  /// Says that a tuned plan knows none of the detector's layers, where that is so.
  static func warnOfUnknownPlan(_ detector: any ObjectDetector, _ engine: Engine) {
    if engine.planner.tuned == nil || detector.convolutions.contains(where: { $0.choice == .file }) { return }
    Console.warn(
      "--tuned: the plan knows no convolution of this detector, the algorithms are those of the rule -> leave it out")
  }

  func threshold(_ loaded: LoadedDetector) -> Double { personScore ?? loaded.detector.usualScoreThreshold }
}
