import AVAEval
import AVARecords
import Geometry
import Tensors
import Testing

struct BoxEvaluationTests {
  private typealias Box = BoxEvaluation.Box

  private func frame(_ second: Int, _ video: String = "v") -> KeyFrame {
    KeyFrame(video: video, time: Timestamp(second: second))
  }

  private func square(_ x: Double, _ side: Double = 0.2) -> UnitBox { UnitBox(x1: x, y1: 0.2, x2: x + side, y2: 0.4) }

  /// Three people in two frames. By falling scores: hit, miss (the person is taken), hit, miss (nobody there); one person
  /// is never found. Precisions 1, 1/2, 2/3, 2/4 at recalls 1/3, 1/3, 2/3, 2/3; made non-increasing: 1, 2/3, 2/3, 1/2. Of
  /// the recalls 0, 0.01 ... 1 the first 34 are reached at precision 1, those up to 0.66 at 2/3: (34 + 33 * 2/3) / 101.
  @Test func computedByHand() {
    let people = [frame(1): [square(0.1), square(0.6)], frame(2): [square(0.3)], frame(3): []]
    let boxes = [
      frame(1): [Box(square(0.11), score: 0.9), Box(square(0.1), score: 0.8)],
      frame(2): [Box(square(0.32), score: 0.7)],
      frame(3): [Box(square(0.5), score: 0.6)],
      frame(9): [Box(square(0.5), score: 1)],
    ]
    let found = BoxEvaluation(boxes, people: people)
    #expect(abs((found.averagePrecision ?? 0) - (34 + 33 * 2.0 / 3) / 101) < 1e-12)
    #expect(
      (found.keyFrames, found.people, found.boxes, found.elsewhere) == (3, 3, 4, 1))
    let point = found.point(scoreThreshold: 0.7)
    #expect((point.boxes, point.hits) == (3, 2))
    #expect(point.precision == 2.0 / 3 && point.recall == 2.0 / 3)
    #expect(found.point(scoreThreshold: 0.95).precision == nil)
  }

  /// A box at the threshold counts; a box takes the person that it overlaps most.
  @Test func overlaps() {
    // Sides that binary numbers have exactly.
    let half = UnitBox(x1: 0.125, y1: 0.25, x2: 0.25, y2: 0.375)
    let people = [frame(1): [UnitBox(x1: 0.125, y1: 0.25, x2: 0.25, y2: 0.5)]]
    #expect(BoxEvaluation([frame(1): [Box(half, score: 1)]], people: people).averagePrecision == 1)
    #expect(BoxEvaluation([frame(1): [Box(half, score: 1)]], people: people, overlap: 0.51).averagePrecision == 0)
    let two = [frame(1): [square(0.1), square(0.14)]]
    let boxes = [frame(1): [Box(square(0.13), score: 0.9), Box(square(0.1), score: 0.8)]]
    #expect(BoxEvaluation(boxes, people: two).point(scoreThreshold: 0).hits == 2)
  }

  /// Formulated anew: for each recall the best precision of any prefix that reaches it, prefixes matched from the start.
  @Test func agreesWithPrefixes() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      var (people, boxes): ([KeyFrame: [UnitBox]], [KeyFrame: [Box]]) = ([:], [:])
      for second in 0..<6 {
        people[frame(second)] = (0..<Int.random(in: 0...3, using: &random)).map { _ in
          square(Double.random(in: 0...0.7, using: &random))
        }
        boxes[frame(second)] = (0..<Int.random(in: 0...4, using: &random)).map { _ in
          Box(square(Double.random(in: 0...0.7, using: &random)), score: Double.random(in: 0...1, using: &random))
        }
      }
      let found = BoxEvaluation(boxes, people: people)
      let total = people.values.reduce(0) { $0 + $1.count }
      guard total > 0 else { continue }
      let scores = boxes.values.flatMap { $0.map(\.score) }.sorted(by: >)
      let points = scores.map { score -> (recall: Double, precision: Double) in
        let own = boxes.mapValues { $0.filter { $0.score >= score } }
        let point = BoxEvaluation(own, people: people).point(scoreThreshold: 0)
        return (point.recall ?? 0, point.precision ?? 0)
      }
      var sum = 0.0
      for step in 0...100 {
        let recall = step == 100 ? 1 : Double(step) * 0.01
        sum += points.filter { $0.recall >= recall }.map(\.precision).max() ?? 0
      }
      let mean = sum / 101
      #expect(abs((found.averagePrecision ?? 0) - mean) < 1e-12)
      // The order of the scores is all that counts.
      let squared = boxes.mapValues { $0.map { Box($0.box, score: $0.score * $0.score) } }
      #expect(BoxEvaluation(squared, people: people).averagePrecision == found.averagePrecision)
    }
  }

  @Test func degenerate() {
    let nobody = BoxEvaluation([frame(1): [Box(square(0.1), score: 1)]], people: [frame(1): []])
    #expect(nobody.averagePrecision == nil && nobody.point(scoreThreshold: 0).recall == nil)
    let blind = BoxEvaluation([:], people: [frame(1): [square(0.1)]])
    #expect(blind.averagePrecision == 0 && blind.point(scoreThreshold: 0).recall == 0)
    // COCO looks at the best hundred of a picture.
    let many = (0..<150).map { Box(square(0.7), score: 1 - Double($0) / 1000) } + [Box(square(0.1), score: 0.1)]
    #expect(BoxEvaluation([frame(1): many], people: [frame(1): [square(0.1)]]).averagePrecision == 0)
  }

  /// A person with several actions is one; excluded key frames do not count.
  @Test func peopleOfAGroundTruth() throws {
    var truth = GroundTruthTable()
    truth.append(video: "v", second: 902, box: square(0.1), actionID: 1)
    truth.append(video: "v", second: 902, box: square(0.1), actionID: 12)
    truth.append(video: "v", second: 903, box: square(0.6), actionID: 1)
    truth.list(video: "v", time: Timestamp(second: 904))
    var excluded = ExcludedTimestamps()
    excluded.insert(video: "v", time: Timestamp(second: 903))
    let proposals = ProposalList(
      [
        .init(
          "v",
          keyFrames: [902, 903, 904, 905].map {
            .init(time: Timestamp(second: $0), boxes: [square(0.1)], scores: [0.5])
          })
      ], summary: .init(), keyFramesBelowThreshold: [])
    let all = BoxEvaluation(proposals, truth)
    #expect((all.keyFrames, all.people, all.boxes, all.elsewhere) == (3, 2, 3, 1))
    #expect(all.point(scoreThreshold: 0).hits == 1)
    let own = BoxEvaluation(proposals, truth, excluded: excluded)
    #expect((own.keyFrames, own.people, own.boxes, own.elsewhere) == (2, 1, 2, 1))
  }
}
