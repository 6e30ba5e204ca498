internal import Checkpoint
internal import Geometry
internal import Glibc
internal import Imaging
internal import Kernels
internal import NN
internal import Tensors

/// SSDLite on MobileNet v2, as TensorFlow's object detection API exports it: a frozen graph, or weights under its names.
///
/// Pictures become squares, whatever their shape: of the size that the graph names, or of `DetectorOptions.shortSide`.
struct SSDLiteFamily: DetectorFamily {
  let name = "SSDLite MobileNet v2 (TensorFlow)"

  /// Where graphs keep the height and width that pictures are resized to.
  private static let sizeName = "Preprocessor/map/while/ResizeImage/stack"
  /// The size that the published graphs were trained at.
  private static let usualSize = 300

  func open(_ checkpoint: Checkpoint, _ options: DetectorOptions, engine: Engine) throws -> (any ObjectDetector)? {
    let weights = SSDWeights(checkpoint, family: name)
    guard weights.has("\(SSDWeights.features)/Conv/weights"), weights.has("BoxPredictor_0/ClassPredictor/weights")
    else {
      return nil
    }
    var size = ImageSize(width: Self.usualSize, height: Self.usualSize)
    if let side = options.shortSide {
      size = ImageSize(width: side, height: side)
    } else if weights.has(Self.sizeName) {
      let sides = try weights.integers(Self.sizeName, count: 2)
      size = ImageSize(width: sides[1], height: sides[0])
    }
    let sides = 32...2048
    guard sides.contains(size.width), sides.contains(size.height) else {
      throw ObjectDetectorError.unsupported(
        path: checkpoint.path, family: name, found: "its pictures are to be of \(size.width) x \(size.height) pixels",
        advice: "take a size from \(sides.lowerBound) to \(sides.upperBound)")
    }
    return try SSDLiteDetector(checkpoint, weights, size: size, engine: engine)
  }
}

/// An SSDLite with its weights, laid out for one size of picture.
final class SSDLiteDetector: ObjectDetector {
  let name: String
  let classes: Int
  let personClass = 0
  let usualScoreThreshold = 0.3
  let notices: [String]
  let convolutions: [Convolution]
  /// Of the network's picture; images are resized to it whatever their shape.
  private let size: ImageSize
  private let anchors: SSDAnchors
  private let plan: NetworkPlan

  /// Boxes of one class that overlap by more than this are one object's.
  private static let suppression = NonMaximumSuppression(threshold: 0.6)
  private static let mostObjects = 100
  private static let lowestScore: Float = 1e-8

  init(_ checkpoint: Checkpoint, _ weights: SSDWeights, size: ImageSize, engine: Engine) throws {
    let extent = Extent3(1, size.height, size.width)
    let made = try SSDNetwork(weights, input: extent, engine: engine)
    self.size = size
    classes = made.classes
    anchors = SSDAnchors(sides: made.maps.map { ($0.h, $0.w) })
    convolutions = made.network.convolutions
    plan = try NetworkPlan(made.network, batch: 1, extents: [extent])
    name = "SSDLite MobileNet v2, \(size.width) x \(size.height)"
    notices = checkpoint.notices + (checkpoint.format == .tensorFlowGraph ? Self.limits : [])
  }

  private static let limits = [
    "this detector is a light one and often misses people who sit, are close to the camera or far away (on two videos of "
      + "UCF101-24 its AP at IoU 0.5 was 0.42 and 0.63) -> weights of a Faster R-CNN find more"
  ]

  func objects(in image: Image) throws -> [DetectedObject] {
    fill(plan.inputs[0], resizeLikeOpenCV(image, to: size))
    plan.run()
    return try detections(image)
  }

  func timedLayers(_ image: Image) throws -> [LayerReport] {
    let scaling = LayerReport(timing: "scale and normalise", output: "", macs: 0, bytes: 0) {
      fill(plan.inputs[0], resizeLikeOpenCV(image, to: size))
    }
    let layers = plan.timedLayers()
    let ending = try LayerReport(timing: "choose detections", output: "", macs: 0, bytes: 0) {
      _ = try detections(image)
    }
    return [scaling] + layers + [ending]
  }

  /// What the network has found in an image, in its pixels.
  private func detections(_ image: Image) throws -> [DetectedObject] {
    try best().map { box, score, index in
      let clipped = box.clipped
      return DetectedObject(
        box: PixelBox(
          x1: Double(clipped.x1) * Double(image.width), y1: Double(clipped.y1) * Double(image.height),
          x2: Double(clipped.x2) * Double(image.width), y2: Double(clipped.y2) * Double(image.height)),
        score: score, classIndex: index)
    }
  }

  /// Writes an image as the network takes it: red first, -1 to 1.
  private func fill(_ map: FeatureMap, _ image: Image) {
    let levels = (0...255).map { Float($0) * (2.0 / 255) - 1 }
    let (red, blue) = image.order == .rgb ? (0, 2) : (2, 0)
    for position in 0..<map.positions {
      let to = map.start + position * map.pitch
      let from = 3 * position
      to[0] = levels[Int(image.pixels[from + red])]
      to[1] = levels[Int(image.pixels[from + 1])]
      to[2] = levels[Int(image.pixels[from + blue])]
    }
  }

  /// What the network has found, class by class without what is found twice, falling scores.
  private func best() throws -> [(box: DetectorBox, score: Float, classIndex: Int)] {
    let boxes = boxes()
    var found: [(box: DetectorBox, score: Float, classIndex: Int)] = []
    for index in 0..<classes {
      let scores = scores(ofClass: index)
      // Else nobody would be found, and nothing said.
      if !scores.allSatisfy(\.isFinite) { throw ObjectDetectorError.notFinite(detector: name) }
      // Equal scores keep the order of the anchors.
      let order = scores.indices.filter { scores[$0] > Self.lowestScore }.sorted {
        scores[$0] > scores[$1] || scores[$0] == scores[$1] && $0 < $1
      }
      for place in Self.suppression(order.map { boxes[$0] }, limit: Self.mostObjects) {
        found.append((boxes[order[place]], scores[order[place]], index))
      }
    }
    if classes == 1 { return found }
    return Array(
      found.enumerated().sorted {
        $0.element.score > $1.element.score || $0.element.score == $1.element.score && $0.offset < $1.offset
      }
      .prefix(Self.mostObjects).map(\.element))
  }

  /// The box of every anchor; boxes may reach beyond the picture.
  private func boxes() -> [DetectorBox] {
    var boxes: [DetectorBox] = []
    boxes.reserveCapacity(anchors.anchors.count)
    forEachAnchor(of: 0, numbers: 4) { anchor, offsets in
      boxes.append(anchors.anchors[anchor].box(offsets[0], offsets[1], offsets[2], offsets[3]))
    }
    return boxes
  }

  private func scores(ofClass index: Int) -> [Float] {
    var scores: [Float] = []
    scores.reserveCapacity(anchors.anchors.count)
    // The background's logit stands first.
    forEachAnchor(of: 1, numbers: classes + 1) { _, logits in scores.append(1 / (1 + exp(-logits[1 + index]))) }
    return scores
  }

  /// Hands out the numbers of every anchor in one of the two outputs that each map has.
  private func forEachAnchor(of output: Int, numbers: Int, _ body: (Int, UnsafePointer<Float>) -> Void) {
    var anchor = 0
    for (number, perPlace) in anchors.perPlace.enumerated() {
      let map = plan.outputs[2 * number + output]
      for position in 0..<map.positions {
        for shape in 0..<perPlace {
          body(anchor, UnsafePointer(map.start) + (position * map.pitch + shape * numbers))
          anchor += 1
        }
      }
    }
  }
}

extension DetectorBox {
  /// The part of the box that lies in the picture.
  fileprivate var clipped: DetectorBox {
    func inside(_ value: Float) -> Float { min(max(value, 0), 1) }
    return DetectorBox(x1: inside(x1), y1: inside(y1), x2: inside(x2), y2: inside(y2))
  }
}
