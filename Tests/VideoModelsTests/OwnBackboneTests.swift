import Checkpoint
import Kernels
import NN
import RoIAlign
import Tensors
import TestSupport
import Testing
import VideoModels

/// A backbone that the models have never heard of: two convolutions over every second frame.
private struct TinyBackbone: Backbone {
  let frames: Int
  let width: Int

  var inputs: [PathwayInput] {
    [PathwayInput(channels: 3, frames: Array(stride(from: 0, to: frames, by: 2)))]
  }
  var featureChannels: [Int] { [width] }
  var featureStride: Int { 4 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let stem = ConvolutionShape(
      3, width, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    let body = ConvolutionShape(
      width, width, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1))
    let scope = builder.weights["tiny"]
    let x = builder.convolution(inputs[0], stem, scope, "conv1", norm: "bn1", epilogue: .relu)
    builder.setName("conv1", [x])
    return [builder.convolution(x, body, scope, "conv2", norm: "bn2", epilogue: .swish)]
  }
}

/// A backbone in one file takes every head, asks for its tensors by name, and is as exact as the others.
@Suite struct OwnBackboneTests {
  private let backbone = TinyBackbone(frames: 8, width: 6)

  @Test func asksForItsTensors() {
    let head = ClassificationHead(classes: 5, activation: .softmax, window: nil)
    let names = requested(Architecture(backbone: backbone, head: head)).map(\.name)
    #expect(names.filter { $0.hasPrefix("tiny.conv") } == ["tiny.conv1.weight", "tiny.conv2.weight"])
    #expect(names.contains("tiny.bn2.running_var") && names.contains("head.projection.bias"))
    #expect(names.count == 12)
  }

  @Test func scoresClips() throws {
    let architecture = Architecture(
      backbone: backbone, head: ClassificationHead(classes: 5, activation: .softmax, window: nil))
    let clip = filledClip([2, 3, 8, 24, 20])
    let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
    let scores = try loaded(architecture).classify(clip)
    #expect(scores.shape == [2, 5])
    #expect(difference(scores.array, try loaded(architecture, engine: plain).classify(clip).array, .network) == nil)
    #expect(try loaded(architecture).features(clip, keepingNamed: true).named.map(\.name) == ["conv1.p0"])
  }

  @Test func scoresBoxes() throws {
    let head = RoIHead(classes: 5, activation: .sigmoid, resolution: 7, stride: backbone.featureStride, aligned: true)
    let model = try loaded(Architecture(backbone: backbone, head: head))
    let region = Region(batchIndex: 0, x1: 2, y1: 3, x2: 15, y2: 19)
    #expect(try model.detect(filledClip([1, 3, 8, 24, 20]), [region, region]).shape == [2, 5])
    #expect(throws: VideoModelError.wrongFrames(expected: 8, found: 4)) {
      try model.detect(filledClip([1, 3, 4, 24, 20]), [region])
    }
  }
}
