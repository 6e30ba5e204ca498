internal import ArgumentParser
internal import Datasets
internal import Detect
internal import Files
internal import Imaging
internal import Wording

/// Writes videos' frames as images with a frame list in PySlowFast's format.
struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames",
    abstract: "Writes videos' frames as images, with a frame list that 'test' reads.",
    discussion: """
      Writes DIR/NAME/NAME_000001.jpg and so on for every video, and joins each to DIR/frame_list.csv when all its \
      images are there; the videos that the list has already stay. Frame i is the one nearest in time to i / fps \
      seconds after the first. PNG loses nothing: results on the list equal results on the video. The file of a damaged \
      frame is empty, so that all others keep their places: 'test' leaves the key frames out that need it.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jpg
    case png
  }

  @Argument(help: ArgumentHelp("The video files.", valueName: "video"), completion: .file()) var videos: [String]
  @Option(help: "The folder to write into; made if missing.", completion: .directory) var outputDir: String
  @Option(help: "Frames a second.") var fps: Double = ActionDataset.ava.clock.framesPerSecond
  @Option(help: "jpg (quality 95, small) or png (lossless).") var format: Format = .jpg
  @Option(
    help: ArgumentHelp(
      """
      What becomes of damaged frames: report (leave their images empty, finish, name them, exit status 1), skip (the \
      same with exit status 0) or stop (end at the first, without the video that has it).
      """, valueName: "rule"))
  var damaged: DamageRule = .report
  @Flag(help: "Write videos anew that the list has already; without this they stop the run before it begins.")
  var overwrite = false

  func validate() throws {
    if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be a positive number, not \(fps)") }
  }

  func run() throws { try Interruption.stoppable(write) }

  private func write() throws {
    // Before the list is read: nobody else may add to it meanwhile.
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    var extraction = try FrameExtraction(
      videos: videos, folder: outputDir, framesPerSecond: fps, format: format == .jpg ? .jpg : .png,
      isReplacing: overwrite)
    for notice in extraction.notices { Console.warn(notice) }
    let expected = ActionDataset.ava.clock.framesPerSecond
    if fps != expected {
      Console.warn(
        "--fps \(fps): 'test' takes \(fixed(expected, 0)) pictures of the list for a second, as PySlowFast does "
          + "-> leave --fps out for it")
    }
    let progress = Progress("writing frames", total: extraction.frameCount, unit: "frame")
    var written: [String] = []
    let result = Result {
      try extraction.write(stopsAtDamage: damaged == .stop) {
        progress.update($0)
        if Interruption.isAsked {
          throw Interrupted("\(written.count) of \(counted(videos.count, "video")) written and listed")
        }
      } wrote: { folder, count in
        written.append("wrote \(folder): \(counted(count, "picture"))")
      }
    }
    progress.finish()
    // What was finished stays when a later video fails.
    if !written.isEmpty { written.append("wrote \(extraction.listPath)") }
    for line in written { Console.say(line) }
    let empty = extraction.damaged.reduce(0) { $0 + $1.images.frameCount }
    if empty > 0 {
      Console.warn("\(counted(empty, "picture")) left empty, the frames are damaged:")
      for line in extraction.damageLines() { Console.say("  " + line) }
    }
    try result.get()
    if empty > 0 && damaged == .report {
      throw DamageFound(
        description: "\(empty) of \(counted(extraction.frameCount, "picture")) left empty, named above -> copy or "
          + "record the damaged files again and write them anew with --overwrite, or take the list as it is: 'test' "
          + "leaves out the key frames that need these")
    }
  }
}
