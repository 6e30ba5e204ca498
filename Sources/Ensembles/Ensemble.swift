public import AVARecords
internal import Geometry
public import Inference
internal import Wording

/// Several models' detections that become one.
public struct Ensemble: Sendable {
  /// What becomes of people whom not every model has.
  public enum Unmatched: String, Sendable, CaseIterable {
    /// They stay, see `ModelFusion`.
    case keep
    case drop
    case error
  }

  public let members: [EnsembleMember]
  /// The ids of the classes that become rows, ascending.
  public let classes: [Int]
  /// How many columns the scores have.
  public let columns: Int
  public let matcher: BoxMatcher
  /// Each person of each key frame: the person's number in every member; nil where it has none.
  let groups: [(keyFrame: KeyFrame, people: [Int?])]
  /// How many scores each member's CSV did not have.
  public let missing: [Int]
  /// Where there is no key frame that all members have: each with its first.
  private let strangers: [(source: String, example: KeyFrame?)]

  /// Matches the members' boxes.
  ///
  /// - Parameter labelMap: The classes that become rows; nil for those that the members name, which must be the same.
  /// - Throws: `EnsembleError` for members that do not fit together.
  public init(_ members: [EnsembleMember], labelMap: LabelMap?, matcher: BoxMatcher) throws(EnsembleError) {
    for member in members {
      if let rows = member.repeats.contradiction {
        throw .contradiction(source: member.name, rows, count: member.repeats.contradictionCount)
      }
    }
    let classes = try commonClasses(of: members, labelMap)
    let columns = max(members.map(\.columns).max() ?? 0, classes.last ?? 0)
    // Alone a source stays as it is: what it does not say is nowhere needed.
    let completed = members.map { $0.completed(columns: columns, classes: members.count > 1 ? classes : []) }
    self.classes = classes
    self.columns = columns
    self.matcher = matcher
    self.members = completed.map(\.member)
    missing = completed.map(\.missing)
    let keyFrames = Set(members.flatMap(\.places.keys)).sorted { ($0.video, $0.time) < ($1.video, $1.time) }
    let isShared = members.count < 2 || keyFrames.contains { frame in members.allSatisfy { $0.places[frame] != nil } }
    strangers =
      isShared ? [] : members.map { ($0.name, $0.places.keys.min { ($0.video, $0.time) < ($1.video, $1.time) }) }
    groups = keyFrames.flatMap { keyFrame in
      let own = members.map { $0.places[keyFrame] ?? [] }
      let boxes = zip(members, own).map { member, people in people.map { member.people[$0].box } }
      return matcher.groups(boxes).map { group in
        (keyFrame, zip(own, group).map { people, index in index.map { people[$0] } })
      }
    }
  }

  /// The videos of all key frames, sorted.
  var videos: [String] { Set(groups.map(\.keyFrame.video)).sorted() }

  /// Makes one score of several, and one box.
  ///
  /// - Parameter isWanted: Whether a key frame is to be in the result.
  /// - Throws: `EnsembleError` where there are unmatched boxes and may be none, and where nothing is left.
  public func fuse(
    _ fusion: ModelFusion, unmatched rule: Unmatched, only isWanted: (KeyFrame) -> Bool = { _ in true }
  ) throws(EnsembleError) -> EnsembleResult {
    if groups.isEmpty { throw .noBoxes(members.map(\.name)) }
    if rule != .keep, !strangers.isEmpty { throw .nothingInCommon(strangers) }
    let count = unmatchedCount
    if rule == .error, count > 0 { throw .unmatched(count, lacks.compactMap(\.line)) }
    if fusion.way == .logitMean { try checkProbabilities() }
    try checkScales()
    var result = EnsembleResult(classes: classes, columns: columns)
    let kept = groups.filter { isWanted($0.keyFrame) && (rule != .drop || !$0.people.contains(nil)) }
    if kept.isEmpty { throw .nothingLeft(count) }
    let boxes = kept.map { box(of: $0.people, fusion.weights) }
    let order = kept.indices.sorted { a, b in
      if kept[a].keyFrame != kept[b].keyFrame { return a < b }
      if boxes[a] != boxes[b] { return boxes[a].precedes(boxes[b]) }
      return a < b
    }
    for index in order {
      let people = kept[index].people
      result.append(
        kept[index].keyFrame, boxes[index], (0..<columns).map { fused(people, column: $0, fusion) })
    }
    return result
  }

  /// - Returns: NaN for what a source that is alone does not say.
  private func fused(_ people: [Int?], column: Int, _ fusion: ModelFusion) -> Float {
    if members.count == 1, let person = people[0] { return members[0].score(person: person, column: column) }
    return fusion.fuse(scores(of: people, column: column))
  }

  /// What is said where no key frame is common to all members.
  var strangersNotice: String? {
    if strangers.isEmpty { return nil }
    return "the sources have no key frame in common, nothing of one is joined with all others: "
      + "\(Self.examples(strangers)) (are they of the same videos, named alike, with seconds counted alike?)"
  }

  static func examples(_ sources: [(source: String, example: KeyFrame?)]) -> String {
    listed(sources.map { "'\($0.source)' \($0.example.map { "has \($0)" } ?? "has none")" }, limit: 4)
  }

  /// What every member says of a person and class; nil where it does not know the person, NaN where it has no such class.
  private func scores(of people: [Int?], column: Int) -> [ModelFusion.Score?] {
    zip(members, people).map { member, person in
      person.map { ModelFusion.Score(member.score(person: $0, column: column), resolution: member.resolution) }
    }
  }

  /// Of boxes that are the same but for rounding, one from the finest source; else the mean by the members' weights.
  private func box(of people: [Int?], _ weights: [Double]) -> UnitBox {
    let found = people.indices.compactMap { model in
      people[model].map {
        (box: members[model].people[$0].box, form: members[model].form.rawValue, weight: weights[model])
      }
    }
    let finest = found.min { $0.form != $1.form ? $0.form < $1.form : $0.box.precedes($1.box) }!.box
    if found.allSatisfy({ $0.box.isSame(finest) }) { return finest }
    // Sums of one order, so that the order of the members does not show in the last bit.
    let sorted = found.sorted { $0.box != $1.box ? $0.box.precedes($1.box) : $0.weight < $1.weight }
    let sum = sorted.reduce(0) { $0 + $1.weight }
    func mean(_ side: KeyPath<UnitBox, Double>) -> Double {
      sum > 0
        ? sorted.reduce(0) { $0 + $1.weight * $1.box[keyPath: side] } / sum
        : sorted.reduce(0) { $0 + $1.box[keyPath: side] } / Double(sorted.count)
    }
    return UnitBox(x1: mean(\.x1), y1: mean(\.y1), x2: mean(\.x2), y2: mean(\.y2))
  }

  /// Refuses probabilities beside scores of another scale.
  private func checkScales() throws(EnsembleError) {
    let beyond = members.map { member in member.scores.firstIndex { $0 < 0 || $0 > 1 } }
    guard let first = beyond.firstIndex(of: nil), let other = beyond.firstIndex(where: { $0 != nil }),
      let index = beyond[other]
    else { return }
    let member = members[other]
    throw .mixedScales(
      members[first].name, other: member.name, score: member.scores[index],
      "\(member.people[index / columns].keyFrame)")
  }

  /// What is said where no member's scores are probabilities: nothing tells whether all are of one scale.
  var foreignScalesNotice: String? {
    if members.count < 2 || members.contains(where: { member in !member.scores.contains { $0 < 0 || $0 > 1 } }) {
      return nil
    }
    let ranges = members.map { member in
      let known = member.scores.filter { !$0.isNaN }
      return "'\(member.name)' from \(known.min() ?? 0) to \(known.max() ?? 0)"
    }
    return
      "the scores of no source are from 0 to 1 (\(listed(ranges, limit: 4))): their mean says something only where all "
      + "are of one scale, such as logits"
  }

  private func checkProbabilities() throws(EnsembleError) {
    for member in members {
      for (index, score) in member.scores.enumerated() where score < 0 || score > 1 {
        throw .noProbability(
          source: member.name, score: score, "\(member.people[index / columns].keyFrame)")
      }
    }
  }
}

/// The classes of all members.
private func commonClasses(of members: [EnsembleMember], _ labelMap: LabelMap?) throws(EnsembleError) -> [Int] {
  let networks = members.filter { $0.form != .rows }
  if let first = networks.first, let other = networks.first(where: { $0.columns != first.columns }) {
    throw .classCounts(first.name, first.columns, other.name, other.columns)
  }
  guard let labelMap else {
    let sets = members.map { ($0.name, $0.rowClasses ?? Set(1...max(1, $0.columns))) }
    guard let first = sets.first else { return [] }
    for other in sets.dropFirst() where other.1 != first.1 {
      throw .otherClasses(
        first.0, first.1.subtracting(other.1).sorted(), other.0, other.1.subtracting(first.1).sorted())
    }
    return first.1.sorted()
  }
  let ids = labelMap.labels.map(\.id).sorted()
  for member in networks {
    let beyond = ids.filter { $0 > member.columns || $0 < 1 }
    if !beyond.isEmpty { throw .notScored(source: member.name, columns: member.columns, ids: beyond) }
  }
  for member in members where member.form == .rows {
    let foreign = (member.rowClasses ?? []).subtracting(ids).sorted()
    if !foreign.isEmpty { throw .unlabelled(source: member.name, ids: foreign) }
  }
  return ids
}
