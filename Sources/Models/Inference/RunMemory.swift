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
      // Frames of one network and short side are resized once.
      var frames: [[Int]: Int] = [:]
      var arenas: [[Int]: Int] = [:]
      for view in views {
        let (model, want) = (networks[view.model].model, networks[view.model].want)
        let clip = view.clipSize(of: size, want.preprocessing)
        let place = [view.model, clip.height, clip.width]
        if arenas[place] == nil {
          // The networks of a stream compute in turn, in the largest arena that any of them needs.
          arenas[place] = try model.arenaBytes(height: clip.height, width: clip.width)
        }
        let bytes = want.window.frames * clip.width * clip.height * 3 * 4
        memory.clips = max(memory.clips, (streams + waiting) * bytes)
        let frame = view.resizedFrame(of: size, want.preprocessing)
        let level = want.preprocessing.backend == .pytorch ? MemoryLayout<Float>.size : 1
        frames[[view.model, view.shortSide]] = want.window.frames * frame.width * frame.height * 3 * level
      }
      memory.arenas = max(memory.arenas, streams * (arenas.values.max() ?? 0))
      memory.frames = max(memory.frames, frames.values.reduce(0, +))
    }
    return memory
  }
}
