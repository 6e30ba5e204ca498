import Augmentation
import Geometry
import Imaging
import JSON
import TestSupport
import Testing

@Suite(.enabled(if: sharedFolder != nil, Golden.reason)) struct GoldenSpatialTests {
  /// Applies an operator to the floats of a case and compares frames and boxes.
  private func check(_ golden: Golden, _ step: some FloatAugmentation, axes: String = "TCHW") throws {
    var draws = golden.draws()
    let boxes = golden.archive[golden.name + ".boxes"]?.rows ?? []
    var clip = Clip(frames: try golden.array("input").floatImages(axes), boxes: pixelBoxes(boxes))
    step.apply(to: &clip, &draws)
    #expect(try golden.array("output").difference(clip.frames, axes) == nil)
    if !boxes.isEmpty { #expect(difference(clip.boxes, try golden.boxes("output_boxes")) == nil) }
    #expect(draws.rest == 0)
  }

  /// The same with bytes, where what was resized is of one level more or less.
  private func check(_ golden: Golden, bytes step: some ByteAugmentation) throws {
    var draws = golden.draws()
    var clip = Clip(
      frames: try golden.array("input").images("THWC"), boxes: pixelBoxes(try golden.boxes("boxes")))
    step.apply(to: &clip, &draws)
    #expect(try golden.array("output").difference(clip.frames, "THWC") == nil)
    #expect(difference(clip.boxes, try golden.boxes("output_boxes")) == nil)
    #expect(draws.rest == 0)
  }

  @Test(
    "Short sides of floats",
    arguments: ["down", "up", "portrait", "inverse", "same_size", "square"].map { "scale_jitter_" + $0 })
  func jitter(name: String) throws {
    let golden = try Golden(name)
    let lengths = try golden.int("min_size")...golden.int("max_size")
    try check(golden, ShortSideJitter(lengths, isInverse: golden.flag("inverse_uniform_sampling")))
  }

  @Test("Short sides of bytes", arguments: ["down", "up", "portrait", "same_size"].map { "cv2_scale_jitter_" + $0 })
  func byteJitter(name: String) throws {
    try check(Golden(name), bytes: ShortSideJitter(20...50, isInverse: true))
  }

  @Test func lengthsOfDraws() throws {
    let golden = try Golden("sizes_from_draws")
    for (key, isInverse) in [("uniform", false), ("inverse_uniform", true)] {
      for pair in golden.facts[key]?.values ?? [] {
        var draws = RecordedDraws(uniform: [try #require(pair.values[0].number)])
        let length = ShortSideJitter(256...320, isInverse: isInverse).length(&draws)
        #expect(length == Int(try #require(pair.values[1].number)), "\(pair)")
      }
    }
  }

  @Test(arguments: ["crop", "crop_exact_height"]) func crop(name: String) throws {
    let golden = try Golden(name)
    try check(golden, RandomCrop(golden.int("size")))
  }

  @Test func byteCropAndFlip() throws {
    try check(Golden("cv2_crop"), bytes: RandomCrop(24))
    try check(Golden("cv2_flip"), bytes: HorizontalFlip())
  }

  @Test(arguments: ["flip_0", "flip_1"]) func flip(name: String) throws {
    let golden = try Golden(name)
    try check(golden, HorizontalFlip(probability: golden.number("prob")))
  }

  @Test func clippedBoxes() throws {
    let golden = try Golden("clip_boxes")
    let size = ImageSize(width: try golden.int("width"), height: try golden.int("height"))
    let frame = Image(size: size, order: .bgr, pixels: [UInt8](repeating: 0, count: size.width * size.height * 3))
    var clip = Clip(frames: [frame], boxes: pixelBoxes(try golden.boxes("boxes")))
    clip.clipBoxes()
    #expect(difference(clip.boxes, try golden.boxes("output_boxes")) == nil)
  }

  @Test(arguments: 0..<3) func uniformCrop(place: Int) throws {
    let golden = try Golden("uniform_crop_\(place)")
    try check(golden, UniformCrop(golden.int("size"), place: golden.int("spatial_idx")))
  }

  @Test func rectangles() throws {
    let golden = try Golden("inception_rectangles")
    let table = golden.facts["table"]?.values ?? []
    #expect(table.count == 10)
    for row in table {
      func range(_ key: String) throws -> ClosedRange<Double> {
        let bounds = (row[key]?.values ?? []).compactMap(\.number)
        return bounds[0]...bounds[1]
      }
      var crop = RandomResizedCrop(24, areas: try range("scale"), aspects: try range("ratio"))
      crop.isLogarithmic = row["log_scale"] != .bool(false)
      crop.switchesSides = row["switch_hw"] == .bool(true)
      var draws = RecordedDraws(row["draws"]?.values ?? [], row.text)
      let size = ImageSize(width: Int(row["width"]?.number ?? 0), height: Int(row["height"]?.number ?? 0))
      let found = crop.rectangle(in: size, &draws)
      let expected = (row["y_x_h_w"]?.values ?? []).compactMap(\.number).map { Int($0) }
      #expect([found.top, found.left, found.size.height, found.size.width] == expected)
      #expect(draws.rest == 0)
    }
  }

  @Test func resizedCrop() throws {
    let golden = try Golden("random_resized_crop")
    try check(golden, RandomResizedCrop(golden.int("target"), aspects: 0.75...1.3333))
  }

  @Test("The second axis of the moving crop's clip is time, and there are five frames")
  func movingCrop() throws {
    let golden = try Golden("random_resized_crop_with_shift")
    var crop = RandomResizedCrop(try golden.int("target"), aspects: 0.75...1.3333)
    crop.movesOverTime = true
    try check(golden, crop, axes: "CTHW")
  }
}
