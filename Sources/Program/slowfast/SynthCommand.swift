internal import ArgumentParser
internal import Files
internal import Geometry
internal import Synth
internal import Wording

/// Draws a small data set from a seed, of AVA's form or of Kinetics'.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Draws a small data set of moving figures in AVA's or Kinetics' form, from a seed.",
    discussion: """
      Writes frames/, frame_lists/val.csv (with --format mp4 videos/ in their places) and annotations/ (groundtruth.csv, proposals.csv, labelmap.pbtxt, \
      exclusions.csv) into the output folder: what `slowfast test` reads with configs/demo/; with --split train \
      frame_lists/train.csv, train_groundtruth.csv and train_proposals.csv in their places, of other worlds and \
      under other names.

      With --dataset kinetics: videos/ of one person each who does one thing, test.csv and val.csv (with --split train \
      train.csv), which name them with their classes, and classes.json: what `slowfast test` reads with \
      configs/demo/SLOWFAST_8x4_R18_CLASSES.yaml.

      The same options give the same files, byte for byte. docs/world.md says what is in it.
      """)

  enum DatasetName: String, ExpressibleByArgument, CaseIterable {
    case ava
    case kinetics
  }

  @Option(help: "Videos of people with boxes (ava), or of one thing that is done (kinetics).")
  var dataset = DatasetName.ava

  @Option(
    name: .long, help: ArgumentHelp("The folder to write into; made where it is missing.", valueName: "DIR"),
    completion: .directory)
  var outputDir: String

  @Option(name: .long, help: ArgumentHelp("Another seed, another world.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("How many videos.", valueName: "N"))
  var videos = 1

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "The length of every video, 4 to 900 (default: 8); of kinetics 2 to 5 (default: 2).", valueName: "S"))
  var seconds: Int?

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

  @Option(
    name: .long,
    help: """
      Numbered images, 30 a second (default); videos of several rates (mp4; kinetics has them alone); or both.
      """)
  var format: Format?

  private var split: Split { splitName == .train ? .train : .val }

  @Option(
    name: .long, help: ArgumentHelp("The images' width (default: 340; for training 256).", valueName: "PIXELS"))
  var width: Int?

  @Option(
    name: .long, help: ArgumentHelp("The images' height (default: 256; for training 192).", valueName: "PIXELS"))
  var height: Int?

  @Flag(name: .long, help: "Give every video a size of its own, upright ones too.")
  var variedSize = false

  @Flag(
    help: """
      Also write who is where in every frame (30 a second), and what a detector makes of it, in the MOT Challenge's form.
      """)
  var tracks = false

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if tracks, dataset == .kinetics {
      throw ValidationError("--tracks says who is who among several people: --dataset kinetics has one in each video")
    }
    if variedSize, width != nil || height != nil {
      throw ValidationError("--varied-size chooses the sizes: leave --width and --height away")
    }
    if outputDir.isEmpty {
      throw ValidationError("--output-dir needs a folder, found none -> is a shell variable empty?")
    }
    if dataset == .kinetics, let format, format != .mp4 {
      throw ValidationError("--dataset kinetics is a list of videos, found --format \(format) -> leave it away")
    }
    do throws(SynthError) { _ = try dataSet() } catch { throw ValidationError("\(error)") }
  }

  private var size: ImageSize? {
    if variedSize { return nil }
    return split == .train
      ? ImageSize(width: width ?? 256, height: height ?? 192) : ImageSize(width: width ?? 340, height: height ?? 256)
  }

  private func dataSet() throws(SynthError) -> any DrawnDataSet {
    switch dataset {
    case .ava: try avaSet()
    case .kinetics: try SynthKineticsSet(seed: seed, split: split, videos: videos, seconds: seconds ?? 2, size: size)
    }
  }

  private func avaSet() throws(SynthError) -> SynthDataSet {
    let written: SynthDataSet.Format =
      switch format {
      case .frames, nil: .frames
      case .mp4: .mp4
      case .both: .both
      }
    return try SynthDataSet(
      seed: seed, split: split, videos: videos, seconds: seconds ?? 8, size: size, format: written, hasTracks: tracks)
  }

  func run() throws {
    let set = try dataSet()
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    try results.check(set.outputs(in: outputDir), orGive: "give another --output-dir")
    let progress = Progress("drawing", total: set.imageCount, unit: "frame")
    try set.write(to: outputDir, threads: nil) { progress.update($0) }
    progress.finish()
    switch dataset {
    case .ava: printPlaces(of: try avaSet())
    case .kinetics:
      print("\(joinPath(outputDir, "videos")): \(counted(videos, "video"))")
      print(joinPath(outputDir, split == .train ? "train.csv" : "test.csv"))
      print(joinPath(outputDir, "classes.json"))
    }
  }

  private func printPlaces(of set: SynthDataSet) {
    let keys = set.keySeconds
    if set.format != .mp4 {
      print("\(joinPath(outputDir, "frames")): \(counted(videos, "video")), \(counted(set.frameCount, "frame"))")
    }
    if set.format != .frames { print("\(joinPath(outputDir, "videos")): \(counted(videos, "video"))") }
    if set.hasTracks { print("\(joinPath(outputDir, "tracks")): \(counted(videos, "video"))") }
    if set.format != .mp4 { print("\(joinPath(outputDir, "frame_lists/\(split.rawValue).csv"))") }
    print("\(joinPath(outputDir, "annotations")): key frames \(keys.lowerBound) to \(keys.upperBound)")
  }
}
