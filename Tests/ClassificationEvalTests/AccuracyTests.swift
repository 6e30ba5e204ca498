import ClassificationEval
import Testing

@Suite struct AccuracyTests {
  /// Ties go to the lower class; the fifth place counts for top-5, the sixth does not.
  @Test func accuracy() {
    var accuracy = Accuracy(clips: 1)
    accuracy.add([0.5, 0.5, 0, 0, 0, 0], label: 0)
    accuracy.add([0.5, 0.5, 0, 0, 0, 0], label: 1)
    accuracy.add([6, 5, 4, 3, 2, 1], label: 4)
    accuracy.add([6, 5, 4, 3, 2, 1], label: 5)
    #expect(accuracy.videos == 4 && accuracy.top1 == 25 && accuracy.top5 == 75)
  }

  /// Another formulation: the place among the classes sorted by score, of equal scores the lower class first.
  @Test func independently() {
    for shift in 0..<30 {
      let scores = (0..<12).map { Float(($0 * 7 + shift * 5) % 9) }
      let sorted = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      for label in scores.indices {
        var accuracy = Accuracy(clips: 1)
        accuracy.add(scores, label: label)
        #expect(accuracy.top1 == (sorted.prefix(1).contains(label) ? 100 : 0), "shift \(shift), class \(label)")
        #expect(accuracy.top5 == (sorted.prefix(5).contains(label) ? 100 : 0), "shift \(shift), class \(label)")
      }
    }
  }

  /// Nothing seen, and fewer classes than five.
  @Test func degenerate() {
    var accuracy = Accuracy(clips: 3)
    #expect(accuracy.clips == 3 && accuracy.videos == 0 && accuracy.top1 == 0 && accuracy.top5 == 0)
    accuracy.add([1, 2], label: 0)
    #expect(accuracy.top1 == 0 && accuracy.top5 == 100)
  }
}
