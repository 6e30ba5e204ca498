import Geometry
import JSON
import Testing
import TextReports
import VideoEval

/// Video mAP as text and in other forms.
@Suite struct TubeSummaryTests {
  private func tube(_ action: Int, _ x: Double, score: Double = 1, first: Int = 0, frames: Int = 11) -> ActionTube {
    ActionTube(
      video: "v", action: action, score: score, firstFrame: first,
      boxes: Array(repeating: PixelBox(x1: x, y1: 0, x2: x + 10, y2: 10), count: frames))
  }

  /// Class 1: one of two found. Class 2: found, but half of its time: IoU 0.5 by MultiSports' count of frames.
  private func summary(_ conventions: [TubeConvention] = TubeConvention.allCases, leavingOut: Set<Int> = [])
    -> TubeSummary
  {
    TubeSummary(
      truth: [tube(1, 0), tube(1, 100), tube(2, 0)],
      [tube(1, 0, score: 0.9), tube(2, 0, score: 0.8, frames: 6)], by: conventions, leavingOut: leavingOut
    ) { $0 == 1 ? "run, fast" : nil }
  }

  @Test func textByHand() {
    let text = summary([.multisports]).text
    #expect(
      text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") } == [
        "2 detected tubes, 3 true ones", "video mAP, MultiSports %", "IoU 0.2 75.00", "IoU 0.5 75.00", "IoU 0.75 25.00",
        // Class 2 is found at 0.5 and below alone.
        "IoU 0.05:0.45 75.00", "IoU 0.1:0.9 52.78", "IoU 0.5:0.95 30.00",
        "class true tubes detected AP at 0.2 % AP at 0.5 % AP at 0.75 %", "run, fast 2 1 50.00 50.00 50.00",
        "2 1 1 100.00 100.00 0.00",
      ], "\(text)")
    // 6 of 11 frames by UCF101-24's count.
    #expect(summary([.ucf24]).text.contains("IoU 0.5 "))
    #expect(!summary(leavingOut: [2]).text.contains("\n2 "))
  }

  private func number(_ value: JSONValue?) -> Double? {
    if case .number(let number)? = value { number.double } else { nil }
  }

  @Test func otherForms() throws {
    let both = summary()
    let rows = both.csv.split(separator: "\n")
    #expect(rows.count == 5 && rows[0] == "rules,class,name,truth,detections,ap_0.2,ap_0.5,ap_0.75")
    #expect(
      rows[1] == "multisports,1,\"run, fast\",2,1,0.5,0.5,0.5" && rows[4].hasPrefix("ucf24,2,\"2\",1,1,1.0,1.0,0"))
    let json = try JSONReader.read(Array(both.json.utf8))
    let map = json["rules"]?["multisports"]?["map"]
    #expect(number(map?["0.2"]) == 0.75 && number(map?["0.5:0.95"]) == 0.3)
    #expect(number(json["truth"]) == 3 && json["rules"]?["ucf24"]?["classes"]?.values.count == 2)
    #expect(both.markdown.contains("| IoU 0.2 | 75.00 |") && both.markdown.contains("UCF101-24, J-HMDB"))
  }
}
