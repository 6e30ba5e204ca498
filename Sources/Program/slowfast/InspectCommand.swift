internal import ArgumentParser
internal import Checkpoint
internal import Files
internal import Imaging
internal import Kernels
internal import ModelZoo
internal import ObjectDetectors
internal import Video

/// What a file holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tells what a checkpoint or a video holds.",
    discussion: """
      Of a checkpoint: its format, tensors and shapes, and the architecture they speak of. Of a video: container, \
      streams, frame rate, frames, time base, and the frames that are damaged as far as its packets show it; with \
      --decode all of them, which takes as long as decoding the video. Which of the two a file is follows from its content.
      """)

  @Argument(help: ArgumentHelp("A checkpoint or a video.", valueName: "file"), completion: .file())
  var file: String
  @Flag(help: "Decode every frame of a video, to find all damaged ones.") var decode = false

  func run() throws {
    if try looksLikeCheckpoint(file) {
      if decode { Console.warn("--decode is for videos, this is a checkpoint") }
      let checkpoint = try Self.checkpoint(file)
      print(BoxPickle(checkpoint)?.description ?? describe(checkpoint, config: projectConfig))
      if let detector = try Self.detector(file) { print("\ndetector      \(detector)") }
      return
    }
    try loadLibAV(doing: "inspecting", path: file)
    do {
      let reader = try VideoReader(path: file)
      for notice in reader.notices { Console.warn(notice) }
      let damage = decode ? try Self.decodeAll(reader) : reader.damagedFrames
      print(reader.info.describe + reader.describe(damage, isWhole: decode))
    } catch let error as VideoError {
      throw NeitherKind(path: file, video: error.reason)
    }
  }
}

extension InspectCommand {
  /// Opens a checkpoint. Of a whole model of a detector that is not run here is said what it is.
  private static func checkpoint(_ path: String) throws -> Checkpoint {
    do {
      return try Checkpoint(path: path, naming: PySlowFastNames())
    } catch let error as CheckpointError {
      guard case .noWeights = error else { throw error }
      do {
        _ = try openDetector(path: path, engine: Engine(threads: 1))
      } catch let refusal as ObjectDetectorError {
        throw refusal
      } catch {}
      throw error
    }
  }

  /// What detector a file holds, or why the one that it holds cannot be run; nil for a file of something else.
  private static func detector(_ path: String) throws -> String? {
    do {
      return try openDetector(path: path, engine: Engine(threads: 1)).name
    } catch ObjectDetectorError.unknownFile {
      return nil
    } catch let error as ObjectDetectorError {
      return "\(error)"
    }
  }

  /// Asks for every frame.
  private static func decodeAll(_ reader: VideoReader) throws -> DamageList {
    var damage = DamageList()
    let progress = Progress("decoding", total: reader.frameCount, unit: "frame")
    for number in 0..<reader.frameCount {
      do {
        _ = try reader.frame(at: number)
      } catch let found as FrameDamage {
        let file = "'\(reader.path)': "
        let cause = found.cause
        damage.append(number, cause: cause.hasPrefix(file) ? String(cause.dropFirst(file.count)) : cause)
      }
      progress.update(number + 1)
    }
    progress.finish()
    return damage
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
