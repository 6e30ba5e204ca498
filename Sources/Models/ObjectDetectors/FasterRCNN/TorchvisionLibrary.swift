internal import Imaging

/// torchvision's fasterrcnn_resnet50_fpn and _v2, and the same under masks and keypoints.
struct TorchvisionLibrary: RCNNLibrary {
  var name: String { "torchvision" }
  var conventions: RCNNConventions { .torchvision }

  func names(in file: RCNNFile) throws(ObjectDetectorError) -> (any RCNNNames)? {
    guard file.hasPrefix("backbone.body."), file.hasPrefix("backbone.fpn.") else { return nil }
    guard file.has("backbone.body.layer1.0.conv1.weight"), file.hasPrefix("rpn.head."), file.hasPrefix("roi_heads.")
    else {
      throw file.unsupported(
        "it is no Faster R-CNN on a ResNet", "give fasterrcnn_resnet50_fpn, its _v2, or maskrcnn_resnet50_fpn")
    }
    return TorchvisionNames(
      isOld: file.has("rpn.head.conv.weight"), hasNorms: file.has("backbone.fpn.inner_blocks.0.1.weight"))
  }

  func names(of architecture: RCNNArchitecture) -> any RCNNNames {
    TorchvisionNames(isOld: false, hasNorms: !architecture.headConvolutions.isEmpty)
  }

  func preset(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset {
    RCNNPreset(
      pixels: PixelConvention(order: .rgb, divisor: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
      strideAt: 2)
  }
}

struct TorchvisionNames: RCNNNames {
  /// Names of before 2022, which the published first version has; its frozen normalisations are computed with epsilon 0.
  let isOld: Bool
  /// The second version has normalisations in the pyramid and in the heads.
  let hasNorms: Bool

  private let body = "backbone.body"
  private let head = "roi_heads.box_head"
  private let predictor = "roi_heads.box_predictor"

  private func normed(_ name: String, _ norm: String) -> LayerTensors {
    LayerTensors(name, norm: norm, epsilon: isOld ? 0 : 1e-5)
  }

  var stem: LayerTensors { normed("\(body).conv1", "\(body).bn1") }

  func convolution(_ number: Int, block: Int, stage: Int) -> LayerTensors {
    let scope = "\(body).layer\(stage - 1).\(block)"
    return normed("\(scope).conv\(number)", "\(scope).bn\(number)")
  }

  func shortcut(stage: Int) -> LayerTensors {
    let scope = "\(body).layer\(stage - 1).0.downsample"
    return normed("\(scope).0", "\(scope).1")
  }

  private func pyramid(_ list: String, _ stage: Int) -> LayerTensors {
    let name = "backbone.fpn.\(list).\(stage - 2)"
    return isOld ? LayerTensors(name) : LayerTensors("\(name).0", norm: hasNorms ? "\(name).1" : nil)
  }

  func lateral(stage: Int, blocks: Int) -> LayerTensors { pyramid("inner_blocks", stage) }
  func output(stage: Int, blocks: Int) -> LayerTensors { pyramid("layer_blocks", stage) }

  func proposalConvolution(_ number: Int) -> LayerTensors {
    LayerTensors(isOld && number == 0 ? "rpn.head.conv" : "rpn.head.conv.\(number).0")
  }

  var objectness: LayerTensors { LayerTensors("rpn.head.cls_logits") }
  var anchorDeltas: LayerTensors { LayerTensors("rpn.head.bbox_pred") }

  func headConvolution(_ number: Int) -> LayerTensors? {
    hasNorms ? LayerTensors("\(head).\(number).0", norm: "\(head).\(number).1") : nil
  }

  func headLayer(_ number: Int) -> LayerTensors? {
    // After four convolutions and the flattening.
    hasNorms ? (number == 0 ? LayerTensors("\(head).5") : nil) : LayerTensors("\(head).fc\(number + 6)")
  }

  var classScores: LayerTensors { LayerTensors("\(predictor).cls_score") }
  var boxDeltas: LayerTensors { LayerTensors("\(predictor).bbox_pred") }
  var prefixes: [String] { ["backbone.", "rpn.", "\(head).", "\(predictor)."] }
}
