internal import ArgumentParser
internal import Files
internal import Geometry
internal import Synth
internal import Wording

/// Draws a small AVA data set from a seed.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Draws a small data set of moving figures in AVA's form, from a seed.",
    discussion: """
      Writes frames/, frame_lists/val.csv (with --format mp4 videos/ in their places) and annotations/ (groundtruth.csv, proposals.csv, labelmap.pbtxt, \
      exclusions.csv) into the output folder: what `slowfast test` reads with configs/demo/; with --split train \
      frame_lists/train.csv, train_groundtruth.csv and train_proposals.csv in their places, of other worlds and \
      under other names. The same options give the same files, byte for byte. docs/world.md says what is in it.
      """)

  @Option(name: .long, help: ArgumentHelp("The folder to write into; made where it is missing.", valueName: "DIR"))
  var outputDir: String

  @Option(name: .long, help: ArgumentHelp("Another seed, another world.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("How many videos.", valueName: "N"))
  var videos = 1

  @Option(
    name: .long, parsing: .unconditional, help: ArgumentHelp("The length of every video, 4 to 900.", valueName: "S"))
  var seconds = 8

  enum SplitName: String, ExpressibleByArgument, CaseIterable {
    case train
    case val
  }

  @Option(name: .customLong("split"), help: "To test on (val) or to learn from (train).")
  var splitName = SplitName.val

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case frames
    case mp4
    case both
  }

  @Option(name: .long, help: "Numbered images, 30 a second; videos of several rates (mp4); or both.")
  var format = Format.frames

  private var split: Split { splitName == .train ? .train : .val }

  @Option(
    name: .long, help: ArgumentHelp("The images' width (default: 340; for training 256).", valueName: "PIXELS"))
  var width: Int?

  @Option(
    name: .long, help: ArgumentHelp("The images' height (default: 256; for training 192).", valueName: "PIXELS"))
  var height: Int?

  @Flag(name: .long, help: "Give every video a size of its own, upright ones too.")
  var variedSize = false

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if variedSize, width != nil || height != nil {
      throw ValidationError("--varied-size chooses the sizes: leave --width and --height away")
    }
    if outputDir.isEmpty {
      throw ValidationError("--output-dir needs a folder, found none -> is a shell variable empty?")
    }
    do throws(SynthError) { _ = try dataSet() } catch { throw ValidationError("\(error)") }
  }

  private var size: ImageSize? {
    if variedSize { return nil }
    return split == .train
      ? ImageSize(width: width ?? 256, height: height ?? 192) : ImageSize(width: width ?? 340, height: height ?? 256)
  }

  private func dataSet() throws(SynthError) -> SynthDataSet {
    try SynthDataSet(
      seed: seed, split: split, videos: videos, seconds: seconds, size: size,
      format: format == .frames ? .frames : format == .mp4 ? .mp4 : .both)
  }

  func run() throws {
    let set = try dataSet()
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    try results.check(set.outputs(in: outputDir), orGive: "give another --output-dir")
    let progress = Progress("drawing", total: set.imageCount, unit: "frame")
    try set.write(to: outputDir) { progress.update($0) }
    progress.finish()
    let keys = set.keySeconds
    if format != .mp4 {
      print("\(joinPath(outputDir, "frames")): \(counted(videos, "video")), \(counted(set.frameCount, "frame"))")
    }
    if format != .frames { print("\(joinPath(outputDir, "videos")): \(counted(videos, "video"))") }
    if format != .mp4 { print("\(joinPath(outputDir, "frame_lists/\(split.rawValue).csv"))") }
    print("\(joinPath(outputDir, "annotations")): key frames \(keys.lowerBound) to \(keys.upperBound)")
  }
}
