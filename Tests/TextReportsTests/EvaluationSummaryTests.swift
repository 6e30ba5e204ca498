import AVAEval
import JSON
import Statistics
import TestSupport
import Testing
import TextReports

@Suite struct EvaluationSummaryTests {
  private func summary(
    _ situation: Situation = Situation(), isExplained: Bool = false, resamples: Int? = nil
  ) throws -> EvaluationSummary {
    let (tables, outcomes) = try situation.matched()
    return EvaluationSummary(
      tables, [evaluate(outcomes)],
      resamples.map { [bootstrap(tables, outcomes, Resampling(count: $0))] },
      explanations: isExplained ? [explain(tables, outcomes)] : [])
  }

  @Test func text() throws {
    let expected = """
      average precision by class at IoU 0.5
      id  class                truth  detections  official
       1  stand                    2           3    0.1667
      20  read                     2           1    0.5000
          person_movement                           0.1667
          object_manipulation                       0.5000
          mAP                                       0.3333
      1 class without ground truth is not listed

      official: mAP 0.3333; \(EvaluationRules.official.summary)

      """
    #expect(difference(try summary().text, expected) == nil)
  }

  @Test func json() throws {
    let expected = """
      {
        "official": {"mAP": 0.3333333333333333, "mAP_interval": [0.3333333333333333, 0.3333333333333333], \
      "ap": {"1": 0.16666666666666666, "20": 0.5, "70": null}, \
      "ap_interval": {"1": [0.16666666666666666, 0.16666666666666666], "20": [0.5, 0.5], "70": null}}
      }

      """
    #expect(difference(try summary().json, expected) == nil)
  }

  /// What is added comes after, in a fixed order, and everything stays JSON.
  @Test func explainedJSON() throws {
    let json = try JSONReader.read(Array(try summary(isExplained: true, resamples: 20).json.utf8))
    guard case .object(let members)? = json["official"] else { throw NoObject() }
    #expect(members.map(\.name) == ["mAP", "mAP_interval", "ap", "ap_interval", "explanation", "bootstrap"])
    let explanation = json["official"]?["explanation"]
    #expect(explanation?["classes"]?["1"]?["name"] == "stand")
    #expect(explanation?["classes"]?["1"]?["truth"] == JSONValue(2))
    // Of two people of class 1 one is found at all.
    #expect(explanation?["classes"]?["1"]?["ceiling"] == JSONValue(0.5))
    #expect(explanation?["classes"]?["70"]?["best_f1"] == .null)
    #expect(explanation?["videos"]?.values.map { $0["name"] } == ["v", "w"])
    let missed = explanation?["worst_frames"]?.values.flatMap { $0["unfound"]?.values ?? [] } ?? []
    #expect(missed.count == 2 && missed.allSatisfy { $0["box"]?.values.count == 4 })
    #expect(json["official"]?["bootstrap"]?["resamples"] == JSONValue(20))
  }

  @Test func explainedText() throws {
    let text = try summary(isExplained: true, resamples: 20).text
    #expect(text.hasPrefix(try summary().text))
    #expect(text.contains("\nwhere 95 % of 20 resamples of 2 videos lie (seed 1)\nid  class "))
    #expect(text.contains("\nwhat is behind the official mAP (--protocol explains another)\nmAP 0.3333; with the same"))
    #expect(text.contains("\n1 - mAP                                   0.6667\n"))
    #expect(text.contains("\nby class; the best F1 and the score to cut at for it\nid  class  truth      AP  ceiling"))
  }

  @Test func markdown() throws {
    let expected = """
      | id | class | truth | official |
      |--:|---|--:|--:|
      | 1 | a\\|b \\*c\\* | 2 | 0.1667 |
      | 20 | read | 2 | 0.5000 |
      | 70 | talk to | 0 | - |
      | | person_movement | | 0.1667 |
      | | object_manipulation | | 0.5000 |
      | | person_interaction | | - |
      | | **mAP** | | **0.3333** |
      | | by the order of equal scores | | 0.3333 to 0.3333 |

      """
    #expect(difference(try summary(Situation(name: "a|b *c*")).markdown, expected) == nil)
    #expect(try summary(resamples: 20).markdown.contains("\n| | by other videos (95 % of 20 resamples) | | 0."))
  }

  @Test func csv() throws {
    let expected = """
      protocol,id,class,truth,detections,true positives,ap,ap worst tie order,ap best tie order
      official,1,"a ""b"", c",2,3,1,0.16666666666666666,0.16666666666666666,0.16666666666666666
      official,20,"read",2,1,1,0.5,0.5,0.5
      official,70,"talk to",0,0,0,,,
      official,,mAP,4,4,2,0.3333333333333333,0.3333333333333333,0.3333333333333333

      """
    #expect(difference(try summary(Situation(name: "a \"b\", c")).csv, expected) == nil)
    #expect(
      try summary(resamples: 20).csv.hasPrefix("protocol,id,")
        && summary(resamples: 20).csv.contains(",ap bootstrap low,"))
  }

  @Test func nothingEvaluated() throws {
    let (tables, _) = try Situation().matched()
    let summary = EvaluationSummary(tables, [], nil)
    #expect(summary.text == "" && summary.markdown == "" && summary.json == "{}\n")
  }
}

private struct NoObject: Error {}
