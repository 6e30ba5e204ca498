internal import AVARecords
internal import Geometry

/// Some key frames' people and ground truth, to find out what the columns of a file mean.
struct ConventionSample {
  private var people: [Person] = []
  /// The people of each key frame: the best scored ones.
  private var groups: [[Int]] = []
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

  var count: Int { groups.reduce(0) { $0 + $1.count } }

  /// How many different actions score most in some person.
  var actionCount: Int { Set(groups.joined().map { people[$0].action }).count }

  /// `overlap` in key frames that the ground truth has; nil where they are too few to tell.
  var overlapWhereKnown: Double? {
    var known = self
    known.groups.removeAll { group in truthFrame(of: people[group[0]], .ava) == nil }
    return known.count < 16 ? nil : known.overlap(.ava)
  }

  /// The share of people who lie beside everybody as they are, and over somebody when read in another form.
  func share(mistakenFor form: BoxForm) -> Double {
    let mistaken = groups.joined().count { person in
      (nearest(people[person], .ava)?.overlap ?? 0) < 0.3
        && (nearest(people[person], Convention(form: form))?.overlap ?? 0) >= 0.7
    }
    return Double(mistaken) / Double(max(1, count))
  }

  /// The videos of the people, in order of their names.
  var videos: [String] { Set(groups.map { people[$0[0]].video }).sorted() }

  /// The people of one video alone.
  func only(video: String) -> ConventionSample {
    var own = self
    own.groups.removeAll { people[$0[0]].video != video }
    return own
  }

  /// Takes people from key frames spread over the whole file, the best scored of each wherever they stand.
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
      } else {
        let key = table.frameIndex.frames[frame]
        let person = Person(
          video: table.frameIndex.videos[key.video], time: key.time, box: box, action: Int(table.actionIDs[row]),
          score: score)
        if places[frame].count < Self.peopleLimit {
          places[frame].append(people.count)
          people.append(person)
        } else if let least = places[frame].min(by: { people[$0].score < people[$1].score }),
          people[least].score < score
        {
          people[least] = person
        }
      }
    }
    groups = places.filter { !$0.isEmpty }
  }

  /// How well people lie over ground truth, 0 to 1: the mean of the largest IoUs, in each key frame as many as it has
  /// people to find, so that boxes beyond these (models say something about a hundred places) do not count.
  func overlap(_ convention: Convention) -> Double {
    var (sum, count) = (0.0, 0)
    for group in groups {
      guard let frame = truthFrame(of: people[group[0]], convention) else {
        count += group.count
        continue
      }
      let wanted = min(group.count, Set(truthRows[frame].map { truth.boxes[Int($0)] }).count)
      let overlaps = group.map { nearest(people[$0], convention)?.overlap ?? 0 }.sorted(by: >)
      sum += overlaps.prefix(wanted).reduce(0, +)
      count += wanted
    }
    return sum / Double(max(1, count))
  }

  /// The share of people whose key frame the ground truth has.
  func knownShare(_ convention: Convention) -> Double {
    let known = groups.lazy.filter { truthFrame(of: people[$0[0]], convention) != nil }.reduce(0) { $0 + $1.count }
    return Double(known) / Double(max(1, count))
  }

  /// Of the people that lie over ground truth, the share whose best scored action is true.
  func agreement(_ convention: Convention) -> Double {
    var (found, right) = (0, 0)
    for person in groups.joined().lazy.map({ people[$0] }) {
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
    for person in groups.lazy.map({ people[$0[0]] }) {
      own[person.video] = min(own[person.video] ?? .infinity, person.time.seconds)
    }
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
