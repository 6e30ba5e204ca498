import Augmentation
import Clips
import Geometry
import Imaging
import JSON
import TestSupport
import Testing

@Suite(.enabled(if: sharedFolder != nil, Golden.reason)) struct GoldenColourTests {
  private func check(_ name: String, _ apply: (inout Clip<FloatImage>, inout RecordedDraws) throws -> Void) throws {
    let golden = try Golden(name)
    var draws = golden.draws()
    var clip = Clip(frames: try golden.array("input").floatImages("TCHW"))
    try apply(&clip, &draws)
    #expect(try golden.array("output").difference(clip.frames, "TCHW") == nil, "\(name)")
    #expect(draws.rest == 0)
  }

  @Test(
    arguments: [
      ("brightness", ColourJitter.Change.brightness), ("contrast", .contrast), ("saturation", .saturation),
    ])
  func change(name: String, change: ColourJitter.Change) throws {
    for name in [name + "_0.65", name + "_1.37", "cv2_" + name] {
      try check(name) { clip, draws in change.apply(0.4, to: &clip, &draws) }
    }
  }

  @Test(arguments: ["color_jitter_bcs", "color_jitter_sbc"]) func jitter(name: String) throws {
    try check(name) { clip, draws in ColourJitter().apply(to: &clip, &draws) }
  }

  @Test(arguments: ["lighting", "cv2_lighting"]) func lighting(name: String) throws {
    try check(name) { clip, draws in PCALighting().apply(to: &clip, &draws) }
  }

  @Test func normalisation() throws {
    let golden = try Golden("color_normalization")
    func numbers(_ key: String) -> [Float] { (golden.parameter(key)?.values ?? []).map { Float($0.number ?? 0) } }
    try check(golden.name) { clip, draws in
      ColourNormalisation(mean: numbers("mean"), std: numbers("std")).apply(to: &clip, &draws)
    }
  }

  @Test(
    "Whole training clips of AVA",
    arguments: ["cv2", "pytorch"].flatMap { backend in
      ["", "_flip_pca", "_flip_colour", "_colour_bgr_portrait"].map { "ava_\(backend)\($0)" }
    } + ["ava_cv2_no_random_flip"])
  func ava(name: String) throws {
    let golden = try Golden(name)
    let isColoured = golden.flag("AVA.TRAIN_USE_COLOR_AUGMENTATION")
    let isLightingOnly = golden.flag("AVA.TRAIN_PCA_JITTER_ONLY")
    let colour: AugmentationPipeline.AVAColour =
      !isColoured ? .none : isLightingOnly ? .lighting(PCALighting()) : .all(PCALighting())
    let order: ChannelOrder = golden.flag("AVA.BGR") ? .bgr : .rgb
    let lengths = (golden.parameter("DATA.TRAIN_JITTER_SCALES")?.values ?? []).compactMap(\.number).map { Int($0) }
    let pipeline = try AugmentationPipeline.ava(
      backend: golden.parameter("AVA.IMG_PROC_BACKEND")?.words == "cv2" ? .cv2 : .pytorch,
      jitter: lengths[0]...lengths[1], crop: golden.int("DATA.TRAIN_CROP_SIZE"),
      isFlipped: golden.flag("DATA.RANDOM_FLIP"), colour: colour, mean: [0.45, 0.45, 0.45],
      std: [0.225, 0.225, 0.225], order: order)
    var draws = golden.draws()
    let clip = pipeline.prepare(
      try golden.array("input").images("THWC"), boxes: unitBoxes(try golden.boxes("boxes")), &draws)
    // Resized floats agree to 1e-6, and are then divided by 0.225.
    let tolerance: Tolerance = name.hasPrefix("ava_cv2") ? .rounding : .absolute(4.5e-6)
    #expect(try golden.array("output").difference(clip.frames, "CTHW", tolerance) == nil)
    #expect(difference(clip.boxes, try golden.boxes("output_boxes")) == nil)
    #expect(clip.order == order)
    #expect(draws.rest == 0)
  }
}
