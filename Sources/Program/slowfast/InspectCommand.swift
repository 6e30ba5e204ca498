internal import ArgumentParser
internal import Checkpoint
internal import Files
internal import ModelZoo
internal import Video

/// What a file holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tells what a checkpoint or a video holds.",
    discussion: """
      Of a checkpoint: its format, tensors and shapes, and the architecture they speak of. Of a video: container, \
      streams, frame rate, frames, time base. Which of the two a file is follows from its content.
      """)

  @Argument(help: ArgumentHelp("A checkpoint or a video.", valueName: "file"))
  var file: String

  func run() throws {
    if try looksLikeCheckpoint(file) {
      let checkpoint = try Checkpoint(path: file, naming: PySlowFastNames())
      print(BoxPickle(checkpoint)?.description ?? describe(checkpoint))
      return
    }
    do {
      let reader = try VideoReader(path: file)
      for notice in reader.notices { Console.warn(notice) }
      print(reader.info.describe)
    } catch let error as VideoError {
      throw NeitherKind(path: file, video: error.reason)
    }
  }
}

/// A file that is neither a checkpoint nor a video.
struct NeitherKind: Error, CustomStringConvertible {
  let path: String
  let video: String

  var description: String {
    "inspecting '\(path)': it is no checkpoint (.pyth, .pkl, .safetensors by content), and as a video: \(video)"
      + " -> give a file of weights or a video"
  }
}
