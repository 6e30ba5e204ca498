internal import Datasets
internal import Exports
internal import Geometry
internal import Imaging
internal import Video
internal import Wording

/// What is known of videos' frames: of those that are given what their files say, of others what the call says.
struct FramesOfVideos {
  /// Of the videos that are given.
  let names: [String]
  /// What is wrong with those that cannot be read, by name.
  private(set) var faults: [String: String] = [:]
  private var clocks: [String: FrameClock] = [:]
  private var paths: [String: String] = [:]
  private let usual: FrameClock?

  /// Opens the videos.
  ///
  /// - Parameters:
  ///   - fps: Of folders of pictures, and of videos that are not given.
  ///   - size: Of videos that are not given.
  init(_ videos: [String], fps: Double?, size: ImageSize?) throws {
    usual = fps.flatMap { rate in size.map { FrameClock(size: $0, framesPerSecond: rate) } }
    names = videos.map { FrameInput.name(of: $0) }
    for (path, name) in zip(videos, names) {
      if let other = paths.updateValue(path, forKey: name) { throw SameName(name: name, first: other, second: path) }
      do {
        let rate = fps ?? ActionDataset.ava.clock.framesPerSecond
        let source = try FrameInput(path, framesPerSecond: rate).open(name, colours: .accurate)
        clocks[name] = FrameClock(
          size: try source.size, times: (0..<source.frameCount).map(source.time(of:)), duration: source.duration)
      } catch {
        guard let cause = FrameInput.fault(error) else { throw error }
        faults[name] = cause
      }
    }
  }

  /// The frames of a video; nil where nothing is known of them.
  func clock(of name: String) -> FrameClock? { clocks[name] ?? (faults[name] == nil ? usual : nil) }

  /// The file of a video, where it is given.
  func path(of name: String) -> String? { paths[name] }

  /// Names the videos that cannot be read, a line each.
  ///
  /// - Parameter videos: Those in which somebody is.
  func sayFaults(of videos: [String]) {
    let known = Set(videos)
    for name in videos { if let fault = faults[name] { Console.warn("'\(name)' is left out: \(fault)") } }
    for name in names where !known.contains(name) {
      if let fault = faults[name] { Console.warn("the source has nobody in '\(name)', which cannot be read: \(fault)") }
    }
  }

  /// Ends a call whose results are written, but not for all videos.
  ///
  /// - Throws: `VideosLeftOut`.
  func finish(of videos: [String]) throws {
    let total = Set(videos).union(faults.keys).count
    if !faults.isEmpty { throw VideosLeftOut(count: faults.count, total: total) }
  }
}

private struct VideosLeftOut: Error, CustomStringConvertible {
  let count: Int
  let total: Int

  var description: String {
    "the results lack \(count) of \(counted(total, "video")), named above -> copy or record the damaged files again, or leave "
      + "them out of --videos and give --fps RATE and --size WxH"
  }
}

private struct SameName: Error, CustomStringConvertible {
  let name: String
  let first: String
  let second: String

  var description: String {
    "opening the videos: expected names of their own, found '\(name)' twice: '\(first)' and '\(second)' -> rename one, or export "
      + "them one after the other"
  }
}
