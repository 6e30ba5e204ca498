/// facebookresearch/detectron2: its model zoo's `.pkl`, and `.pth` of its trainer.
struct Detectron2Library: RCNNLibrary {
  var name: String { "Detectron2" }
  var conventions: RCNNConventions { .detectron2 }

  func names(in file: RCNNFile) throws(ObjectDetectorError) -> (any RCNNNames)? {
    if file.has(Detectron2Names().stem.weight), file.hasPrefix("proposal_generator.") {
      guard file.has(Detectron2Names().lateral(stage: 2, blocks: 0).weight) else {
        throw file.unsupported("there is no pyramid (FPN) from res2 on", Self.advice)
      }
      return Detectron2Names()
    }
    // C4 and DC5 have the backbone without a pyramid around it, RetinaNet no proposals.
    if file.has("backbone.stem.conv1.weight"), file.hasPrefix("proposal_generator.") {
      throw file.unsupported("it is a model of the C4 or DC5 kind, which has no pyramid (FPN)", Self.advice)
    }
    if file.has(Detectron2Names().stem.weight), file.hasPrefix("head.cls_score") || file.hasPrefix("head.cls_subnet") {
      throw file.unsupported("it is a RetinaNet, which proposes no regions", Self.advice)
    }
    return nil
  }

  func names(of architecture: RCNNArchitecture) -> any RCNNNames { Detectron2Names() }

  private static let advice = "give one of the model zoo's faster_rcnn_*_FPN, mask_rcnn_*_FPN or keypoint_rcnn_*_FPN"

  func preset(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset {
    architecture.groups > 1
      ? RCNNPreset(pixels: .resNeXt, strideAt: 2) : RCNNPreset(pixels: .msra, strideAt: 1)
  }
}

struct Detectron2Names: RCNNNames {
  private let body = "backbone.bottom_up"
  private let proposals = "proposal_generator.rpn_head"
  private let head = "roi_heads.box_head"
  private let predictor = "roi_heads.box_predictor"

  private func normed(_ name: String) -> LayerTensors { LayerTensors(name, norm: "\(name).norm") }

  var stem: LayerTensors { normed("\(body).stem.conv1") }

  func convolution(_ number: Int, block: Int, stage: Int) -> LayerTensors {
    normed("\(body).res\(stage).\(block).conv\(number)")
  }

  func shortcut(stage: Int) -> LayerTensors { normed("\(body).res\(stage).0.shortcut") }
  func lateral(stage: Int, blocks: Int) -> LayerTensors { LayerTensors("backbone.fpn_lateral\(stage)") }
  func output(stage: Int, blocks: Int) -> LayerTensors { LayerTensors("backbone.fpn_output\(stage)") }

  func proposalConvolution(_ number: Int) -> LayerTensors {
    // One is `conv`, several are numbered.
    LayerTensors(number == 0 ? "\(proposals).conv" : "\(proposals).conv.conv\(number)")
  }

  var objectness: LayerTensors { LayerTensors("\(proposals).objectness_logits") }
  var anchorDeltas: LayerTensors { LayerTensors("\(proposals).anchor_deltas") }
  func headConvolution(_ number: Int) -> LayerTensors? { LayerTensors("\(head).conv\(number + 1)") }
  func headLayer(_ number: Int) -> LayerTensors? { LayerTensors("\(head).fc\(number + 1)") }
  var classScores: LayerTensors { LayerTensors("\(predictor).cls_score") }
  var boxDeltas: LayerTensors { LayerTensors("\(predictor).bbox_pred") }
  var prefixes: [String] { ["backbone.", "\(proposals).", "\(head).", "\(predictor)."] }
}
