internal import AVARecords
internal import Datasets
internal import Geometry

/// The people of one table beside those of the other, to find out what the columns of the first one mean.
struct ConventionSample {
  /// The table whose columns are in doubt.
  enum Subject {
    case detections, groundTruth
  }

  let subject: Subject
  let labelMap: LabelMap
  private let dataset: ActionDataset
  private var groups: [Group] = []
  /// The people of the other table.
  private let reference: KeyFramePeople

  private struct Group {
    let video: String
    let time: Timestamp
    var people: [Witness] = []
  }

  private struct Witness {
    let person: KeyFramePeople.Person
    /// The same number for all who stand in the same place of the same video: a person who stays there says the same
    /// again and again.
    let place: Int
  }

  /// A mean of IoU below which hardly anybody can be found.
  var hardlyAnyOverlap: Double { 0.4 * dataset.overlapThreshold }

  private static let frameLimit = 1500
  private static let peopleLimit = 8
  /// Models say something about a hundred places; those beyond the best fifty do not count.
  private static let referenceLimit = 50

  init(_ tables: AlignedTables, _ subject: Subject = .detections) {
    self.subject = subject
    labelMap = tables.labelMap
    dataset = tables.dataset
    func step(_ index: FrameIndex) -> Int { max(1, index.frames.count / Self.frameLimit) }
    switch subject {
    case .detections:
      reference = KeyFramePeople(tables.groundTruth)
      gather(
        KeyFramePeople(
          tables.detections, everyFrame: step(tables.detections.frameIndex), limit: Self.peopleLimit))
    case .groundTruth:
      reference = KeyFramePeople(tables.detections, limit: Self.referenceLimit)
      gather(
        KeyFramePeople(
          tables.groundTruth, everyFrame: step(tables.groundTruth.frameIndex), limit: Self.peopleLimit))
    }
  }

  private mutating func gather(_ table: KeyFramePeople) {
    var places = Places(table.people.lazy.joined().map(\.box))
    for (frame, people) in table.people.enumerated() where !people.isEmpty {
      let key = table.index.frames[frame]
      groups.append(
        Group(
          video: table.index.videos[key.video], time: key.time,
          people: people.map { Witness(person: $0, place: places.number(of: $0.box, video: key.video)) }))
    }
  }

  /// Whether there is anything to compare.
  var isEmpty: Bool { groups.isEmpty || reference.people.allSatisfy(\.isEmpty) }

  var count: Int { groups.reduce(0) { $0 + $1.people.count } }

  /// How many different actions people do, as the table says.
  var actionCount: Int { Set(groups.lazy.flatMap(\.people).flatMap(\.person.actions)).count }

  /// The videos of the people, in order of their names.
  var videos: [String] { Set(groups.map(\.video)).sorted() }

  /// The people of one video alone.
  func only(video: String) -> ConventionSample {
    var own = self
    own.groups.removeAll { $0.video != video }
    return own
  }

  /// The people in key frames that both tables have.
  var whereKnown: ConventionSample {
    var known = self
    known.groups.removeAll { reference.index.number(video: $0.video, time: $0.time) == nil }
    return known
  }

  /// How far each person lies over somebody of the other table, when the table is read by a convention.
  func fit(_ convention: Convention) -> ConventionFit {
    ConventionFit(
      groups.map { group in
        guard let others = others(group, convention) else {
          return .init(overlaps: Array(repeating: 0, count: group.people.count), wanted: nil)
        }
        return .init(
          overlaps: group.people.map { nearest($0.person.box, others, convention)?.overlap ?? 0 },
          wanted: min(group.people.count, others.count))
      })
  }

  /// What people say for a convention and against it, where another one is the alternative. Of each key frame as many
  /// count as there are people to find, those that fit best by either; of those in one place, one.
  func votes(_ fit: ConventionFit, over other: ConventionFit) -> (supporting: Int, opposing: Int) {
    count(fit, other) { a, b in abs(a - b) < Self.clearDifference ? nil : a > b }
  }

  /// Counts the people who answer a question about their two overlaps with yes and with no.
  func count(
    _ fit: ConventionFit, _ other: ConventionFit, _ answer: (Double, Double) -> Bool?
  ) -> (supporting: Int, opposing: Int) {
    var seen: Set<Int> = []
    var votes = (supporting: 0, opposing: 0)
    for (number, group) in groups.enumerated() {
      let (a, b) = (fit.frames[number], other.frames[number])
      let wanted = max(a.wanted ?? 0, b.wanted ?? 0)
      let best = zip(a.overlaps, b.overlaps).map { max($0, $1) }
      let order = best.indices.sorted { (best[$0], $1) > (best[$1], $0) }
      for place in order.prefix(wanted) {
        guard let vote = answer(a.overlaps[place], b.overlaps[place]) else { continue }
        if !seen.insert(group.people[place].place).inserted { continue }
        if vote { votes.supporting += 1 } else { votes.opposing += 1 }
      }
    }
    return votes
  }

  /// An IoU: less may come from rounding or from a person who hardly moves.
  private static let clearDifference = 0.05

  /// The actions of people who lie over one another: what this table says, and what the other one does.
  func actionPairs(_ convention: Convention) -> [(own: [Int], other: [Int], place: Int)] {
    groups.flatMap { group -> [(own: [Int], other: [Int], place: Int)] in
      guard let others = others(group, convention) else { return [] }
      return group.people.compactMap { witness in
        guard let match = nearest(witness.person.box, others, convention), match.overlap >= samePersonOverlap else {
          return nil
        }
        return (witness.person.actions, match.person.actions, witness.place)
      }
    }
  }

  /// Differences between the seconds of the two files that are worth a try, the likeliest first.
  var shifts: [Double] {
    // Rows may count from a video's beginning, or from about the first labelled second.
    let start = Double(dataset.clock.firstSecond)
    let labelled = dataset.labelledSeconds.map { [Double($0.lowerBound), Double($0.lowerBound - 1)] } ?? []
    var shifts: [Double] = []
    for shift in [start, 1, 2, 3, 4, 5] + labelled where shift != 0 && !shifts.contains(shift) {
      shifts += [shift, -shift]
    }
    // What brings a video's first key frames together.
    var first: [String: Double] = [:]
    for frame in reference.index.frames {
      let video = reference.index.videos[frame.video]
      first[video] = min(first[video] ?? .infinity, frame.time.seconds)
    }
    var own: [String: Double] = [:]
    for group in groups { own[group.video] = min(own[group.video] ?? .infinity, group.time.seconds) }
    for video in own.keys.sorted().prefix(8) {
      guard let a = first[video], let b = own[video], a != b, !shifts.contains(a - b) else { continue }
      shifts.append(a - b)
    }
    return shifts
  }

  private func others(_ group: Group, _ convention: Convention) -> [KeyFramePeople.Person]? {
    guard let time = Timestamp(seconds: group.time.seconds + convention.shift),
      let frame = reference.index.number(video: group.video, time: time)
    else { return nil }
    return reference.people[frame]
  }

  private func nearest(
    _ own: UnitBox, _ others: [KeyFramePeople.Person], _ convention: Convention
  ) -> (person: KeyFramePeople.Person, overlap: Double)? {
    let box = convention.form.corners(own)
    guard box.isProper else { return nil }
    var best: (place: Int, overlap: Double)?
    for place in others.indices {
      let overlap = intersectionOverUnion(box, others[place].box)
      if overlap > best?.overlap ?? 0 { best = (place, overlap) }
    }
    return best.map { (others[$0.place], $0.overlap) }
  }
}

/// Numbers the places where people stand, in whatever form their boxes are.
private struct Places {
  private var known: [Int: [(box: UnitBox, number: Int)]] = [:]
  private var count = 0

  /// Boxes whose numbers differ by less are in one place.
  private let reach: Double

  /// - Parameter boxes: All boxes, for their scale.
  init(_ boxes: some Sequence<UnitBox>) {
    let largest = boxes.reduce(0) { max($0, abs($1.x1), abs($1.y1), abs($1.x2), abs($1.y2)) }
    reach = 0.05 * min(1, largest)
  }

  mutating func number(of box: UnitBox, video: Int) -> Int {
    if let same = known[video]?.first(where: { isNear($0.box, box) }) { return same.number }
    known[video, default: []].append((box, count))
    count += 1
    return count - 1
  }

  private func isNear(_ a: UnitBox, _ b: UnitBox) -> Bool {
    abs(a.x1 - b.x1) < reach && abs(a.y1 - b.y1) < reach && abs(a.x2 - b.x2) < reach && abs(a.y2 - b.y2) < reach
  }
}
