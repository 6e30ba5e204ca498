internal import Checkpoint
internal import Imaging

/// facebookresearch/Detectron: Caffe2's blobs in a pickle of Python 2, as FAIR's person detector for AVA is published.
struct Detectron1Library: RCNNLibrary {
  /// Who computes with them.
  enum Reader: Hashable, Sendable {
    /// Detectron itself, which FAIR's boxes were made with.
    case detectron1
    /// Detectron2 with the file given as its weights, the classes and boxes of the background left out.
    case detectron2
  }

  var reader = Reader.detectron1

  var name: String { reader == .detectron1 ? "Detectron (Caffe2)" : "Detectron (Caffe2) read by Detectron2" }

  var conventions: RCNNConventions {
    if reader == .detectron1 { return .detectron1 }
    var conventions = RCNNConventions.detectron2
    conventions.background = .first
    return conventions
  }

  func names(in file: RCNNFile) throws(ObjectDetectorError) -> (any RCNNNames)? {
    guard file.has("conv1_w"), file.has("res2_0_branch2a_w"), file.hasPrefix("conv_rpn") else { return nil }
    guard file.hasPrefix("fpn_inner_res5_") else {
      throw file.unsupported(
        "there is no pyramid (FPN)", "give a model whose name has FPN, such as e2e_keypoint_rcnn_X-101-32x8d-FPN")
    }
    return names
  }

  func names(of architecture: RCNNArchitecture) -> any RCNNNames { names }

  // Detectron2 divides by the root of 1 + 1e-5, though scale and shift are all that there is.
  private var names: Detectron1Names { Detectron1Names(epsilon: reader == .detectron1 ? 0 : 1e-5) }

  func preset(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset {
    let mean: [Float] = [102.9801, 115.9465, 122.7717]
    let config = file.checkpoint.detectronConfigText.map(Detectron1Config.init)
    let stridesFirst = config?.bool("RESNETS", "STRIDE_1X1")
    // What Detectron's own configurations have: ResNeXt's 3x3, ResNet's 1x1.
    var preset = RCNNPreset(
      pixels: PixelConvention(order: .bgr, mean: config?.numbers("PIXEL_MEANS") ?? mean),
      strideAt: stridesFirst ?? (architecture.groups == 1) ? 1 : 2)
    if stridesFirst == nil {
      preset.notices.append(
        "the file does not say where its blocks have stride 2 (RESNETS.STRIDE_1X1): the "
          + (preset.strideAt == 1 ? "1x1" : "3x3") + " convolution is taken, as published "
          + (architecture.groups == 1 ? "ResNets" : "ResNeXts") + " have it")
    }
    if let config { preset.settings.apply(config) }
    return preset
  }
}

extension RCNNSettings {
  /// Takes what a configuration of Detectron says of tests.
  fileprivate mutating func apply(_ config: Detectron1Config) {
    func number(_ key: String) -> Int? { config.numbers("TEST", key)?.first.flatMap { Int(exactly: $0) } }
    // Once a list of scales.
    shortSide = [number("SCALE"), number("SCALES"), shortSide].lazy.compactMap(\.self).first { $0 > 0 } ?? shortSide
    longestSide = number("MAX_SIZE").flatMap { $0 > 0 ? $0 : nil } ?? longestSide
    candidatesPerLevel = number("RPN_PRE_NMS_TOP_N").flatMap { $0 > 0 ? $0 : nil } ?? candidatesPerLevel
    proposals = number("RPN_POST_NMS_TOP_N").flatMap { $0 > 0 ? $0 : nil } ?? proposals
    proposalOverlap = config.numbers("TEST", "RPN_NMS_THRESH")?.first ?? proposalOverlap
    scoreThreshold = config.numbers("TEST", "SCORE_THRESH")?.first ?? scoreThreshold
    overlap = config.numbers("TEST", "NMS")?.first ?? overlap
    detections = number("DETECTIONS_PER_IM").flatMap { $0 > 0 ? $0 : nil } ?? detections
  }
}

struct Detectron1Names: RCNNNames {
  let epsilon: Double

  private func normed(_ name: String, _ norm: String? = nil) -> LayerTensors {
    LayerTensors(blob: name, norm: (norm ?? name) + "_bn", epsilon: epsilon)
  }

  var stem: LayerTensors { normed("conv1", "res_conv1") }

  func convolution(_ number: Int, block: Int, stage: Int) -> LayerTensors {
    normed("res\(stage)_\(block)_branch2\(["a", "b", "c"][number - 1])")
  }

  func shortcut(stage: Int) -> LayerTensors { normed("res\(stage)_0_branch1") }

  func lateral(stage: Int, blocks: Int) -> LayerTensors {
    // The coarsest has nothing above it that it would be lateral to.
    LayerTensors(blob: "fpn_inner_res\(stage)_\(blocks - 1)_sum" + (stage == 5 ? "" : "_lateral"))
  }

  func output(stage: Int, blocks: Int) -> LayerTensors {
    LayerTensors(blob: "fpn_res\(stage)_\(blocks - 1)_sum")
  }

  func proposalConvolution(_ number: Int) -> LayerTensors {
    LayerTensors(blob: "conv_rpn_fpn2" + (number == 0 ? "" : "_\(number)"))
  }

  var objectness: LayerTensors { LayerTensors(blob: "rpn_cls_logits_fpn2") }
  var anchorDeltas: LayerTensors { LayerTensors(blob: "rpn_bbox_pred_fpn2") }
  func headConvolution(_ number: Int) -> LayerTensors? { nil }
  func headLayer(_ number: Int) -> LayerTensors? { LayerTensors(blob: "fc\(number + 6)") }
  var classScores: LayerTensors { LayerTensors(blob: "cls_score") }
  var boxDeltas: LayerTensors { LayerTensors(blob: "bbox_pred") }
  // Files keep blobs of earlier trainings, so strangers say nothing.
  var prefixes: [String] { [] }
}
