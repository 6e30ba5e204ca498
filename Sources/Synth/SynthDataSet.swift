internal import Files
public import Geometry
internal import Imaging
internal import Wording

/// A small data set in AVA's form, drawn from a seed.
///
/// Layout of the folder: `frames/VIDEO/VIDEO_000001.jpg` ... at 30 frames a second from second 900 on,
/// `frame_lists/val.csv`, and under `annotations/` the files `groundtruth.csv`, `proposals.csv`,
/// `labelmap.pbtxt` and `exclusions.csv`. Equal arguments give equal files, byte for byte.
public struct SynthDataSet: Sendable {
  public let seed: UInt64
  public let videos: Int
  /// The length of every video.
  public let seconds: Int
  public let size: ImageSize
  /// AVA's clock: the second of a video's first frame, and the frames a second.
  static let (firstSecond, framesPerSecond) = (900, 30)

  /// - Throws: `SynthError` for values out of range.
  public init(
    seed: UInt64, videos: Int = 1, seconds: Int = 8, size: ImageSize = ImageSize(width: 340, height: 256)
  ) throws(SynthError) {
    func require(_ value: Int, _ range: ClosedRange<Int>, _ what: String) throws(SynthError) {
      if range.contains(value) { return }
      throw .outOfRange(what: what, expected: "from \(range.lowerBound) to \(range.upperBound)", found: value)
    }
    // The first second with a full clip before it is 902; AVA's last is 1798.
    try require(seconds, 4...900, "the length in seconds")
    try require(videos, 1...999, "the number of videos")
    try require(size.width, 64...4096, "the width")
    try require(size.height, 64...4096, "the height")
    self.seed = seed
    self.videos = videos
    self.seconds = seconds
    self.size = size
  }

  /// The names of the videos.
  public var videoNames: [String] {
    (0..<videos).map { videos == 1 ? "synth\(seed)" : "synth\(seed)_\($0 + 1)" }
  }

  /// The seconds that are labelled: those with a full clip around them.
  public var keySeconds: ClosedRange<Int> {
    (SynthDataSet.firstSecond + 2)...(SynthDataSet.firstSecond + seconds - 2)
  }

  /// How many pictures `write` makes.
  public var frameCount: Int { videos * seconds * SynthDataSet.framesPerSecond }

  /// Writes all files.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing; files of the same names are replaced.
  ///   - progress: Called after every picture with the number of pictures so far.
  /// - Throws: The error of the drawing or writing that failed.
  public func write(to folder: String, progress: (Int) -> Void = { _ in }) throws {
    var tables = Tables()
    for (index, name) in videoNames.enumerated() {
      let videoSeed = seed &+ UInt64(index) &* 0x9E37_79B9
      let world = World(seed: videoSeed, size: size, seconds: Double(seconds))
      let pictures = joinPath(folder, "frames/\(name)")
      try makeFolder(pictures)
      for frame in 0..<(seconds * SynthDataSet.framesPerSecond) {
        let (picture, _) = try world.render(at: Double(frame) / Double(SynthDataSet.framesPerSecond))
        let file = "\(name)_\(padded(frame + 1, 6)).jpg"
        try writeJPEG(picture, to: joinPath(pictures, file), quality: 92)
        tables.frames += "\(name) \(index) \(frame) \(name)/\(file) \"\"\n"
        progress(index * seconds * SynthDataSet.framesPerSecond + frame + 1)
      }
      try label(world, name, Detector(seed: videoSeed ^ 0xDE7E_C708), &tables)
    }
    try writeFile(joinPath(folder, "frame_lists/val.csv"), tables.frames)
    try writeFile(joinPath(folder, "annotations/groundtruth.csv"), tables.truth)
    try writeFile(joinPath(folder, "annotations/proposals.csv"), tables.proposals)
    try writeFile(joinPath(folder, "annotations/exclusions.csv"), tables.exclusions)
    let labels = activityClassNames.map { "item {\n  name: \"\($0.name)\"\n  id: \($0.id)\n}\n" }
    try writeFile(joinPath(folder, "annotations/labelmap.pbtxt"), labels.joined())
  }

  /// The texts of the files that all videos share.
  private struct Tables {
    var frames = "original_vido_id video_id frame_id path labels\n"
    var truth = ""
    var proposals = ""
    var exclusions = ""
  }

  private func label(_ world: World, _ name: String, _ detector: Detector, _ tables: inout Tables) throws {
    var detector = detector
    for second in keySeconds {
      let time = "\(name),\(padded(second, 4))"
      let (_, people) = try world.render(at: Double(second - SynthDataSet.firstSecond))
      for person in people {
        for id in person.activity.classIDs {
          tables.truth += "\(time),\(written(person.box)),\(id),\(person.id)\n"
        }
      }
      for proposal in detector.propose(people.map(\.box)) {
        tables.proposals += "\(time),\(written(proposal.box)),,\(fixed(proposal.score, 6))\n"
      }
    }
    // Its clip would reach beyond the last frame.
    tables.exclusions += "\(name),\(padded(keySeconds.upperBound + 1, 4))\n"
  }

  private func written(_ box: UnitBox) -> String {
    [box.x1, box.y1, box.x2, box.y2].map { fixed($0, 3) }.joined(separator: ",")
  }

  private func padded(_ value: Int, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
