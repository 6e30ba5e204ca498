import Configuration
import TestSupport
import Testing

/// What a message says to write instead: what was meant where that can be told, and never the default as if it were it.
@Suite struct RemedyTests {
  private static let lists = "AVA.TEST_PREDICT_BOX_LISTS"

  @Test(
    "Overrides",
    arguments: [
      ([lists, "[proposals.csv]"], "write \(lists) \"['proposals.csv']\""),
      ([lists, "[a.csv,b.csv]"], "write \(lists) \"['a.csv', 'b.csv']\""),
      ([lists, "[ 'a.csv, b.csv ]"], "write \(lists) \"['a.csv', 'b.csv']\""),
      ([lists, "a.csv"], "write \(lists) \"['a.csv']\""),
      (["AVA.DETECTION_SCORE_THRESH", "0,8"], "write AVA.DETECTION_SCORE_THRESH 0.8"),
      (["MODEL.NUM_CLASSES", "080"], "write MODEL.NUM_CLASSES 80"),
      (["RNG_SEED", "-07"], "write RNG_SEED -7"),
      (["AVA.DETECTION_SCORE_THRESH", "12.5 %"], "write AVA.DETECTION_SCORE_THRESH 0.125"),
    ])
  func overrides(pair: [String], text: String) throws {
    let message = failure(slow, pair)
    #expect(message.hasSuffix("-> " + text), "\(message)")
    // Followed, as a shell passes it on, it works.
    let advice = text.split(separator: " ", maxSplits: 2)[2]
    _ = try load(slow, [pair[0], advice.hasPrefix("\"") ? String(advice.dropFirst().dropLast()) : String(advice)])
  }

  @Test(
    "Files",
    arguments: [
      ("AVA:\n  DETECTION_SCORE_THRESH: 0,8\n", "-> write DETECTION_SCORE_THRESH: 0.8"),
      ("AVA:\n  TEST_LISTS: val.csv\n", "-> write TEST_LISTS: ['val.csv']"),
      ("DATA:\n  NUM_FRAMES: 080\n", "-> write NUM_FRAMES: 80"),
      ("DATA:\n  NUM_FRAMES: many\n", "-> give an int; the default is 8"),
      ("DATA:\n  MEAN: 0.45\n", "-> give a list of numbers; the default is [0.45, 0.45, 0.45]"),
      ("AVA:\n  DETECTION_SCORE_THRESH: 80%\n", "-> write DETECTION_SCORE_THRESH: 0.8"),
      ("AVA:\n  DETECTION_SCORE_THRESH: 1,2,3\n", "-> give a number; the default is 0.9"),
    ])
  func files(yaml: String, text: String) {
    #expect(failure(slow + yaml).hasSuffix(text), "\(failure(slow + yaml))")
  }
}
