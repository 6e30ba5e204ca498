import Checkpoint
import Files
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

@Suite struct RCNNErrorTests {
  private typealias Tensors = [(name: String, tensor: Tensor)]

  /// What is said of a file of changed tensors.
  private func error(
    _ family: RCNNFamily, _ architecture: RCNNArchitecture = RCNNFixture.architecture(),
    _ change: (inout Tensors) -> Void
  ) throws -> String {
    var tensors = RCNNFixture.tensors(family, architecture)
    change(&tensors)
    return try RCNNFixture.withFile(tensors) { path in
      let error = #expect(throws: ObjectDetectorError.self) { try openDetector(path: path, engine: Engine(threads: 1)) }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("opening the detector: '\(path)' ") && text.contains(" -> "), "\(text)")
      return text
    }
  }

  private func place(_ name: String, _ tensors: Tensors) -> Int { tensors.firstIndex { $0.name == name }! }

  @Test func tensorsThatAreMissing() throws {
    let one = try error(.detectron2) { $0.remove(at: place("backbone.bottom_up.res4.0.conv2.norm.weight", $0)) }
    #expect(
      one.contains("looks like Faster R-CNN with FPN of Detectron2, and 'backbone.bottom_up.res4.0.conv2.norm.weight'"))
    #expect(one.contains("is not there -> give a file of the whole detector"))
    let head = try error(.mmdetection) { $0.removeAll { $0.name.contains("fc_reg") } }
    #expect(head.contains("there is no tensor 'roi_head.bbox_head.fc_reg.weight'"))
    let more = try error(.torchvision) { $0.removeAll { $0.name.hasSuffix("bn2.running_mean") } }
    #expect(more.contains("nor are 4 others"), "\(more)")
  }

  @Test func tensorsOfAnotherShape() throws {
    let wide = try error(.detectron1) { tensors in
      let number = place("res3_1_branch2b_w", tensors)
      tensors[number].tensor = Tensor(zeros: [8, 9, 3, 3])
    }
    #expect(
      wide.contains("'res3_1_branch2b_w' has the shape [8, 9, 3, 3], where its neighbours ask for [8, 8, 3, 3]"),
      "\(wide)")
    let flat = try error(.detectron2) { tensors in
      tensors[place("backbone.bottom_up.stem.conv1.weight", tensors)].tensor = Tensor(zeros: [6, 3, 3, 3])
    }
    #expect(flat.contains("has the shape [6, 3, 3, 3] -> give a ResNet whose stem is one 7x7 convolution"))
    let anchors = try error(.mmdetection) { tensors in
      tensors[place("rpn_head.rpn_cls.weight", tensors)].tensor = Tensor(zeros: [9, 6, 1, 1])
    }
    #expect(anchors.contains("scores 9 anchors a cell, not 3"))
    let empty = try error(.torchvision) { tensors in
      tensors[place("backbone.body.layer2.0.conv2.weight", tensors)].tensor = Tensor(zeros: [0, 8, 3, 3])
    }
    #expect(empty.contains("has the shape [0, 8, 3, 3]"))
    let groups = try error(.detectron2) { tensors in
      tensors[place("backbone.bottom_up.res3.0.conv2.weight", tensors)].tensor = Tensor(zeros: [8, 4, 3, 3])
    }
    #expect(groups.contains("give a ResNet or ResNeXt of as many groups everywhere"))
  }

  @Test(arguments: [Float.nan, .infinity]) func numbersThatAreNone(_ number: Float) throws {
    let text = try error(.detectron2) { tensors in
      let name = "roi_heads.box_head.fc1.weight"
      tensors[place(name, tensors)].tensor.mutableValues[7] = number
    }
    #expect(
      text.contains("'roi_heads.box_head.fc1.weight' holds \(number) at place 7 -> its training diverged"), "\(text)")
  }

  /// What does not belong to the boxes may hold anything.
  @Test func otherHeadsDoNotMatter() throws {
    var tensors = RCNNFixture.tensors(.detectron2, RCNNFixture.architecture())
    tensors.append(("roi_heads.mask_head.mask_fcn1.weight", Tensor([1], [.nan])))
    tensors.append(("pixel_mean", Tensor([3, 1, 1], [1, 2, 3])))
    tensors.append(
      ("proposal_generator.anchor_generator.cell_anchors.0", Tensor([3, 4], [Float](repeating: 0, count: 12))))
    tensors.append(("backbone.bottom_up.stem.conv1.norm.num_batches_tracked", Tensor([], [5])))
    let detector = try RCNNFixture.open(.detectron2, tensors)
    detector.settings = RCNNFixture.smallSettings
    let expected = try RCNNFixture.small(.detectron2).objects(in: RCNNFixture.image())
    #expect(try detector.objects(in: RCNNFixture.image()) == expected)
  }

  @Test func otherNetworks() throws {
    let deformable = try error(.detectron2) {
      $0.append(("backbone.bottom_up.res3.0.conv2_offset.weight", Tensor(zeros: [1])))
    }
    #expect(
      deformable.contains("it has a layer that this network has not: 'backbone.bottom_up.res3.0.conv2_offset.weight'"))
    let c4 = try error(.detectron2) { tensors in
      for place in tensors.indices {
        tensors[place].name = tensors[place].name.replacing("backbone.bottom_up.", with: "backbone.")
      }
    }
    #expect(c4.contains("C4 or DC5 kind, which has no pyramid (FPN)"))
    let retina = try error(.detectron2) { tensors in
      tensors.removeAll { !$0.name.hasPrefix("backbone.") }
      tensors.append(("head.cls_score.weight", Tensor(zeros: [1])))
    }
    #expect(retina.contains("it is a RetinaNet"))
    let noPyramid = try error(.detectron1) { $0.removeAll { $0.name.hasPrefix("fpn_inner") } }
    #expect(noPyramid.contains("there is no pyramid (FPN)"))
    let mobile = try error(.torchvision) { $0.removeAll { $0.name.contains("layer1.0") } }
    #expect(mobile.contains("it is no Faster R-CNN on a ResNet"))
    let cascade = try error(.mmdetection) { tensors in
      for place in tensors.indices {
        tensors[place].name = tensors[place].name.replacing("bbox_head.", with: "bbox_head.0.")
      }
    }
    #expect(cascade.contains("it is no Faster R-CNN of one stage"))
  }

  @Test func filesOfNoDetector() throws {
    let text = try error(.detectron2) { $0 = [("head.projection.weight", Tensor(zeros: [80, 2304]))] }
    for library in ["Detectron2", "Detectron (Caffe2)", "torchvision", "MMDetection"] {
      #expect(text.contains(library))
    }
    #expect(throws: FileError.self) { try openDetector(path: "/nowhere/detector.pth", engine: Engine(threads: 1)) }
  }
}
