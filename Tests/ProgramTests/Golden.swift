import Foundation
import Tensors
import TestSupport
import Testing

/// The shared golden cases, where they stand beside the project.
enum Golden {
  static let folder = (sharedFolder ?? "") + "/golden"
  static let data = (sharedFolder ?? "") + "/data"
  static let reason: Comment = "needs ../shared/golden"

  /// One model of golden/models: its config in this project and what the program is told beside it.
  struct Model {
    static let names = [
      "c2d_r50_k400", "i3d_nln_r50_k400", "slow_r50_ava", "slowfast_4x16_k400", "slowfast_r101_nln_ava",
      "slowfast_r101_nln_ava_caffe2", "slowfast_charades", "slowfast_r50_ava", "slowfast_r50_ava_aligned",
      "slowfast_ssv2",
      "x3d_m_k400", "x3d_xs_k400",
    ]
    /// Those whose stages are tokens; VideoModelsTests compare them.
    static let transformers = [
      "mvitv1_b_16x4_k400", "mvitv1_b_16x4_resized", "mvitv1_b_32x3_k400", "mvitv2_b_k400", "mvitv2_s_ava",
      "mvitv2_s_k400",
    ]
    let folder: String
    let config: String
    let overrides: [String]
    let hasBoxes: Bool

    init(_ name: String) throws {
      folder = Golden.folder + "/models/\(name)"
      let description = try object(folder + "/case.json")
      config = projectRoot + "/" + (try #require(description["config"] as? String))
      let pairs = try #require(description["overrides"] as? [String: String])
      overrides = pairs.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
      hasBoxes = FileManager.default.fileExists(atPath: folder + "/boxes.npy")
    }

    var checkpoint: String {
      let names = ["checkpoint.pyth", "checkpoint.pkl"].map { folder + "/" + $0 }
      return names.first { FileManager.default.fileExists(atPath: $0) } ?? names[0]
    }

    /// The call that reproduces `output.npy` and `stages.json`.
    func forward(into scratch: Scratch, _ more: [String] = []) -> [String] {
      ["forward", "--cfg", config, "--weights", checkpoint, "--clip", folder + "/clip.npy"]
        + (hasBoxes ? ["--boxes", folder + "/boxes.npy"] : [])
        + ["--output", scratch.path + "/out.npy", "--stages", scratch.path + "/stages.json"] + overrides + more
    }

    /// Runs the call and compares the scores.
    func expectSameScores(_ more: [String] = []) throws -> Scratch {
      let scratch = Scratch()
      let result = Program.run(forward(into: scratch, more))
      expectSuccess(result)
      if result.status != 0 { return scratch }
      let found = try Tensor(npy: scratch.path + "/out.npy")
      let expected = try Tensor(npy: folder + "/output.npy")
      #expect(found.shape == expected.shape)
      let gap = difference(found.array, expected.array, .network, "\(folder) \(more)")
      #expect(gap == nil, "\(gap ?? "")")
      return scratch
    }
  }

  /// A JSON file that holds an object.
  static func object(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}

/// A text that holds one JSON object.
func object(_ json: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}

/// The lines of a text file.
func lines(_ path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}
