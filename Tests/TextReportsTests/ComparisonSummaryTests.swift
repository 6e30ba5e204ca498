import AVAEval
import JSON
import Statistics
import TestSupport
import Testing
import TextReports

@Suite struct ComparisonSummaryTests {
  private func summary(shift: Double) throws -> ComparisonSummary {
    let (a, b) = (try Situation().matched(), try Situation(shift: shift).matched())
    return ComparisonSummary(a: "a.csv", b: "b.csv", comparisons: [compare(a, b, Resampling(count: 20))])
  }

  /// In B the hit of class 1 stands before both misses: AP 1/2 instead of 1/6.
  @Test func text() throws {
    let text = try summary(shift: 0.12).text
    #expect(text.hasPrefix("A: a.csv\nB: b.csv\n\n                            A       B   B - A "))
    #expect(text.contains("\nofficial mAP           0.3333  0.5000  0.1667 "))
    #expect(
      text.contains(
        "\nid  class  truth       A       B   B - A  low  high  share\n 1  stand      2  0.1667  0.5000  0.3333    -")
    )
    #expect(text.contains("low to high: where B - A lies in 95 % of 20 resamples of 2 videos (seed 1); share: near 0"))
    #expect(text.contains("\nkey frames that differ most: their parts of 1 - mAP\nkey frame "))
  }

  @Test func json() throws {
    let text = try summary(shift: 0.12).json
    #expect(text.hasPrefix("{\n  \"official\": {\"mAP\": {\"a\": 0.3333333333333333, \"b\": 0.5, \"difference\": "))
    let json = try JSONReader.read(Array(text.utf8))["official"]
    #expect(json?["ap"]?["1"]?["b"] == JSONValue(0.5) && json?["ap"]?["70"]?["a"] == .null)
    #expect(json?["frames"]?.values.allSatisfy { $0["video"] != nil && $0["classes"]?["1"] != nil } == true)
    #expect(json?["resamples"] == JSONValue(20) && json?["videos"] == JSONValue(2))
  }

  @Test func csv() throws {
    let lines = try summary(shift: 0).csv.split(separator: "\n")
    #expect(lines.first == "protocol,id,class,truth,ap a,ap b,difference,low,high,share")
    // Its ground truth lies in one video: others would say nothing of it.
    #expect(lines.contains("official,20,\"read\",2,0.5,0.5,0.0,,,"))
    #expect(lines.last == "official,,mAP,4,0.3333333333333333,0.3333333333333333,0.0,0.0,0.0,1.0")
    #expect(lines.contains("official,70,\"talk to\",0,,,,,,"))
  }

  @Test func markdown() throws {
    let text = try summary(shift: 0).markdown
    #expect(text.hasPrefix("A: `a.csv`, B: `b.csv`; low to high: where B - A lies in 95 % of 20 resamples"))
    #expect(text.contains("\n| official mAP | 0.3333 | 0.3333 | 0.0000 | 0.0000 | 0.0000 | 1.0000 |\n"))
    // No key frame differs: no table of them.
    #expect(!text.contains("key frame"))
  }
}
