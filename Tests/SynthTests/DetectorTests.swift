import AVARecords
import Geometry
import Synth
import Testing

/// The rows of a data set that is large enough for statistics.
private let rows: (truth: [[Substring]], proposals: [[Substring]]) = {
  // swift-format-ignore: NeverUseForceTry
  let set = try! SynthDataSet(seed: 5, split: .train, videos: 60, seconds: 20)
  let all = set.annotations()
  return (table(all.truth), table(all.proposals))
}()

private func table(_ text: String) -> [[Substring]] {
  text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
}

private func box(_ row: [Substring]) -> UnitBox {
  UnitBox(x1: Double(row[2])!, y1: Double(row[3])!, x2: Double(row[4])!, y2: Double(row[5])!)
}

private func frame(_ row: [Substring]) -> String { "\(row[0]),\(row[1])" }

/// What belongs to one box: rows with the same frame and coordinates.
private func grouped(_ rows: [[Substring]]) -> [(frame: String, box: UnitBox, rows: [[Substring]])] {
  Dictionary(grouping: rows) { $0[0...5].joined(separator: ",") }.values.map { (frame($0[0]), box($0[0]), $0) }
}

@Suite struct DetectorTests {
  @Test func noClassIsRare() {
    let counts = Dictionary(grouping: rows.truth) { Int($0[6])! }.mapValues(\.count)
    #expect(Set(counts.keys) == Set(activityClassNames.map(\.id)))
    let standing = counts[12]!
    let others = counts.filter { $0.key != 12 }.values
    // Standing is also the pose of all who wave and clap, and of all who hold a pose of what moves.
    #expect(others.max()! <= 5 * others.min()!, "\(counts)")
    #expect(standing <= 14 * others.min()! && standing > counts[67]! + counts[69]!, "\(counts)")
  }

  @Test func aFewPeopleAreMissedAndFewBoxesAreWrong() {
    let people = Dictionary(grouping: grouped(rows.truth), by: \.frame)
    let proposals = Dictionary(grouping: grouped(rows.proposals).filter { Double($0.rows[0][7])! >= 0.8 }, by: \.frame)
    var (count, found, reported, right) = (0, 0, 0, 0)
    for (frame, persons) in people {
      count += persons.count
      found +=
        persons.filter { person in
          proposals[frame, default: []].contains { intersectionOverUnion($0.box, person.box) >= 0.5 }
        }.count
    }
    for (frame, boxes) in proposals {
      reported += boxes.count
      right +=
        boxes.filter { box in
          people[frame, default: []].contains { intersectionOverUnion($0.box, box.box) >= 0.5 }
        }.count
    }
    let (recall, precision) = (Double(found) / Double(count), Double(right) / Double(reported))
    #expect(recall > 0.93 && recall < 0.975, "\(recall)")
    #expect(precision > 0.97 && precision < 0.998, "\(precision)")
  }

  @Test func trainingProposalsHaveTheLabelsOfWhomTheyShow() {
    let people = Dictionary(grouping: grouped(rows.truth), by: \.frame)
    var (labelled, unlabelled) = (0, 0)
    for proposal in grouped(rows.proposals) {
      let labels = proposal.rows.map { String($0[6]) }
      let near = people[proposal.frame, default: []].filter { intersectionOverUnion($0.box, proposal.box) >= 0.76 }
      let far = people[proposal.frame, default: []].allSatisfy { intersectionOverUnion($0.box, proposal.box) < 0.74 }
      if near.count == 1 {
        labelled += 1
        #expect(Set(labels) == Set(near[0].rows.map { String($0[6]) }))
      }
      if far {
        unlabelled += 1
        #expect(labels == [""])
      }
    }
    #expect(labelled > 1000 && unlabelled > 50)
  }

  @Test func testProposalsHaveNoLabels() throws {
    let all = try SynthDataSet(seed: 5, videos: 2).annotations()
    #expect(table(all.proposals).allSatisfy { $0.count == 8 && $0[6].isEmpty })
  }
}
