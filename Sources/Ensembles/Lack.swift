internal import AVAEval
public import AVARecords
internal import Files
internal import Geometry
internal import Wording

/// What one member of an ensemble lacks of what others have.
public struct Lack: Sendable {
  let source: String
  /// The key frames in which it has nothing.
  public fileprivate(set) var keyFrames: [KeyFrame] = []
  /// How many boxes others have in these.
  public fileprivate(set) var boxesOfKeyFrames = 0
  /// Boxes that it lacks in key frames that it has, as others have them.
  public fileprivate(set) var boxes: [String] = []

  /// Both in words; nil where it lacks nothing.
  var line: String? {
    var parts: [String] = []
    if !keyFrames.isEmpty {
      let names = keyFrames.map(\.description)
      parts.append(
        "\(counted(keyFrames.count, "key frame")) with \(counted(boxesOfKeyFrames, "box", plural: "boxes")) "
          + "(\(listed(names, limit: 3)))")
    }
    if !boxes.isEmpty {
      parts.append("\(counted(boxes.count, "box", plural: "boxes")) of its key frames (\(listed(boxes, limit: 3)))")
    }
    return parts.isEmpty ? nil : "'\(source)' lacks \(parts.joined(separator: " and "))"
  }
}

extension Ensemble {
  /// What each member lacks.
  public var lacks: [Lack] {
    members.indices.map { model in
      var lack = Lack(source: members[model].name)
      for (keyFrame, people) in groups where people[model] == nil {
        if members[model].places[keyFrame] == nil {
          if lack.keyFrames.last != keyFrame { lack.keyFrames.append(keyFrame) }
          lack.boxesOfKeyFrames += 1
        } else if let other = people.indices.first(where: { people[$0] != nil }), let person = people[other] {
          let box = members[other].people[person].box
          let sides = [box.x1, box.y1, box.x2, box.y2].map { fixed($0, 3) }.joined(separator: ",")
          lack.boxes.append("\(keyFrame),\(sides)")
        }
      }
      return lack
    }
  }

  /// How many boxes there are, those of several members once.
  public var boxCount: Int { groups.count }

  /// How many of them not every member has.
  public var unmatchedCount: Int { groups.count { $0.people.contains(nil) } }

  /// Writes the boxes that not every member has, a row each: `video, second, x1, y1, x2, y2, "sources that lack it"`, these
  /// with semicolons between.
  ///
  /// - Throws: `FileError`.
  public func writeUnmatched(to path: String) throws {
    let file = try AtomicFile(path: path)
    for (keyFrame, people) in groups where people.contains(nil) {
      guard let model = people.firstIndex(where: { $0 != nil }), let person = people[model] else { continue }
      let box = members[model].people[person].box
      let sides = [box.x1, box.y1, box.x2, box.y2].map { fixed($0, 4) }.joined(separator: ",")
      let lacking = zip(members, people).filter { $0.1 == nil }.map(\.0.name).joined(separator: ";")
      try file.write(Array("\(keyFrame),\(sides),\"\(lacking.replacing("\"", with: "\"\""))\"\n".utf8))
    }
    try file.commit()
  }

  /// How many pairs of boxes differ by more than rounding, and were matched by their overlap.
  public var movedCount: Int {
    groups.count { _, people in
      let boxes = zip(members, people).compactMap { member, person in person.map { member.people[$0].box } }
      return boxes.contains { !$0.isSame(boxes[0]) }
    }
  }

  /// What may surprise: rows that stand twice, what sources lack, and what was put in the place of rows that are not
  /// there. Where boxes must match, `fuse` says what does not.
  public func notices(_ rule: Unmatched) -> [String] {
    var notices = members.compactMap { $0.repeats.line($0.name) }
    let count = unmatchedCount
    if rule != .error, count > 0 {
      notices += [strangersNotice].compactMap(\.self) + lacks.compactMap(\.line)
      let boxes = counted(count, "box", plural: "boxes")
      notices.append(
        rule == .drop
          ? "\(boxes) that not every model has dropped (--unmatched drop)"
          : "\(boxes) that not every model has kept: the score of the models that have one, times their share of the "
            + "weights (--unmatched drop leaves them out)")
    }
    notices += [foreignScalesNotice].compactMap(\.self)
    let keyFrame = EvaluationRules.official.entriesPerFrame.map { ", or of a key frame with \($0) rows" } ?? ""
    for (member, missing) in zip(members, missing) where missing > 0 {
      notices.append(
        "'\(member.name)' lacks rows for \(counted(missing, "box and class", plural: "boxes and classes")): unknown, not 0; "
          + "they count as the least score that could have been cut off (of the file\(keyFrame))")
    }
    return notices
  }
}
