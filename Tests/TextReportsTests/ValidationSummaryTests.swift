import AVAEval
import TestSupport
import Testing
import TextReports

@Suite struct ValidationSummaryTests {
  private let findings = [
    Finding(
      .missingScores, isFault: true, count: 2, "2 rows without \"score\"", examples: ["line 3"], hint: "give one"),
    Finding(.keyFramesOnly, isFault: false, count: 1, "1 row names a key frame", hint: "none"),
  ]

  private func summary(_ findings: [Finding], copy: [Finding]? = nil) -> ValidationSummary {
    var summary = ValidationSummary(file: "f.csv", rows: 3, keyFrames: 2, videos: 1, findings: findings)
    summary.copy = copy.map { .init(file: "c.csv", rows: 1, changes: ["2 rows left out"], findings: $0) }
    return summary
  }

  @Test func text() {
    #expect(summary([]).text == "f.csv: 3 rows, 2 key frames, 1 video; nothing to complain about\n")
    let expected = """
      f.csv: 3 rows, 2 key frames, 1 video; 1 mistake, 1 notice
      mistake: 2 rows without "score", such as line 3 -> give one
      notice: 1 row names a key frame -> none
      c.csv: 1 row written
        2 rows left out
      still wrong in the copy:
      mistake: 2 rows without "score", such as line 3 -> give one

      """
    #expect(difference(summary(findings, copy: findings).text, expected) == nil)
    #expect(
      summary(findings, copy: []).text.hasSuffix("the copy was checked like the file: nothing to complain about\n"))
  }

  @Test func json() {
    let expected = """
      {
        "file": "f.csv",
        "rows": 3,
        "key_frames": 2,
        "videos": 1,
        "wrong": false,
        "findings": [
        {"kind": "missing_scores", "wrong": true, "count": 2, "text": "2 rows without \\"score\\"", \
      "examples": ["line 3"], "hint": "give one"},
        {"kind": "key_frames_only", "wrong": false, "count": 1, "text": "1 row names a key frame", \
      "examples": [], "hint": "none"}
      ],
        "copy": {"file": "c.csv", "rows": 1, "changes": ["2 rows left out"], "findings": []}
      }

      """
    #expect(difference(summary(findings, copy: []).json, expected) == nil)
  }

  /// The copy counts where there is one.
  @Test func faults() {
    #expect(summary(findings).hasFaults && !summary([]).hasFaults && !summary([findings[1]]).hasFaults)
    #expect(!summary(findings, copy: []).hasFaults && summary([], copy: findings).hasFaults)
  }
}
