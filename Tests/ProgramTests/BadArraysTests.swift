import Foundation
import Tensors
import Testing

/// Arrays of the wrong shape, type or size.
struct BadArraysTests {
  private let scratch = Scratch()
  private let output = Scratch()

  private func forward(clip: String, boxes: String? = nil) -> Program.Result {
    Program.run(
      ["forward", "--cfg", LittleWorld.config, "--random-weights", "1", "--clip", clip, "--output"]
        + [output.path + "/o.npy", "--stages", output.path + "/s.json"] + (boxes.map { ["--boxes", $0] } ?? [])
        + LittleWorld.tinyNetwork)
  }

  private func array(_ name: String, _ shape: [Int], _ values: [Float]? = nil) throws -> String {
    let tensor = Tensor(zeros: shape)
    for (index, value) in (values ?? []).enumerated() { tensor.storage.pointer[index] = value }
    let path = scratch.path + "/" + name
    try tensor.writeNPY(path)
    return path
  }

  @Test(
    "Clips that do not fit",
    arguments: [
      [3, 16, 64, 64], [1, 4, 16, 64, 64], [1, 3, 15, 64, 64], [1, 3, 0, 64, 64], [0, 3, 16, 64, 64],
      [7],
      [1, 3, 16, 0, 64],
    ])
  func clips(shape: [Int]) throws {
    let clip = try array("clip.npy", shape)
    let boxes = try array("boxes.npy", [1, 5], [0, 1, 1, 20, 20])
    expectFailure(forward(clip: clip, boxes: boxes), [], leaving: output)
  }

  @Test("A clip whose channels stand elsewhere: that is said, and how to turn it")
  func axes() throws {
    let boxes = try array("boxes.npy", [1, 5], [0, 1, 1, 20, 20])
    for (shape, order) in [([1, 16, 64, 80, 3], "0, 4, 1, 2, 3"), ([1, 16, 3, 64, 80], "0, 2, 1, 3, 4")] {
      let result = forward(clip: try array("clip.npy", shape), boxes: boxes)
      expectFailure(
        result, ["expected [N, 3, T, H, W], the channels second", "-> numpy.transpose(clip, (\(order)))"],
        leaving: output)
    }
  }

  @Test(
    "Boxes that do not fit",
    arguments: [
      ([1, 4], [1, 1, 20, 20]), ([5], [0, 1, 1, 20, 20]), ([1, 5], [3, 1, 1, 20, 20]), ([1, 5], [-1, 1, 1, 20, 20]),
      ([1, 5], [.nan, 1, 1, 20, 20]), ([1, 5], [0, .nan, 1, 20, 20]), ([1, 5], [0, 1, 1, .infinity, 20]),
      ([1, 5], [0.5, 1, 1, 20, 20]), ([1, 5], [1e30, 1, 1, 20, 20]),
    ] as [([Int], [Float])])
  func boxes(shape: [Int], values: [Float]) throws {
    let clip = try array("clip.npy", [1, 3, 16, 64, 64])
    let boxes = try array("boxes.npy", shape, values)
    expectFailure(forward(clip: clip, boxes: boxes), [], leaving: output)
  }

  @Test("Boxes where none belong, none where they do, none in the file")
  func presence() throws {
    let clip = try array("clip.npy", [1, 3, 16, 64, 64])
    expectFailure(forward(clip: clip), ["boxes"], leaving: output)
    let none = try array("none.npy", [0, 5])
    expectSuccess(forward(clip: clip, boxes: none))
    #expect(try Tensor(npy: output.path + "/o.npy").shape == [0, 80])
  }

  @Test("A clip that is not finite is refused, with the place of the first such number")
  func notFinite() throws {
    let clip = try array("clip.npy", [1, 3, 16, 64, 64], [.nan])
    let boxes = try array("boxes.npy", [1, 5], [0, 1, 1, 60, 60])
    expectFailure(
      forward(clip: clip, boxes: boxes),
      ["the clip's number at [0, 0, 0, 0, 0] is nan", "look for NaN and infinity in the clip"], leaving: output)
  }

  @Test("Scores that are not finite are not written, and the stages show where that begins")
  func overflows() throws {
    let large = [Float](repeating: .greatestFiniteMagnitude, count: 3 * 16 * 64 * 64)
    let clip = try array("clip.npy", [1, 3, 16, 64, 64], large)
    let boxes = try array("boxes.npy", [1, 5], [0, 1, 1, 60, 60])
    expectFailure(forward(clip: clip, boxes: boxes), ["scores are not finite numbers", "with --stages"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == ["s.json"])
    #expect(try String(contentsOfFile: output.path + "/s.json", encoding: .utf8).contains("null"))
  }

  @Test("Files that are no arrays")
  func files() throws {
    let clip = try array("clip.npy", [1, 3, 16, 64, 64])
    let boxes = try array("boxes.npy", [1, 5], [0, 1, 1, 20, 20])
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 16, 64, 99999999999), }\n"
    let magic = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    let bad = [
      try scratch.file("text.npy", "clip"), try scratch.file("cut.npy", bytes: Array(magic.prefix(9))),
      try scratch.file("huge.npy", bytes: magic + Array(header.utf8)),
      try scratch.file("int.npy", bytes: magic + Array(header.replacing("<f4", with: "<i8").utf8)),
      try scratch.file("long.npy", bytes: magic.prefix(8) + [0xff, 0xff] + Array(header.utf8)),
    ]
    for path in bad {
      expectFailure(forward(clip: path, boxes: boxes), [path], leaving: output)
      expectFailure(forward(clip: clip, boxes: path), [path], leaving: output)
    }
  }
}
