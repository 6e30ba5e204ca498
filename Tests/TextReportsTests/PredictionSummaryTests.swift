import ClassificationEval
import JSON
import Statistics
import TestSupport
import TextReports
import Testing

@Suite struct PredictionSummaryTests {
  private let names = ["run", "jump, high", "sit"]

  /// Four videos with a class and one without; the second is taken for class 2, the last for class 0.
  private func summary(named: Bool = true, _ resampling: Resampling? = nil) throws -> PredictionSummary {
    let predictions = Predictions(
      path: "p.npz", names: ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"],
      scores: [[8, 1, 1], [1, 3, 6], [2, 6, 2], [5, 1, 4], [1, 1, 1]], labels: [[0], [1], [1], [2], nil],
      isMultiLabel: false)
    return PredictionSummary(
      try PredictionEvaluation(predictions, resampling), names: named ? names : [],
      groups: [ClassGroup(name: "on foot", labels: [0, 1])])
  }

  @Test func text() throws {
    let expected = """
      4 videos             %
      top-1 accuracy   50.00
      top-5 accuracy  100.00
      mean of the classes' own accuracies: 50.00 %
      confidence and accuracy differ by 0.2250 in the mean
      1 video without a known class left out

      groups of classes
      group    classes  videos  top-1 %  within the group %
      on foot        2       3    66.67               66.67

      classes
      class       videos  top-1 %  top-5 %
      run              1   100.00   100.00
      jump, high       2    50.00   100.00
      sit              1     0.00   100.00

      """
    let text = try summary().text
    #expect(difference(String(text.prefix(expected.count)), expected) == nil)
    for part in ["jump, high  sit", "b.mp4  jump, high      2  3.0000  sit           6.0000"] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(try summary(Resampling(count: 20, confidence: 0.9)).text.hasPrefix("4 videos             %  90 % of 20"))
  }

  @Test func csv() throws {
    let rows = "0,\"run\",1,1.0,1.0\n1,\"jump, high\",2,0.5,1.0\n2,\"sit\",1,0.0,1.0\n"
    #expect(try summary().csv == "class,name,videos,top1,top5\n" + rows)
    #expect(try summary(named: false).csv.contains("\n1,\"1\",2,0.5,1.0\n"))
  }

  @Test func json() throws {
    let json = try JSONReader.read(Array(summary(Resampling(count: 20, seed: 4)).json.utf8))
    #expect(json["predictions"]?.text == "\"p.npz\"" && json["videos"]?.text == "4")
    #expect(json["without_label"]?.text == "1")
    #expect(json["bootstrap"]?.text == "{\"resamples\": 20, \"seed\": 4, \"confidence\": 0.95}")
    #expect(json["top1"]?["value"]?.text == "0.5" && json["top1"]?["interval"]?.values.count == 2)
    #expect(json["groups"]?.values.count == 1 && json["worst"]?.values.count == 2)
    #expect(try JSONReader.read(Array(summary().json.utf8))["top1"]?["interval"]?.text == "null")
  }

  @Test func markdown() throws {
    let text = try summary().markdown
    #expect(text.hasPrefix("| 4 videos | % |\n|---|--:|\n| top-1 accuracy | 50.00 |\n"), "\(text)")
    #expect(text.contains("- mean of the classes' own accuracies: 50.00 %\n") && text.contains("\n## worst videos\n"))
  }

  /// Of several classes a video there is an mAP, and nothing of confusions.
  @Test func severalClasses() throws {
    let predictions = Predictions(
      path: "", names: ["a", "b"], scores: [[2, 1], [1, 2]], labels: [[0, 1], [1]], isMultiLabel: true)
    let summary = PredictionSummary(try PredictionEvaluation(predictions))
    #expect(summary.csv == "class,name,videos,ap\n0,\"0\",1,1.0\n1,\"1\",2,1.0\n")
    #expect(summary.text.contains("\nmAP       100.00\n") && !summary.text.contains("confus"), "\(summary.text)")
  }
}
