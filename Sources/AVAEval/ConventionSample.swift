internal import AVARecords
internal import Geometry

/// Some key frames' people and ground truth, to find out what the columns of a file mean.
struct ConventionSample {
  private var people: [Person] = []
  private let truth: GroundTruthTable
  private let labelMap: LabelMap
  private let truthRows: RowsByFrame

  private struct Person {
    let video: String
    let time: Timestamp
    let box: UnitBox
    /// The action that scores most.
    var action: Int
    var score: Double
  }

  private static let frameLimit = 1500
  private static let peopleLimit = 8

  init(_ tables: AlignedTables) {
    truth = tables.groundTruth
    labelMap = tables.labelMap
    truthRows = RowsByFrame(
      frames: truth.frames, numbering: nil, frameCount: truth.frameIndex.frames.count, actionIDs: truth.actionIDs,
      classes: nil)
    gather(tables.detections)
  }

  /// Whether there is anything to compare.
  var isEmpty: Bool { people.isEmpty || truth.count == 0 }

  var count: Int { people.count }

  /// How many different actions score most in some person.
  var actionCount: Int { Set(people.map(\.action)).count }

  /// `overlap` of people whose key frame the ground truth has; nil where they are too few to tell.
  var overlapWhereKnown: Double? {
    let known = people.count { truthFrame(of: $0, .ava) != nil }
    return known < 16 ? nil : overlap(.ava) * Double(people.count) / Double(known)
  }

  /// The videos of the people, in order of their names.
  var videos: [String] { Set(people.map(\.video)).sorted() }

  /// The people of one video alone.
  func only(video: String) -> ConventionSample {
    var own = self
    own.people.removeAll { $0.video != video }
    return own
  }

  /// Takes people from key frames spread over the whole file.
  private mutating func gather(_ table: DetectionTable) {
    let frameCount = table.frameIndex.frames.count
    let step = max(1, frameCount / Self.frameLimit)
    var places: [[Int]] = Array(repeating: [], count: frameCount)
    for row in 0..<table.count {
      let frame = Int(table.frames[row])
      if frame % step != 0 { continue }
      let (box, score) = (table.box(ofRow: row), table.scores[row])
      if let place = places[frame].first(where: { people[$0].box == box }) {
        if score > people[place].score {
          (people[place].action, people[place].score) = (Int(table.actionIDs[row]), score)
        }
      } else if places[frame].count < Self.peopleLimit {
        let key = table.frameIndex.frames[frame]
        places[frame].append(people.count)
        people.append(
          Person(
            video: table.frameIndex.videos[key.video], time: key.time, box: box, action: Int(table.actionIDs[row]),
            score: score))
      }
    }
  }

  /// How well people lie over ground truth, 0 to 1: the mean over people of the largest IoU.
  func overlap(_ convention: Convention) -> Double {
    people.reduce(0.0) { $0 + (nearest($1, convention)?.overlap ?? 0) } / Double(max(1, people.count))
  }

  /// The share of people whose key frame the ground truth has.
  func knownShare(_ convention: Convention) -> Double {
    Double(people.count { truthFrame(of: $0, convention) != nil }) / Double(max(1, people.count))
  }

  /// Of the people that lie over ground truth, the share whose best scored action is true.
  func agreement(_ convention: Convention) -> Double {
    var (found, right) = (0, 0)
    for person in people {
      guard let match = nearest(person, convention), match.overlap >= 0.5 else { continue }
      found += 1
      let id = convention.numbering.id(person.action, labelMap)
      let box = truth.boxes[match.row]
      if truthRows[Int(truth.frames[match.row])].contains(where: { row in
        Int(truth.actionIDs[Int(row)]) == id && truth.boxes[Int(row)] == box
      }) {
        right += 1
      }
    }
    return Double(right) / Double(max(1, found))
  }

  /// Differences between the seconds of the two files that are worth a try.
  var shifts: [Double] {
    var shifts: [Double] = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 900, 901, 902, -900, -901, -902]
    // What brings a video's first key frames together.
    var first: [String: Double] = [:]
    for frame in truth.frameIndex.frames {
      let video = truth.frameIndex.videos[frame.video]
      first[video] = min(first[video] ?? .infinity, frame.time.seconds)
    }
    var own: [String: Double] = [:]
    for person in people { own[person.video] = min(own[person.video] ?? .infinity, person.time.seconds) }
    for video in own.keys.sorted().prefix(8) {
      guard let a = first[video], let b = own[video], a != b, !shifts.contains(a - b) else { continue }
      shifts.append(a - b)
    }
    return shifts
  }

  private func nearest(_ person: Person, _ convention: Convention) -> (row: Int, overlap: Double)? {
    guard let frame = truthFrame(of: person, convention) else { return nil }
    let box = convention.form.corners(person.box)
    guard box.isProper else { return nil }
    var best: (row: Int, overlap: Double)?
    for row in truthRows[frame] {
      let overlap = intersectionOverUnion(box, truth.boxes[Int(row)])
      if overlap > best?.overlap ?? 0 { best = (Int(row), overlap) }
    }
    return best
  }

  private func truthFrame(of person: Person, _ convention: Convention) -> Int? {
    guard let time = Timestamp(seconds: person.time.seconds + convention.shift) else { return nil }
    return truth.frameIndex.number(video: person.video, time: time)
  }
}
