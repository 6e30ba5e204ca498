internal import Files
public import Geometry
internal import JSON
internal import Tensors

/// A data set in Kinetics' form, drawn from a seed: short videos of one person who does one thing.
///
/// Layout of the folder: `videos/VIDEO.mp4`, `classes.json` (`{"name": class}`, classes from 0), and lists of videos with
/// a path below the folder and a class in each line: `train.csv` for learning; for testing `test.csv` and `val.csv`, which
/// are equal. Both splits may live in one folder.
public struct SynthKineticsSet: DrawnDataSet {
  public let seed: UInt64
  public let split: Split
  /// The length of every video.
  public let seconds: Int
  /// Nil where every video has its own.
  public let size: ImageSize?
  /// What each video shows: of any thirteen that follow one another from the first on, each activity once.
  public let activities: [Activity]

  public var videos: Int { activities.count }

  /// - Parameter size: Of the images; nil chooses for every video, the short side from 192 to 288 pixels.
  /// - Throws: `SynthError` for values out of range.
  public init(
    seed: UInt64, split: Split = .val, videos: Int = 1, seconds: Int = 2,
    size: ImageSize? = ImageSize(width: 340, height: 256)
  ) throws(SynthError) {
    // What takes a second would be a small part of a longer video, whose clips would mostly show something else.
    try SynthError.require(seconds, 2...5, "the length in seconds")
    try SynthError.require(videos, 1...9999, "the number of videos")
    if let size { try SynthError.require(size) }
    self.seed = seed
    self.split = split
    self.seconds = seconds
    self.size = size
    var generator = SeededGenerator(seed: seed ^ split.salt ^ SynthKineticsSet.salt)
    var activities: [Activity] = []
    while activities.count < videos { activities += Activity.allCases.shuffled(using: &generator) }
    self.activities = Array(activities.prefix(videos))
  }

  /// Keeps its worlds apart from those of AVA's form.
  private static let salt: UInt64 = 0x00C1_1900_0000_0000

  /// The names of the videos.
  public var videoNames: [String] { activities.indices.map { "\(split.videoPrefix)clip\(seed)_\($0 + 1)" } }

  /// The number of an activity's class, from 0, in the order of AVA's.
  public static func classIndex(of activity: Activity) -> Int {
    activityClassNames.firstIndex { $0.id == activity.classIDs.last } ?? 0
  }

  public var imageCount: Int { activities.indices.reduce(0) { $0 + shot($1).videoFrames } }

  /// The world of an index.
  public func world(_ index: Int) -> World { shot(index).world }

  private func shot(_ index: Int) -> Shot {
    var first = SeededGenerator(seed: seed ^ split.salt ^ SynthKineticsSet.salt)
    var second = SeededGenerator(seed: first.next() &+ UInt64(index))
    return Shot(
      name: videoNames[index], index: index, seed: second.next(), seconds: seconds, size: size,
      showing: activities[index])
  }

  private var lists: [String] { split == .train ? ["train.csv"] : ["val.csv", "test.csv"] }

  private func path(of video: String) -> String { "videos/\(video).mp4" }

  public func outputs(in folder: String) -> [String] {
    (lists + videoNames.map(path)).map { joinPath(folder, $0) }
  }

  public func write(to folder: String, threads: Int? = nil, progress: (Int) -> Void = { _ in }) throws {
    _ = try drawn(videos, threads: threads, progress: progress) { index, drawn in
      let shot = shot(index)
      try shot.writeVideo(to: joinPath(folder, path(of: shot.name)), drawn: drawn)
    }
    let rows = zip(videoNames, activities).map { "\(path(of: $0)) \(SynthKineticsSet.classIndex(of: $1))\n" }
    for list in lists { try writeFile(joinPath(folder, list), rows.joined()) }
    let classes = JSONValue.object(activityClassNames.enumerated().map { ($1.name, JSONValue($0)) })
    try writeFile(joinPath(folder, "classes.json"), classes.text + "\n")
  }
}
