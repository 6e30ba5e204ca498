public import Clips
public import Geometry
internal import Kernels
internal import Tensors
internal import VideoModels

/// What a run takes of memory beside program and weights, in bytes, predicted from the layouts.
public struct RunMemory: Equatable, Sendable {
  /// What clips are computed in: an arena for each stream.
  public var arenas = 0
  /// The clips that are computed, and those that wait or are being made.
  public var clips = 0
  /// Frames that are decoded and resized, and wait for later clips.
  public var frames = 0

  public init() {}

  public var total: Int { arenas + clips + frames }
}

extension ClipRun {
  /// Predicts the memory of a run.
  ///
  /// - Parameters:
  ///   - sizes: Of the videos' frames.
  ///   - views: Those of the tasks.
  /// - Throws: `NetworkError` for clips that are too small.
  public func memory(frames sizes: Set<ImageSize>, _ views: [View]) throws -> RunMemory {
    var memory = RunMemory()
    let streams = model.engine.streams
    let waiting = capacity(hasViews: views.count > 1)
    for size in sizes {
      let clips = Set(views.map { $0.clipSize(of: size, preprocessing) })
      for clip in clips {
        memory.arenas = max(memory.arenas, streams * (try model.arenaBytes(height: clip.height, width: clip.width)))
        let bytes = window.frames * clip.width * clip.height * 3 * 4
        memory.clips = max(memory.clips, (streams + waiting) * bytes)
      }
      let sides = Dictionary(views.map { ($0.shortSide, $0) }, uniquingKeysWith: { first, _ in first })
      let frames = sides.values.reduce(0) {
        let frame = $1.resizedFrame(of: size, preprocessing)
        return $0 + window.frames * frame.width * frame.height * 3
      }
      memory.frames = max(memory.frames, frames)
    }
    return memory
  }
}
