public import AVARecords
internal import Geometry
public import Overlay

/// Rows of detections and ground truth, gathered by video and key frame: what overlays show.
public struct OverlayScenes {
  /// What is known of one key frame.
  public struct Scene: Sendable {
    /// In the order of their first rows; an action a row.
    public fileprivate(set) var people: [DetectedPerson] = []
    public fileprivate(set) var groundTruth: [LabelledPerson] = []
  }

  public private(set) var videos: [String: [Timestamp: Scene]] = [:]
  /// Videos in the order in which the files name them.
  public private(set) var names: [String] = []
  /// Ids that have no name, in the order in which they were met.
  public private(set) var unnamed: [Int] = []
  private let labels: LabelMap?
  private var known: Set<Int> = []

  /// - Parameter labels: The names of the actions; without them "action 12".
  public init(_ detections: DetectionTable, _ truth: GroundTruthTable?, labels: LabelMap?) {
    self.labels = labels
    for name in detections.frameIndex.videos + (truth?.frameIndex.videos ?? []) where videos[name] == nil {
      videos[name] = [:]
      names.append(name)
    }
    gather(detections)
    if let truth { gather(truth) }
  }

  /// Adds videos in which nobody was found, where they are not there yet.
  public mutating func add(_ videosWithoutPeople: [String]) {
    for name in videosWithoutPeople where videos[name] == nil {
      videos[name] = [:]
      names.append(name)
    }
  }

  private mutating func gather(_ table: DetectionTable) {
    var scenes = [Scene](repeating: Scene(), count: table.frameIndex.frames.count)
    var places = [[UnitBox: Int]](repeating: [:], count: scenes.count)
    for row in 0..<table.count {
      let frame = Int(table.frames[row])
      let box = table.box(ofRow: row)
      let action = ScoredAction(name: name(of: Int(table.actionIDs[row])), score: table.scores[row])
      if let place = places[frame][box] {
        scenes[frame].people[place].actions.append(action)
      } else {
        places[frame][box] = scenes[frame].people.count
        scenes[frame].people.append(DetectedPerson(box: box, actions: [action]))
      }
    }
    for (number, scene) in scenes.enumerated() {
      videos[table.frameIndex.videoName(ofFrame: number), default: [:]][table.frameIndex.frames[number].time] = scene
    }
  }

  private mutating func gather(_ table: GroundTruthTable) {
    var scenes = [[LabelledPerson]](repeating: [], count: table.frameIndex.frames.count)
    for row in 0..<table.count {
      let frame = Int(table.frames[row])
      let name = name(of: Int(table.actionIDs[row]))
      if let place = scenes[frame].firstIndex(where: { $0.box == table.boxes[row] }) {
        scenes[frame][place].actions.append(name)
      } else {
        scenes[frame].append(LabelledPerson(box: table.boxes[row], actions: [name]))
      }
    }
    for (number, people) in scenes.enumerated() {
      let time = table.frameIndex.frames[number].time
      videos[table.frameIndex.videoName(ofFrame: number), default: [:]][time, default: Scene()].groundTruth = people
    }
  }

  /// The names of the label map.
  public var actionNames: [String] { labels?.labels.map(\.name) ?? [] }

  /// The classes that may be shown: those of the label map, or else those that rows have.
  public var classes: [(id: Int, name: String)] {
    (labels?.labels.map { ($0.id, $0.name) } ?? []) + unnamed.map { ($0, "action \($0)") }
  }

  private mutating func name(of id: Int) -> String {
    if let name = labels?.name(of: id) { return name }
    if known.insert(id).inserted { unnamed.append(id) }
    return "action \(id)"
  }
}
