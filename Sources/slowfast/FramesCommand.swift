internal import ArgumentParser
internal import Files
internal import Imaging
internal import Video
internal import Wording

/// Writes a video's frames as pictures with a frame list in PySlowFast's format.
struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames",
    abstract: "Writes a video's frames as pictures, with a frame list that 'test' reads.",
    discussion: """
      Writes DIR/NAME/NAME_000001.png and so on, and last DIR/frame_list.csv. Frame i is the one nearest in time to
      i / fps seconds after the first. PNG loses nothing: results on the list equal results on the video.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jpg
    case png
  }

  @Argument(help: "The video file.") var video: String
  @Option(help: "The folder to write into; made if missing.") var outputDir: String
  @Option(help: "Frames a second.") var fps: Double = 30
  @Option(help: "jpg (quality 95, small) or png (lossless).") var format: Format = .jpg

  func validate() throws {
    if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be a positive number, not \(fps)") }
  }

  func run() throws { try Interruption.stoppable(write) }

  private func write() throws {
    let frames = try VideoFrames(path: video, framesPerSecond: fps)
    frames.reader.notices.forEach(Console.warn)
    let name = listName(of: frames.name)
    let progress = Progress("writing frames", total: frames.frameCount, unit: "frames")
    var list = "original_vido_id video_id frame_id path labels\n"
    for index in 0..<frames.frameCount {
      if Interruption.isAsked {
        throw Interrupted(
          "\(index) of \(counted(frames.frameCount, "picture")) written into \(joinPath(outputDir, name)), no frame list"
        )
      }
      let picture = "\(name)/\(name)_\(sixDigits(index + 1)).\(format.rawValue)"
      let image = try frames.frame(at: index)
      switch format {
      case .jpg: try writeJPEG(image, to: joinPath(outputDir, picture))
      case .png: try writePNG(image, to: joinPath(outputDir, picture))
      }
      list += "\(name) 0 \(index) \(picture) \"\"\n"
      progress.update(index + 1)
    }
    try writeFile(joinPath(outputDir, "frame_list.csv"), list)
    progress.finish()
  }

  /// The video's name without what would split a field of the list.
  private func listName(of name: String) -> String {
    String(name.map { $0.isWhitespace ? "_" : $0 })
  }

  private func sixDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
