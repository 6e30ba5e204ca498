import Files
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// Files that are given for a detector's and are none.
@Suite struct RefusedDetectorTests {
  private func refusal(_ bytes: [UInt8]) throws -> String {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/detector"
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    let error = #expect(throws: ObjectDetectorError.self) { try openDetector(path: path, engine: Engine(threads: 1)) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("opening the detector: '\(path)' looks like "), "\(text)")
    return text
  }

  @Test func otherFiles() throws {
    let config = try refusal(Array("MODEL:\n  WEIGHTS: a.pkl\n".utf8))
    #expect(
      config.contains(
        "a YAML configuration, expected a file of PyTorch, Caffe2 or safetensors, or a frozen TensorFlow graph")
        && config.hasSuffix("-> give the detector's file of weights (.pkl, .pth, .safetensors or .pb)"), "\(config)")
    let onnx = try refusal([8, 7, 18, 7] + Array("pytorch".utf8) + [0x1a, 3] + Array("2.1".utf8))
    #expect(onnx.contains("an ONNX model") && onnx.contains("-> give the weights that it was exported from"), "\(onnx)")
  }

  /// A whole model is pickled by its classes, its weights alone are numbered layers.
  @Test func yolo() throws {
    let pickle = "\u{2}}X\u{5}\0\0\0modelcultralytics.nn.tasks\nDetectionModel\n)"
    let whole = try refusal([0x80] + Array(pickle.utf8) + [0x81] + Array("s.".utf8))
    #expect(whole.contains("looks like YOLO, and no YOLO is run here -> give a Faster R-CNN"), "\(whole)")
    let names = ["model.0.conv.weight", "model.0.bn.weight", "model.1.conv.weight", "model.22.dfl.conv.weight"]
    try RCNNFixture.withFile(names.map { ($0, Tensor(zeros: [4, 3, 3, 3])) }) { path in
      let error = #expect(throws: ObjectDetectorError.self) { try openDetector(path: path, engine: Engine(threads: 1)) }
      #expect(error?.description.contains("looks like YOLO") == true, "\(error?.description ?? "")")
    }
  }
}
