internal import ArgumentParser
internal import BoxFiles
internal import Detect

/// What boxes of other tools are, and which of them are scored.
struct ProposalFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the boxes are, where it is not to be told from them: \(BoxFormats.names.joined(separator: ", ")).",
      valueName: "name"))
  var proposalsFormat: String?

  @Option(
    help: ArgumentHelp(
      "COCO's annotation file (or AlphAction's) whose images the boxes' image ids are of.", valueName: "file"),
    completion: .file())
  var proposalsImages: String?

  @Option(
    help: ArgumentHelp(
      "The class that is scored, by name or number; may come several times. 'all' takes every class (default: person).",
      valueName: "class"))
  var personClass: [String] = []

  @Option(help: ArgumentHelp("Score at most so many boxes of a key frame, the best ones.", valueName: "count"))
  var maxBoxes: Int?

  @Option(
    help: ArgumentHelp(
      "The number of a video's first frame in the boxes (default: the format's, else 0 where a frame 0 is, else 1).",
      valueName: "number"))
  var proposalsFirstFrame: Int?

  @Option(
    help: ArgumentHelp(
      "How many frames a second the boxes were made at, where it was not at every frame of the video.",
      valueName: "rate"))
  var proposalsFps: Double?

  @Option(
    help: ArgumentHelp(
      "The picture in whose pixels the boxes are, where it is not the video's: 1920x1080.", valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var proposalsSize: SizeArgument?

  func validate() throws {
    if let maxBoxes, maxBoxes < 1 { throw ValidationError("--max-boxes is \(maxBoxes) -> give 1 or more") }
    if let proposalsFirstFrame, abs(proposalsFirstFrame) > 1_000_000_000 {
      throw ValidationError("--proposals-first-frame is \(proposalsFirstFrame) -> give a frame's number, mostly 0 or 1")
    }
    if let proposalsFps, !(proposalsFps > 0 && proposalsFps.isFinite) {
      throw ValidationError("--proposals-fps is \(proposalsFps) -> give a positive number")
    }
  }

  /// The options that are given.
  var given: [String] {
    let all: [(String, Bool)] = [
      ("--proposals-format", proposalsFormat != nil), ("--proposals-images", proposalsImages != nil),
      ("--person-class", !personClass.isEmpty), ("--max-boxes", maxBoxes != nil),
      ("--proposals-first-frame", proposalsFirstFrame != nil), ("--proposals-fps", proposalsFps != nil),
      ("--proposals-size", proposalsSize != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  /// The files that the options name.
  var inputFiles: [String] { [proposalsImages].compactMap(\.self) }

  func options() -> ProposalOptions {
    ProposalOptions(
      format: proposalsFormat, images: proposalsImages, personClasses: personClass, boxLimit: maxBoxes,
      firstFrame: proposalsFirstFrame, framesPerSecond: proposalsFps, size: proposalsSize?.size)
  }
}
