internal import Checkpoint
internal import Imaging

/// open-mmlab/mmdetection's faster_rcnn_*_fpn, and the same under masks.
struct MMDetectionLibrary: RCNNLibrary {
  var name: String { "MMDetection" }
  var conventions: RCNNConventions { .mmdetection }

  func names(in file: RCNNFile) throws(ObjectDetectorError) -> (any RCNNNames)? {
    guard file.hasPrefix("neck.lateral_convs."), file.hasPrefix("rpn_head.") else { return nil }
    guard file.has(MMDetectionNames().headLayer(0)?.weight ?? ""), file.has(MMDetectionNames().stem.weight) else {
      throw file.unsupported(
        "it is no Faster R-CNN of one stage on a ResNet", "give one of faster_rcnn_r50_fpn, _r101_fpn, _x101_*_fpn")
    }
    return MMDetectionNames()
  }

  func names(of architecture: RCNNArchitecture) -> any RCNNNames { MMDetectionNames() }

  func preset(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset {
    var preset = pixels(architecture, in: file)
    preset.findPerson(in: file.checkpoint.classNames, classes: architecture.classes)
    return preset
  }

  private func pixels(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset {
    // Backbones that Caffe2 trained: the file's configuration tells of ResNets, the widths of the ResNeXt.
    let config = file.checkpoint.pythonConfigText ?? ""
    if config.contains("style='caffe'") || config.contains("style=\"caffe\"") {
      return RCNNPreset(pixels: .msra, strideAt: 1)
    }
    if (architecture.groups, architecture.widthPerGroup) == (32, 8) { return RCNNPreset(pixels: .resNeXt, strideAt: 2) }
    var preset = RCNNPreset(
      pixels: PixelConvention(order: .rgb, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]), strideAt: 2)
    if config.isEmpty {
      preset.notices.append(
        "the file has no configuration: a backbone of style 'pytorch' is taken; boxes of one of style 'caffe' are wrong"
      )
    }
    return preset
  }
}

struct MMDetectionNames: RCNNNames {
  private let head = "roi_head.bbox_head"

  var stem: LayerTensors { LayerTensors("backbone.conv1", norm: "backbone.bn1") }

  func convolution(_ number: Int, block: Int, stage: Int) -> LayerTensors {
    let scope = "backbone.layer\(stage - 1).\(block)"
    return LayerTensors("\(scope).conv\(number)", norm: "\(scope).bn\(number)")
  }

  func shortcut(stage: Int) -> LayerTensors {
    let scope = "backbone.layer\(stage - 1).0.downsample"
    return LayerTensors("\(scope).0", norm: "\(scope).1")
  }

  func lateral(stage: Int, blocks: Int) -> LayerTensors { LayerTensors("neck.lateral_convs.\(stage - 2).conv") }
  func output(stage: Int, blocks: Int) -> LayerTensors { LayerTensors("neck.fpn_convs.\(stage - 2).conv") }

  func proposalConvolution(_ number: Int) -> LayerTensors {
    LayerTensors(number == 0 ? "rpn_head.rpn_conv" : "rpn_head.rpn_conv.\(number).conv")
  }

  var objectness: LayerTensors { LayerTensors("rpn_head.rpn_cls") }
  var anchorDeltas: LayerTensors { LayerTensors("rpn_head.rpn_reg") }
  func headConvolution(_ number: Int) -> LayerTensors? { nil }
  func headLayer(_ number: Int) -> LayerTensors? { LayerTensors("\(head).shared_fcs.\(number)") }
  var classScores: LayerTensors { LayerTensors("\(head).fc_cls") }
  var boxDeltas: LayerTensors { LayerTensors("\(head).fc_reg") }
  var prefixes: [String] { ["backbone.", "neck.", "rpn_head.", "\(head)."] }
}
