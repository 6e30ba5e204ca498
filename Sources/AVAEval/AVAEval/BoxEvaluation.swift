public import AVARecords
public import Geometry

/// How well boxes find the people of labelled key frames, whatever these do.
///
/// The average precision is COCO's for one class at one overlap: boxes by falling scores, at most a hundred of a key frame,
/// each takes the free person that it overlaps most; the precision at 101 recalls, made non-increasing from the right.
/// Source: pycocotools' cocoeval.py.
public struct BoxEvaluation: Sendable {
  /// A box of a key frame with its detector's score.
  public struct Box: Sendable {
    /// In fractions of the frame.
    public var box: UnitBox
    /// Its detector's: the higher, the surer.
    public var score: Double

    /// Makes a box with its score.
    public init(_ box: UnitBox, score: Double) {
      self.box = box
      self.score = score
    }
  }

  /// What boxes from a score on come to.
  public struct Point: Equatable, Sendable {
    /// The least score of a box that stays.
    public let scoreThreshold: Double
    /// How many boxes stay.
    public let boxes: Int
    /// How many of them find somebody.
    public let hits: Int
    /// How many people there are to find.
    public let people: Int

    /// Hits per box; nil where there is no box.
    public var precision: Double? { boxes == 0 ? nil : Double(hits) / Double(boxes) }
    /// Hits per person; nil where there is nobody.
    public var recall: Double? { people == 0 ? nil : Double(hits) / Double(people) }
  }

  /// The IoU from which on a box finds a person.
  public let overlap: Double
  /// How many key frames have labelled people.
  public let keyFrames: Int
  /// How many people there are to find.
  public let people: Int
  /// How many boxes lie at labelled key frames.
  public let boxes: Int
  /// How many lie elsewhere: these are neither right nor wrong.
  public let elsewhere: Int
  /// Nil where there is nobody to find.
  public let averagePrecision: Double?
  /// By falling scores.
  private let ranked: [(score: Double, isHit: Bool)]

  /// Most boxes of a key frame, as COCO has it.
  private static let limit = 100

  /// - Parameters:
  ///   - boxes: By key frame, in their file's order.
  ///   - people: Those of each labelled key frame; one where nobody is has none.
  public init(_ boxes: [KeyFrame: [Box]], people: [KeyFrame: [UnitBox]], overlap: Double = 0.5) {
    self.overlap = overlap
    keyFrames = people.count
    self.people = people.values.reduce(0) { $0 + $1.count }
    var outcomes: [(score: Double, isHit: Bool)] = []
    let order = people.keys.sorted { ($0.video, $0.time) < ($1.video, $1.time) }
    for keyFrame in order {
      let own = boxes[keyFrame, default: []].enumerated().sorted {
        ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
      }
      outcomes += Self.outcomes(of: own.prefix(Self.limit).map(\.element), people[keyFrame] ?? [], overlap)
    }
    ranked = outcomes.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      .map(\.element)
    self.boxes = order.reduce(0) { $0 + (boxes[$1]?.count ?? 0) }
    elsewhere = boxes.reduce(0) { $0 + (people[$1.key] == nil ? $1.value.count : 0) }
    averagePrecision = self.people == 0 ? nil : Self.averagePrecision(ranked.map(\.isHit), people: self.people)
  }

  private static func outcomes(
    of boxes: [Box], _ people: [UnitBox], _ overlap: Double
  ) -> [(score: Double, isHit: Bool)] {
    var isFound = [Bool](repeating: false, count: people.count)
    return boxes.map { box in
      var (best, found) = (min(overlap, 1 - 1e-10), -1)
      for (place, person) in people.enumerated() where !isFound[place] {
        let iou = intersectionOverUnion(box.box, person)
        if iou >= best { (best, found) = (iou, place) }
      }
      if found >= 0 { isFound[found] = true }
      return (box.score, found >= 0)
    }
  }

  private static func averagePrecision(_ hits: [Bool], people: Int) -> Double {
    var (precisions, recalls): ([Double], [Double]) = ([], [])
    var found = 0
    for (rank, isHit) in hits.enumerated() {
      if isHit { found += 1 }
      precisions.append(Double(found) / Double(rank + 1))
      recalls.append(Double(found) / Double(people))
    }
    for rank in precisions.indices.dropLast().reversed() {
      precisions[rank] = max(precisions[rank], precisions[rank + 1])
    }
    var sum = 0.0
    var rank = 0
    for step in 0...100 {
      // As numpy's linspace has them: some lie a bit above the hundredths, and a recall of just so much below them.
      let recall = step == 100 ? 1 : Double(step) * 0.01
      while rank < recalls.count, recalls[rank] < recall { rank += 1 }
      if rank == recalls.count { break }
      sum += precisions[rank]
    }
    return sum / 101
  }

  /// What the boxes with at least a score come to.
  public func point(scoreThreshold: Double) -> Point {
    let own = ranked.prefix { $0.score >= scoreThreshold }
    return Point(scoreThreshold: scoreThreshold, boxes: own.count, hits: own.count(where: \.isHit), people: people)
  }

  /// The scores that there are, falling.
  public var scores: [Double] { ranked.map(\.score) }
}

extension BoxEvaluation {
  /// Judges person boxes by a ground truth's: each of its boxes is a person, however many actions it has.
  ///
  /// - Parameters:
  ///   - proposals: Read without a threshold.
  ///   - excluded: Key frames that do not count.
  public init(
    _ proposals: ProposalList, _ truth: GroundTruthTable, excluded: ExcludedTimestamps = ExcludedTimestamps(),
    overlap: Double = 0.5
  ) {
    let keyFrames = truth.keyFrames
    var people: [KeyFrame: [UnitBox]] = [:]
    for keyFrame in keyFrames where !excluded.contains(video: keyFrame.video, time: keyFrame.time) {
      people[keyFrame] = []
    }
    var known: [KeyFrame: Set<UnitBox>] = [:]
    for row in 0..<truth.count {
      let keyFrame = keyFrames[Int(truth.frames[row])]
      if people[keyFrame] != nil, known[keyFrame, default: []].insert(truth.boxes[row]).inserted {
        people[keyFrame]?.append(truth.boxes[row])
      }
    }
    var boxes: [KeyFrame: [Box]] = [:]
    for video in proposals.videos {
      for frame in video.keyFrames {
        let keyFrame = KeyFrame(video: video.name, time: frame.time)
        if excluded.contains(video: video.name, time: frame.time) { continue }
        boxes[keyFrame] = zip(frame.boxes, frame.scores).map { Box($0, score: $1) }
      }
    }
    self.init(boxes, people: people, overlap: overlap)
  }
}
