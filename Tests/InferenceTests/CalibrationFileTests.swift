import Files
import Inference
import NN
import TestSupport
import Testing

@Suite struct CalibrationFileTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/w.pyth.int8.json" }

  private let calibration = Calibration(
    ranges: [
      Calibration.Range(operation: "conv 3->2 1x1x1 + relu", largest: [1.5, 0], means: [0.25, 0]),
      Calibration.Range(operation: "conv 2->1 \"1x1x1\"", largest: [1e-8], means: [-1e-9]),
    ], weightsMark: "abc")

  @Test("what is written is read again")
  func roundTrip() throws {
    defer { folder.remove() }
    try CalibrationFile(calibration, clips: 3).write(to: path)
    let read = try CalibrationFile(path: path)
    #expect(read.calibration == calibration && read.clips == 3)
    #expect(CalibrationFile.path(beside: "w.pyth") == "w.pyth.int8.json")
  }

  @Test(
    "what is no calibration is refused, with what is wrong with it",
    arguments: [
      ("", "line 1"), ("{\"format\": \"other\"}", "\"format\""),
      ("{\"format\": \"slowfast int8 calibration\", \"version\": 2}", "\"version\" is not 1"),
      ("{\"format\": \"slowfast int8 calibration\", \"version\": 1}", "no \"weights\""),
      ("{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\"}", "no list \"layers\""),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{}]}",
        "layer 1 has no \"operation\""
      ),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{\"operation\": \"c\", "
          + "\"largest\": [1, -2], \"means\": [0, 0]}]}", "\"largest\" of layer 1 has -2"
      ),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{\"operation\": \"c\", "
          + "\"largest\": [1e99], \"means\": [0]}]}", "\"largest\" of layer 1 has 1e99"
      ),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{\"operation\": \"c\", "
          + "\"largest\": [1, 2], \"means\": [0]}]}", "2 numbers in \"largest\" and 1 in \"means\""
      ),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{\"operation\": \"c\", "
          + "\"largest\": [1, 2], \"means\": [0, -4.5]}]}",
        "channel 1 of layer 1 has the mean -4.5 and the largest number 2.0"
      ),
      (
        "{\"format\": \"slowfast int8 calibration\", \"version\": 1, \"weights\": \"a\", \"layers\": [{\"operation\": \"c\", "
          + "\"largest\": [0, 0], \"means\": [0, 0]}]}", "all of its numbers are 0"
      ),
    ])
  func refuses(text: String, words: String) throws {
    defer { folder.remove() }
    try writeFile(path, text)
    let error = #expect(throws: CalibrationFileError.self) { try CalibrationFile(path: path) }
    let found = error.map { "\($0)" } ?? ""
    #expect(found.contains(words) && found.contains(path) && found.contains("slowfast calibrate"), "\(found)")
  }
}
