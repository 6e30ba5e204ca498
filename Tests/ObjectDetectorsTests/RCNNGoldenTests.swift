import Checkpoint
import Files
import Geometry
import ImageFiles
import Imaging
import JSON
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here"))
struct RCNNGoldenTests {
  private func trace(_ golden: RCNNGolden, _ engine: Engine = Engine()) throws -> (RCNNDetector, RCNNTrace) {
    let checkpoint = try Checkpoint(path: "\(golden.folder)/\(golden.file)")
    let detector = try #require(try golden.family.detector(checkpoint, engine: engine))
    detector.settings = try golden.settings(detector.settings)
    return (detector, try detector.trace(readImage(path: "\(golden.folder)/\(golden.input)")))
  }

  /// Stage after stage, so that the first one that differs says where to look.
  @Test(arguments: RCNNGolden.all) func stages(_ golden: RCNNGolden) throws {
    let (detector, trace) = try trace(golden)
    let headLayers = detector.architecture.headLayers.count
    var compared = 0
    for stage in try golden.json("\(golden.prefix)stages.json").values {
      let theirs = stage["name"]?.words ?? ""
      guard let name = canonical(theirs, headLayers: headLayers) else { continue }
      var found = try #require(trace.stages.first { $0.name == name }?.tensor, "no stage \(name) (\(theirs))")
      // Detectron2 moves the background's row to the end and leaves its boxes out, where here it stays.
      if golden.family.name == RCNNFamily.detectron1InDetectron2.name {
        if name == "class_logits" { found = turned(found, by: 1) }
        if name == "box_deltas" { found = turned(found, by: 4, keeping: found.shape[1] - 4) }
      }
      compared += 1
      let shape = (stage["shape"]?.values ?? []).compactMap(\.number).map { Int($0) }
      try #require(found.shape == shape, "\(name): \(found.shape), expected \(shape)")
      let (mean, std) = (stage["mean"]?.number ?? .nan, stage["std"]?.number ?? .nan)
      let bound = 2e-4 * (1 + std)
      let values = found.array.map(Double.init)
      let ownMean = values.reduce(0, +) / Double(values.count)
      let ownStd = (values.reduce(0) { $0 + ($1 - ownMean) * ($1 - ownMean) } / Double(values.count)).squareRoot()
      try #require(abs(ownMean - mean) < bound, "\(name): mean \(ownMean), expected \(mean)")
      try #require(abs(ownStd - std) < bound, "\(name): deviation \(ownStd), expected \(std)")
      // Rows of regions are in the order of proposals, where two may change places; those of one probability do.
      if golden.comparesSets || golden.family.name == RCNNFamily.detectron1.name, shape[0] > 1 { continue }
      let ends = ["first", "last"].flatMap { (stage[$0]?.values ?? []).compactMap(\.number).map { Float($0) } }
      let gap = difference(
        Array(found.array.prefix(8)) + Array(found.array.suffix(8)), ends, .absolute(Float(4 * bound)), name)
      try #require(gap == nil, "\(gap ?? "")")
    }
    #expect(compared >= 17)
  }

  /// The columns of a matrix, moved to the left; the first ones follow the last.
  private func turned(_ matrix: Tensor, by count: Int, keeping kept: Int? = nil) -> Tensor {
    let (rows, width) = (matrix.shape[0], matrix.shape[1])
    let values = (0..<rows).flatMap { row in
      (0..<(kept ?? width)).map { matrix.values[row * width + ($0 + count) % width] }
    }
    return Tensor([rows, kept ?? width], values)
  }

  @Test(arguments: RCNNGolden.all) func proposals(_ golden: RCNNGolden) throws {
    let found = try trace(golden).1.proposals.map { $0.box.corners + [$0.score] }
    let expected = try golden.rows("proposals")
    #expect(found.count == expected.count)
    let worst = expected.map { row in
      // Boxes of several levels may cover the same picture.
      let nearest = found.min { gap($0, row) + abs($0[4] - row[4]) < gap($1, row) + abs($1[4] - row[4]) } ?? []
      return (box: gap(nearest, row), score: abs(nearest[4] - row[4]))
    }
    let (box, score): (Float, Float) = golden.comparesSets ? (0.2, 2e-3) : (0.05, 1e-3)
    let unmatched = worst.count { $0.box > box || $0.score > score }
    #expect(unmatched <= (golden.comparesSets ? expected.count / 100 : 0), "\(unmatched) of \(expected.count)")
  }

  @Test(arguments: RCNNGolden.all) func detections(_ golden: RCNNGolden) throws {
    let (detector, trace) = try trace(golden)
    let expected = try golden.rows("detections")
    let found = trace.objects.map { $0.row(firstClass: golden.firstClass) }
    try #require(found.count == expected.count)
    let (box, score): (Float, Float) = golden.comparesSets ? (0.2, 2e-3) : (0.05, 1e-3)
    for (place, row) in expected.enumerated() {
      let same =
        golden.comparesSets ? found.filter { $0[5] == row[5] }.min { gap($0, row) < gap($1, row) } : found[place]
      let other = try #require(same)
      #expect(
        other[5] == row[5] && gap(other, row) <= box && abs(other[4] - row[4]) <= score,
        "row \(place): \(other), expected \(row)")
    }
    if golden.prefix.isEmpty {
      let people = trace.objects.filter { $0.classIndex == detector.personClass }
      #expect(try people.count == golden.rows("persons").count)
    }
  }

  /// The 8-bit picture that Detectron2's networks see, byte for byte.
  @Test(arguments: ["d2_r50_fpn", "d2_r50_fpn_800", "d2_x101_32x8d_fpn", "c2_x101_ava"])
  func resizedPictures(_ name: String) throws {
    let golden = RCNNGolden.all.first { $0.name == name }!
    let item = try golden.json("case.json")
    let sides = (item["resized_size"]?.values ?? []).compactMap(\.number).map { Int($0) }
    let image = try readImage(path: "\(golden.folder)/\(golden.input)")
    let resized = resizeLikePillow(image, to: ImageSize(width: sides[1], height: sides[0]))
    var hash = SHA256()
    resized.pixels.withUnsafeBytes { hash.update($0) }
    #expect(hash.finish() == item["resized_sha256"]?.words)
  }
}
