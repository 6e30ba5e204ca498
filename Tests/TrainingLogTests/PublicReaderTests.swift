import Files
import Foundation
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing
import TrainingLog

/// Events, read by TensorBoard from PyPI (`tools/setup-readers.sh` installs it).
@Suite struct PublicReaderTests {
  private static let python = projectRoot + "/tools/readers/.venv/bin/python"

  private static let hasTensorBoard: Bool = {
    let libraries = projectRoot + "/tools/readers/.venv/lib"
    let versions = (try? listFolder(libraries)) ?? []
    return versions.contains { pathExists("\(libraries)/\($0)/site-packages/tensorboard") }
  }()

  private let scratch = Scratch()

  private func read(_ folder: String) throws -> [String: Any] {
    let output = scratch.path + "/found.json"
    try writeFile(output, "")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [projectRoot + "/tools/readers/events.py", folder]
    process.standardOutput = FileHandle(forWritingAtPath: output)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let found = try JSONSerialization.jsonObject(with: Data(try readFile(output, doing: "testing")))
    return try #require(found as? [String: Any])
  }

  @Test(
    "TensorBoard finds numbers, distributions and pictures, of a killed run and of the one that went on",
    .enabled(if: hasTensorBoard, "the public readers are not there (tools/setup-readers.sh)"))
  func tensorBoard() throws {
    let folder = scratch.path + "/runs"
    let killed = try scratch.log(hasEvents: true)
    try train(killed, epochs: 0..<2)
    let path = try #require(killed.events).path
    // The kill came within an event.
    let bytes = try readFile(path, doing: "testing")
    try writeFile(path, "")
    let cut = try AppendedFile(path: path, doing: "testing")
    try cut.append(Array(bytes.dropLast(5)))
    let log = try scratch.log(startEpoch: 1, hasEvents: true)
    try train(log, epochs: 1..<3, map: { 0.5 + 0.125 * Double($0) })
    let png = try encodePNG(
      Image(size: ImageSize(width: 3, height: 2), order: .rgb, pixels: [UInt8](repeating: 7, count: 18)))
    let events = try #require(log.events)
    try events.image("Pictures/p", PNGImage(png), step: 2)
    try events.histogram("Weights/w", HistogramSummary([-1, 0.5, 0.5, 3]), step: 2)
    let found = try read(folder)
    let plain = try #require(found["plain"] as? [String: Any])
    #expect(plain["version"] as? Double == 2)
    let scalars = try #require(plain["scalars"] as? [String: [[Double]]])
    #expect(Set(scalars.keys) == ["Train/loss", "Train/lr", "Val/mAP"])
    // Steps 4 to 7 were done twice, and are there once.
    #expect(scalars["Train/loss"]?.map { $0[0] } == (0..<12).map { Double($0) })
    #expect(scalars["Train/loss"]?.map { Float($0[1]) } == (0..<12).map { 1 / Float($0 + 1) })
    #expect(scalars["Val/mAP"]?.map { $0[0] } == [0, 1, 2])
    #expect(scalars["Val/mAP"]?.map { Float($0[1]) } == [0.1, 0.625, 0.75])
    let images = try #require(plain["images"] as? [String: [[Any]]])
    let image = try #require(images["Pictures/p"]?.first)
    #expect(image.prefix(3).compactMap { $0 as? Int } == [2, 3, 2])
    #expect(image[3] as? String == png.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    let histograms = try #require(plain["histograms"] as? [String: [[String: Any]]])
    let histogram = try #require(histograms["Weights/w"]?.first)
    for (name, value) in ["step": 2.0, "min": -1, "max": 3, "num": 4, "sum": 3, "sum_squares": 10.5] {
      #expect(histogram[name] as? Double == value, "\(name)")
    }
    let (limits, counts) = (histogram["limits"] as? [Double] ?? [], histogram["counts"] as? [Double] ?? [])
    #expect(limits.count == counts.count && counts.filter { $0 > 0 } == [1, 2, 1])
    // The reader of TensorBoard's pages makes tensors of all.
    let shown = try #require((found["shown"] as? [String: Any])?["tensors"] as? [String: [[Any]]])
    #expect(Set(shown.keys) == ["Train/loss", "Train/lr", "Val/mAP", "Pictures/p", "Weights/w"])
    #expect(shown["Train/loss"]?.count == 12)
  }
}
