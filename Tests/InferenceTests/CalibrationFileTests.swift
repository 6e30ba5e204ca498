import Files
import Foundation
import Inference
import Kernels
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

  private let difference = CalibrationFile.Difference(mean: 0.0125, largest: 0.75, of: .otherVideos)

  @Test("what is written is read again")
  func roundTrip() throws {
    defer { folder.remove() }
    for pixels in [nil, PixelScale(step: 0.0174, zero: 114.75)] {
      let file = CalibrationFile(calibration, clips: 3, difference: difference, pixels: pixels)
      try file.write(to: path)
      #expect(try CalibrationFile(path: path) == file)
    }
    #expect(CalibrationFile.path(beside: "w.pyth") == "w.pyth.int8.json")
  }

  @Test("scores that are others are said to be")
  func largeDifferences() {
    typealias Difference = CalibrationFile.Difference
    for (mean, largest, isLarge) in [
      (0.004, 0.07, false), (0.0015, 0.31, false), (0.021, 0.3, true), (0.001, 0.6, true), (.nan, 0, true),
    ] { #expect(Difference(mean: mean, largest: largest, of: .same).isLarge == isLarge) }
    let words = Difference(mean: 0.03, largest: 0.9, of: .otherVideos).warning
    #expect(
      words.contains("0.03000 on average, 0.90000 at most, of clips of other videos")
        && words.contains("--precision bf16"))
  }

  @Test(
    "a file of which a word or a number is another is refused, with what is wrong with it",
    arguments: [
      ("slowfast int8 calibration", "other", "\"format\""),
      ("\"version\": 2", "\"version\": 1", "\"version\" is not 2"),
      ("\"weights\"", "\"w\"", "no \"weights\""), ("\"layers\"", "\"l\"", "no list \"layers\""),
      ("\"clips\": 3", "\"clips\": 0", "\"clips\" are no number above 0"), ("\"mean\"", "\"m\"", "no number \"mean\""),
      ("0.75", "0.25", "\"checksum\""), ("114.75", "114.25", "\"checksum\""), ("114.75", "-1", "\"pixels\" are none"),
      ("clips of other videos", "dreams", "of which clips"), ("\"clips\": 3", "\"clips\": 4", "\"checksum\""),
      ("\"operation\": \"conv 3->2 1x1x1 + relu\"", "\"o\": 1", "layer 1 has no \"operation\""),
      ("1.5", "-1.5", "\"largest\" of layer 1 has -1.5"), ("1.5", "1e99", "\"largest\" of layer 1 has 1e99"),
      ("[1.5, 0.0]", "[1.5]", "1 numbers in \"largest\" and 2 in \"means\""), ("1.5", "1.25", "\"checksum\""),
      ("0.25", "-0.25", "\"checksum\""), ("conv 3->2", "conv 3->4", "\"checksum\""),
      ("\"checksum\"", "\"c\"", "\"checksum\""),
      ("}", "", "line"),
    ])
  func refuses(before: String, after: String, words: String) throws {
    defer { folder.remove() }
    let pixels = PixelScale(step: 0.0174, zero: 114.75)
    try CalibrationFile(calibration, clips: 3, difference: difference, pixels: pixels).write(to: path)
    let text = String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
    let place = try #require(text.range(of: before))
    try writeFile(path, text.replacingCharacters(in: place, with: after))
    let error = #expect(throws: CalibrationFileError.self) { try CalibrationFile(path: path) }
    let found = error.map { "\($0)" } ?? ""
    #expect(found.contains(words) && found.contains(path) && found.contains("slowfast calibrate"), "\(found)")
  }
}
