import Foundation
import Tensors
import TestSupport
import Testing

/// Transformers on AVA's whole frames, which are no squares, and the other commands with them.
@Suite struct WholeFrameTests {
  private static let thin = [
    "MVIT.DEPTH", "3", "MVIT.EMBED_DIM", "8", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64",
    "DATA.NUM_FRAMES", "4", "MVIT.DIM_MUL", "[[1, 2.0]]", "MVIT.HEAD_MUL", "[[1, 2.0]]", "MVIT.POOL_Q_STRIDE",
    "[[0, 1, 1, 1], [1, 1, 2, 2]]", "DETECTION.SPATIAL_SCALE_FACTOR", "8",
  ]
  private static let boxes = [
    "AVA.LABEL_MAP_FILE", "labelmap.pbtxt", "AVA.GROUNDTRUTH_FILE", "groundtruth.csv", "AVA.TEST_PREDICT_BOX_LISTS",
    "['proposals.csv']", "AVA.EXCLUSION_FILE", "exclusions.csv", "AVA.TEST_LISTS", "['val.csv']",
  ]

  private func scores(_ scratch: Scratch, _ more: [String]) throws -> [Float] {
    let call =
      [
        "test", "--cfg", projectRoot + "/configs/AVA/MVITv2_S_16x4.yaml", "--output-dir", scratch.path,
        "--random-weights", "1", "--scores", scratch.path + "/s.npy", "--overwrite",
      ] + LittleWorld.dataSet + Self.boxes + Self.thin
    let result = Program.run(call + more)
    expectSuccess(result)
    #expect(!result.stderr.contains("SPATIAL_SCALE_FACTOR"), "\(result.stderr)")
    return try Tensor(npy: scratch.path + "/s.npy").array
  }

  /// Frames of 96 x 64 and of other short sides, mirrored and not.
  @Test func viewsAreTheMeanOfSingleRuns() throws {
    let scratch = Scratch()
    let singles = try [("64", "False"), ("64", "True"), ("50", "False"), ("50", "True")].map { scale, flip in
      try scores(scratch, ["DATA.TEST_CROP_SIZE", scale, "AVA.TEST_FORCE_FLIP", flip])
    }
    let mean = singles[0].indices.map { index in Float(singles.reduce(0) { $0 + Double($1[index]) } / 4) }
    let found = try scores(scratch, ["AVA.TEST_SCALES", "[64, 50]", "AVA.TEST_FLIP", "True"])
    #expect(difference(found, mean, .absolute(1e-6)) == nil)
    #expect(Set(singles + [found]).count == 5)
  }

  #if !PORTABLE_ONLY
    /// Where bf16 takes longer than fp32, a line says so.
    @Test func slowPrecisionIsSaid() throws {
      let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      guard processor.contains("avx512_bf16") else { return }
      for (precision, isSaid) in [("bf16", processor.contains("GenuineIntel")), ("fp32", false)] {
        let result = Program.run([
          "bench", "clip", "--cfg", projectRoot + "/configs/ImageNet/MVITv2_T.yaml", "--precision", precision,
          "--kernels",
          "avx512", "MVIT.EMBED_DIM", "24", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE",
          "64",
        ])
        expectSuccess(result)
        #expect(
          result.stderr.contains("this processor takes longer for it than for fp32") == isSaid, "\(result.stderr)")
      }
    }
  #endif

  /// Layer by layer, for each kind of transformer.
  @Test(arguments: [
    ("AVA/VIDEOMAE_VIT_B_16x4", ["DATA.TEST_CROP_SIZE", "70", "MVIT.DEPTH", "1"]),
    ("masked_ssl/in1k_VIT_B_MaskFeat_FT", []),
    ("ImageNet/MVITv2_T", []), ("ImageNet/REV_MVIT_B_16_CONV", []), ("Kinetics/REV_MVIT_B_16x4_CONV", []),
  ])
  func bench(_ name: String, _ more: [String]) {
    let result = Program.run(
      [
        "bench", "clip", "--cfg", projectRoot + "/configs/\(name).yaml", "--layers", "MVIT.EMBED_DIM", "24",
        "DATA.TRAIN_CROP_SIZE", "64",
      ] + (more.isEmpty ? ["DATA.TEST_CROP_SIZE", "64"] : more))
    expectSuccess(result)
    #expect(result.stdout.contains("attention of"), "\(result.stdout.prefix(900))")
  }
}
