internal import Geometry

/// Links boxes to people by where each is expected to be, in two stages, as ByteTrack (Zhang and others, 2022) describes it:
/// boxes of high scores first, then, for who was left without, those of low scores, which are often people half hidden.
///
/// People are expected where a ``BoxMotion`` says. Who meets whom is decided at once for all (``bestAssignment(rows:columns:gain:)``).
/// A track that is not seen is kept for a while and may be found again. A box with an id keeps it, whatever overlaps;
/// tracks of given ids may be continued by boxes without one. The rules, number by number: docs/tracks.md.
public struct MotionLinker: BoxLinker, Sendable {
  public let settings: Settings
  private var live: [Person] = []
  private var nextID: Int
  private var given: Set<Int> = []
  private var lastTime: Double?

  public struct Settings: Sendable, Equatable {
    /// Boxes of at least this score are linked first, and to anybody.
    public var highScore = 0.6
    /// Boxes of less than this score are nobody's.
    public var lowScore = 0.1
    /// A box that is nobody's begins a track from this score on.
    public var newScore = 0.7
    /// The least product of IoU and score at which a box of a high score continues a confirmed track. ByteTrack has 0.2, for
    /// people who walk: who falls, sits down or bends has a box of another shape within a few frames.
    public var highOverlap = 0.1
    /// The least IoU at which a box of a low score does.
    public var lowOverlap = 0.5
    /// The least product of IoU and score at which a box continues a track that is not confirmed.
    public var newOverlap = 0.3
    /// In how many frames, one after the other, a new track must be seen to be confirmed; those of the first frame are at once.
    public var confirmations = 2
    /// How long somebody may be unseen, in seconds: a track that was not seen for longer ends.
    public var longestGap = 1.0
    /// How many units of height a unit of width is long: a frame's width to its height for boxes in fractions, 1 for pixels.
    public var aspect = 1.0
    /// The first id that the linker makes; it must lie above all ids that will be given.
    public var firstID = 1
    /// Whether boxes' scores count; else all are sure.
    public var heedsScores = true
    /// Whether a box that nobody's expected place overlaps may be that of somebody who was seen in the frame before and stood near:
    /// where frames are far apart, the boxes of somebody who walks do not meet.
    public var linksNear = false
    public var noise = MotionNoise()

    public init() {}
  }

  /// Somebody who is followed.
  private struct Person {
    let id: Int
    var motion: BoxMotion
    /// Where it was seen last, in units of equal length.
    var box: UnitBox
    var lastSeen: Double
    /// In how many frames.
    var sightings: Int
    var isConfirmed: Bool
    /// Whether the frame before had no box for it.
    var isLost = false
  }

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    nextID = settings.firstID
  }

  public mutating func link(_ frame: SeenFrame) throws(TrackError) -> [Link?] {
    var frame = frame
    if !settings.heedsScores { for box in frame.boxes.indices { frame.boxes[box].score = 1 } }
    try frame.check(after: lastTime)
    try checkIDs(frame)
    let isFirst = lastTime == nil
    let elapsed = frame.time - (lastTime ?? frame.time)
    lastTime = frame.time
    live.removeAll { frame.time - $0.lastSeen > settings.longestGap }
    for index in live.indices { live[index].motion.predict(elapsed) }

    let boxes = frame.boxes.map { stretched($0.box) }
    var round = Round(frame: frame, boxes: boxes, people: live.count)
    takeGiven(&round)
    func open(_ isWanted: (Double) -> Bool) -> [Int] {
      boxes.indices.filter { round.links[$0] == nil && boxes[$0].isProper && isWanted(frame.boxes[$0].score) }
    }
    let known = live.indices.filter { live[$0].isConfirmed }
    match(known, open { $0 >= settings.highScore }, weighed: true, settings.highOverlap, &round)
    match(
      known.filter { !live[$0].isLost }, open { $0 < settings.highScore && $0 >= settings.lowScore }, weighed: false,
      settings.lowOverlap, &round)
    match(
      live.indices.filter { !live[$0].isConfirmed }, open { $0 >= settings.highScore }, weighed: true,
      settings.newOverlap, &round)
    if settings.linksNear { matchNear(open { $0 >= settings.highScore }, &round) }
    dropUnseen(round)
    for box in open({ $0 >= max(settings.newScore, settings.lowScore) }) {
      while given.contains(nextID) { nextID += 1 }
      begin(box, id: nextID, isConfirmed: isFirst || settings.confirmations <= 1, &round)
      nextID += 1
    }
    return round.links
  }

  /// What has been decided about a frame so far.
  private struct Round {
    let frame: SeenFrame
    /// In units of equal length.
    let boxes: [UnitBox]
    var links: [Link?]
    /// Which of the people who were followed before have a box.
    var isSeen: [Bool]

    init(frame: SeenFrame, boxes: [UnitBox], people: Int) {
      self.frame = frame
      self.boxes = boxes
      links = Array(repeating: nil, count: boxes.count)
      isSeen = Array(repeating: false, count: people)
    }
  }

  private func checkIDs(_ frame: SeenFrame) throws(TrackError) {
    var ids: Set<Int> = []
    for id in frame.boxes.compactMap(\.id) {
      if !ids.insert(id).inserted { throw .twice(id: id, time: frame.time) }
      if (settings.firstID..<nextID).contains(id), !given.contains(id) { throw .taken(id: id, time: frame.time) }
    }
  }

  private func stretched(_ box: UnitBox) -> UnitBox {
    UnitBox(x1: box.x1 * settings.aspect, y1: box.y1, x2: box.x2 * settings.aspect, y2: box.y2)
  }

  /// Links the boxes whose ids are given, whatever their scores.
  private mutating func takeGiven(_ round: inout Round) {
    for (box, seen) in round.frame.boxes.enumerated() {
      guard let id = seen.id else { continue }
      given.insert(id)
      if let person = round.isSeen.indices.first(where: { live[$0].id == id }) {
        live[person].isConfirmed = true
        see(person, in: box, &round)
      } else {
        begin(box, id: id, isConfirmed: true, &round)
      }
    }
  }

  /// Links some of the people who have no box yet with some of the boxes.
  private mutating func match(
    _ people: [Int], _ boxes: [Int], weighed: Bool, _ threshold: Double, _ round: inout Round
  ) {
    let people = people.filter { round.isSeen.indices.contains($0) && !round.isSeen[$0] }
    let expected = people.map { live[$0].motion.box }
    let (seen, scores) = (round.boxes, round.frame.boxes.map(\.score))
    let partners = bestAssignment(rows: people.count, columns: boxes.count) { row, column in
      let box = boxes[column]
      let overlap = intersectionOverUnion(expected[row], seen[box])
      // A pair at the threshold itself counts, and none without overlap.
      return overlap > 0 ? (weighed ? overlap * scores[box] : overlap) - threshold + 1e-9 : 0
    }
    for (row, column) in partners.enumerated() {
      if let column { see(people[row], in: boxes[column], &round) }
    }
  }

  /// Links those who were seen in the frame before and have no box yet with the boxes near them, but nobody whose id was given:
  /// who gave it would have said so.
  private mutating func matchNear(_ boxes: [Int], _ round: inout Round) {
    let people = round.isSeen.indices.filter { !round.isSeen[$0] && !live[$0].isLost && !given.contains(live[$0].id) }
    let seen = round.boxes
    let partners = bestAssignment(rows: people.count, columns: boxes.count) { row, column in
      1 - Self.difference(live[people[row]].box, seen[boxes[column]])
    }
    for (row, column) in partners.enumerated() {
      if let column { see(people[row], in: boxes[column], &round) }
    }
  }

  /// How unlike two boxes are: 0 for equal ones, 1 where the centres are a height apart or the heights differ by half.
  private static func difference(_ a: UnitBox, _ b: UnitBox) -> Double {
    let height = max(a.y2 - a.y1, b.y2 - b.y1)
    let x = (a.x1 + a.x2 - b.x1 - b.x2) / 2
    let y = (a.y1 + a.y2 - b.y1 - b.y2) / 2
    let size = abs((a.y2 - a.y1) - (b.y2 - b.y1))
    return min(1, (x * x + y * y).squareRoot() / height + 2 * size / height)
  }

  private mutating func see(_ person: Int, in box: Int, _ round: inout Round) {
    if round.boxes[box].isProper {
      live[person].motion.correct(round.boxes[box])
      live[person].box = round.boxes[box]
    }
    live[person].lastSeen = round.frame.time
    live[person].sightings += 1
    live[person].isLost = false
    if live[person].sightings >= settings.confirmations { live[person].isConfirmed = true }
    round.isSeen[person] = true
    round.links[box] = Link(id: live[person].id, isConfirmed: live[person].isConfirmed)
  }

  private mutating func begin(_ box: Int, id: Int, isConfirmed: Bool, _ round: inout Round) {
    round.links[box] = Link(id: id, isConfirmed: isConfirmed)
    // Only given ids come here without an area: they keep the id, and nothing is expected of them.
    if !round.boxes[box].isProper { return }
    live.append(
      Person(
        id: id, motion: BoxMotion(round.boxes[box], noise: settings.noise), box: round.boxes[box],
        lastSeen: round.frame.time, sightings: 1, isConfirmed: isConfirmed))
  }

  /// Who has no box is lost; who was not confirmed yet is forgotten.
  private mutating func dropUnseen(_ round: Round) {
    for person in round.isSeen.indices where !round.isSeen[person] {
      live[person].isLost = true
      live[person].motion.holdSize()
    }
    live.removeAll { $0.isLost && !$0.isConfirmed }
  }
}
