internal import Geometry
internal import Wording

/// The rows that describe videos in AVA's form.
public struct Annotations: Hashable, Sendable {
  /// Of the frame list, without its first line.
  public var frames = ""
  public var truth = ""
  public var proposals = ""
  public var exclusions = ""

  /// The least overlap of a training proposal with the person whose labels it gets.
  static let sameBox = 0.75

  mutating func append(_ other: Annotations) {
    frames += other.frames
    truth += other.truth
    proposals += other.proposals
    exclusions += other.exclusions
  }

  mutating func addFrame(_ shot: Shot, _ frame: Int) {
    frames += "\(shot.name) \(shot.index) \(frame) \(shot.name)/\(shot.fileName(frame)) \"\"\n"
  }

  /// Adds a key frame's people and what the detector makes of them.
  mutating func addKeyFrame(_ shot: Shot, second: Int, split: Split, _ detector: inout Detector) {
    let frame = "\(shot.name),\(padded(second, 4))"
    let sightings = shot.world.sightings(at: Double(second - SynthDataSet.firstSecond))
    let people = sightings.filter(\.isLabelled)
    for person in people {
      for id in person.activity.classIDs { truth += "\(frame),\(written(person.box)),\(id),\(person.id)\n" }
    }
    for proposal in detector.propose(sightings) {
      let labels = split == .train ? labels(of: proposal.box, people).map(String.init) : []
      for label in labels.isEmpty ? [""] : labels {
        proposals += "\(frame),\(written(proposal.box)),\(label),\(fixed(proposal.score, 6))\n"
      }
    }
  }

  /// The labels of the person whom a box overlaps most, if enough.
  private func labels(of box: UnitBox, _ people: [World.VisiblePerson]) -> [Int] {
    let best = people.max { intersectionOverUnion(box, $0.box) < intersectionOverUnion(box, $1.box) }
    guard let best, intersectionOverUnion(box, best.box) >= Annotations.sameBox else { return [] }
    return best.activity.classIDs
  }

  private func written(_ box: UnitBox) -> String {
    [box.x1, box.y1, box.x2, box.y2].map { fixed($0, 3) }.joined(separator: ",")
  }
}

/// A number with leading zeros.
func padded(_ value: Int, _ digits: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
