public import AVARecords
public import JSON

/// The key frames that detections should have rows of, as far as their sources say.
public struct ExpectedKeyFrames: Sendable {
  /// Each once, in the order of the sources.
  public private(set) var keyFrames: [KeyFrame] = []
  /// The sources that do not say, or not of all.
  public private(set) var unknown: [String] = []
  private var known: Set<KeyFrame> = []
  /// In the order of their first key frames.
  private var videos: [String] = []
  private var knownVideos: Set<String> = []

  public init() {}

  /// Adds what a source says.
  public mutating func add(_ more: [KeyFrame]) {
    for frame in more where known.insert(frame).inserted {
      keyFrames.append(frame)
      if knownVideos.insert(frame.video).inserted { videos.append(frame.video) }
    }
  }

  /// Adds a source that does not say it.
  public mutating func add(unknown source: String) { if !unknown.contains(source) { unknown.append(source) } }

  /// Adds what the manifest of a source says, see `Manifest.source(file:scores:)`.
  ///
  /// - Parameter name: The source.
  public mutating func add(manifest: JSONValue?, of name: String) {
    guard let manifest, case .object(let videos)? = manifest["expected_key_frames"] else {
      add(unknown: name)
      return
    }
    for video in videos {
      add(
        video.value.values.compactMap { second in
          guard case .number(let seconds) = second else { return nil }
          return Timestamp(seconds: seconds.double).map { KeyFrame(video: video.name, time: $0) }
        })
    }
    for case .string(let source) in manifest["sources_without_key_frames"]?.values ?? [] { add(unknown: source) }
  }

  /// The seconds by video.
  var json: JSONValue {
    let frames = Dictionary(grouping: keyFrames, by: \.video)
    return .object(
      videos.map { video in
        let times = (frames[video] ?? []).map(\.time)
        return (video, .array(times.map { $0.wholeSecond.map { JSONValue($0) } ?? JSONValue($0.seconds) }))
      })
  }
}
