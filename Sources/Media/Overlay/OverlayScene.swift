public import Geometry

/// An action with how sure the model is of it.
public struct ScoredAction: Hashable, Sendable {
  public var name: String
  /// 0 to 1.
  public var score: Double

  public init(name: String, score: Double) {
    self.name = name
    self.score = score
  }
}

/// A detected person.
public struct DetectedPerson: Hashable, Sendable {
  public var box: UnitBox
  /// The person detector's score, where it is known.
  public var proposalScore: Double?
  /// In any order.
  public var actions: [ScoredAction]
  /// Who it is through time; nil where nobody knows.
  public var id: Int?
  /// The number of the person's colour; nil takes the place in the scene.
  public var color: Int?

  public init(box: UnitBox, proposalScore: Double? = nil, actions: [ScoredAction], id: Int? = nil) {
    self.box = box
    self.proposalScore = proposalScore
    self.actions = actions
    self.id = id
  }
}

/// A person of the ground truth.
public struct LabelledPerson: Hashable, Sendable {
  public var box: UnitBox
  public var actions: [String]

  public init(box: UnitBox, actions: [String]) {
    self.box = box
    self.actions = actions
  }
}

/// All that is drawn over one key frame.
public struct OverlayScene: Sendable {
  public var people: [DetectedPerson]
  /// The people of the ground truth; nil where there is no ground truth to compare with.
  public var groundTruth: [LabelledPerson]?
  /// What the strip under the image says first: the video.
  public var title: String
  /// What it says next: the time.
  public var time: String
  /// Nobody was looked for at this moment, which is not the same as nobody found.
  public var isBetweenKeyFrames = false
  /// The actions were chosen already: all are drawn, whatever their scores.
  public var isChosen = false

  public init(people: [DetectedPerson], groundTruth: [LabelledPerson]? = nil, title: String, time: String) {
    self.people = people
    self.groundTruth = groundTruth
    self.title = title
    self.time = time
  }
}

/// What of a scene is drawn, and how large.
public struct OverlayStyle: Sendable {
  /// Actions under this score are left out.
  public var threshold: Double
  /// Other thresholds, by the action's name.
  public var thresholds: [String: Double] = [:]
  /// The names of the actions that are drawn; nil for all.
  public var classes: Set<String>?
  /// At most this many actions a person.
  public var topK: Int
  /// By how much the image is enlarged; nil chooses a factor that gives labels room: 1 from a short side of
  /// 400 pixels on, 2 for 240p.
  public var scale: Int?

  public init(threshold: Double = 0.3, topK: Int = 4, scale: Int? = nil) {
    self.threshold = threshold
    self.topK = topK
    self.scale = scale
  }

  /// The least score at which an action is drawn; nil for one that never is.
  public func threshold(of action: String) -> Double? {
    if let classes, !classes.contains(action) { return nil }
    return thresholds[action] ?? threshold
  }

  func factor(for size: ImageSize) -> Int {
    if let scale { return max(1, scale) }
    return min(4, max(1, (400 + size.shortSide - 1) / max(1, size.shortSide)))
  }
}
