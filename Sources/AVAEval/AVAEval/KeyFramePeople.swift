internal import AVARecords
internal import Geometry

/// The people of a table, key frame by key frame: who stands where and does what.
struct KeyFramePeople {
  struct Person {
    let box: UnitBox
    /// What a detected person most probably does; all that a person of the ground truth does.
    var actions: [Int]
    var score: Double
  }

  let index: FrameIndex
  /// The people of each key frame of `index`.
  private(set) var people: [[Person]]

  /// Takes every `step`-th key frame of detections, and the best scored boxes of each wherever they stand.
  init(_ table: DetectionTable, everyFrame step: Int = 1, limit: Int) {
    index = table.frameIndex
    people = Array(repeating: [], count: index.frames.count)
    for row in 0..<table.count {
      let frame = Int(table.frames[row])
      if frame % step != 0 { continue }
      let (box, score) = (table.box(ofRow: row), table.scores[row])
      if let place = people[frame].firstIndex(where: { $0.box == box }) {
        if score > people[frame][place].score {
          people[frame][place].actions[0] = Int(table.actionIDs[row])
          people[frame][place].score = score
        }
      } else if people[frame].count < limit {
        people[frame].append(Person(box: box, actions: [Int(table.actionIDs[row])], score: score))
      } else if let least = people[frame].indices.min(by: { people[frame][$0].score < people[frame][$1].score }),
        people[frame][least].score < score
      {
        people[frame][least] = Person(box: box, actions: [Int(table.actionIDs[row])], score: score)
      }
    }
  }

  /// Takes every `step`-th key frame of ground truth, and `limit` boxes of each at most.
  init(_ table: GroundTruthTable, everyFrame step: Int = 1, limit: Int = .max) {
    index = table.frameIndex
    people = Array(repeating: [], count: index.frames.count)
    for row in 0..<table.count {
      let frame = Int(table.frames[row])
      if frame % step != 0 { continue }
      let (box, action) = (table.boxes[row], Int(table.actionIDs[row]))
      if let place = people[frame].firstIndex(where: { $0.box == box }) {
        people[frame][place].actions.append(action)
      } else if people[frame].count < limit {
        people[frame].append(Person(box: box, actions: [action], score: 1))
      }
    }
  }
}
