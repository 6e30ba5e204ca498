internal import Checkpoint
internal import Geometry
public import Imaging
public import Kernels
public import NN
internal import Tensors
internal import Wording

/// Faster R-CNN with FPN, in one library's form.
///
/// Source: Ren et al., "Faster R-CNN", 2015; Lin et al., "Feature Pyramid Networks for Object Detection", 2017.
public final class RCNNDetector: ObjectDetector {
  public let architecture: RCNNArchitecture
  public let name: String
  public let notices: [String]
  /// Sizes, thresholds and counts; the weights do not depend on them.
  public var settings: RCNNSettings
  public var classes: Int { architecture.classes }
  public let personClass: Int
  /// What AVA's configurations take.
  public var usualScoreThreshold: Double { 0.8 }
  public var convolutions: [Convolution] { network.network.convolutions + head.convolutions }

  private let conventions: RCNNConventions
  private let pixels: PixelConvention
  private let network: RCNNNetwork
  private let head: RCNNBoxHead

  /// - Parameter names: What the weights' tensors are called.
  init(
    _ architecture: RCNNArchitecture, _ library: any RCNNLibrary, _ names: any RCNNNames, _ preset: RCNNPreset,
    weights: WeightReader, notices: [String] = [], engine: Engine
  ) {
    self.architecture = architecture
    name =
      "Faster R-CNN \(architecture.backboneName)-FPN (\(library.name)), \(counted(architecture.classes, "class", plural: "classes"))"
    self.notices = notices + preset.notices
    personClass = preset.personClass
    settings = preset.settings
    conventions = library.conventions
    pixels = preset.pixels
    network = RCNNNetwork(architecture, names, strideAt: preset.strideAt, weights, engine: engine)
    head = RCNNBoxHead(architecture, names, conventions, weights, engine: engine)
  }

  /// A detector with seeded random weights, as Detectron2 has them: for measuring time.
  public convenience init(random seed: UInt64, _ architecture: RCNNArchitecture, engine: Engine) {
    // Deviations keep the numbers small: with means alone those of random weights grow beyond any box.
    self.init(
      architecture, Detectron2Library(), Detectron2Names(),
      RCNNPreset(pixels: .resNeXt, strideAt: architecture.groups > 1 ? 2 : 1), weights: WeightReader(random: seed),
      engine: engine)
  }

  public func objects(in image: Image) throws -> [DetectedObject] {
    let input = try RCNNInput(image, conventions.scaling, pixels, settings)
    let maps = try network(input.map)
    // What is not finite proposes nothing: else nobody would be found, and nothing said.
    if !maps.proposals.allSatisfy(\.isFinite) { throw ObjectDetectorError.notFinite(detector: name) }
    let proposals = RegionProposalSelection(conventions: conventions, settings: settings)(maps.proposals, input)
    let output = try head(maps.pyramid, proposals.map(\.box))
    if !output.scores.array.allSatisfy(\.isFinite) { throw ObjectDetectorError.notFinite(detector: name) }
    return detections(proposals, output, input)
  }

  private func detections(
    _ proposals: [RegionProposal], _ output: RCNNBoxHead.Output, _ input: RCNNInput
  ) -> [DetectedObject] {
    DetectionSelection(conventions: conventions, settings: settings, architecture: architecture)(
      proposals, output, input)
  }

  /// Finds the objects of an image and keeps what each step makes, for a comparison with another implementation.
  public func trace(_ image: Image) throws -> RCNNTrace {
    let input = try RCNNInput(image, conventions.scaling, pixels, settings)
    let maps = try network(input.map, keepingNamed: true)
    var trace = RCNNTrace()
    trace.add("input", input.map)
    for (name, map) in maps.named { trace.add(name, map) }
    for (number, map) in maps.proposals.enumerated() {
      let anchors = PyramidAnchors(
        conventions.anchors, level: number + 2, map: ImageSize(width: map.extent.w, height: map.extent.h),
        padded: input.paddedSize)
      trace.addProposals(map, level: number + 2, anchors)
    }
    trace.proposals = RegionProposalSelection(conventions: conventions, settings: settings)(maps.proposals, input)
    let output = try head(maps.pyramid, trace.proposals.map(\.box), keepingNamed: true)
    for (name, map) in output.named { trace.add(name, map, rows: output.rows) }
    trace.add("class_logits", output.scores, rows: output.rows)
    trace.add("box_deltas", output.deltas, rows: output.rows)
    trace.objects = detections(trace.proposals, output, input)
    return trace
  }

  /// Runs on an image and times every step.
  public func timedLayers(_ image: Image) throws -> [LayerReport] {
    var input: RCNNInput?
    let scaling = try LayerReport(timing: "scale and normalise", output: "", macs: 0, bytes: 0) {
      input = try RCNNInput(image, conventions.scaling, pixels, settings)
    }
    guard let input else { return [] }
    let layers = try network.timedLayers(input.map)
    let maps = try network(input.map)
    var proposals: [RegionProposal] = []
    let choosing = LayerReport(timing: "choose proposals", output: "", macs: 0, bytes: 0) {
      proposals = RegionProposalSelection(conventions: conventions, settings: settings)(maps.proposals, input)
    }
    let (steps, output) = try head.timed(maps.pyramid, proposals.map(\.box))
    let ending = LayerReport(timing: "choose detections", output: "", macs: 0, bytes: 0) {
      _ = detections(proposals, output, input)
    }
    return [scaling] + layers + [choosing] + steps + [ending]
  }
}

extension FeatureMap {
  /// Whether all numbers are, of a map in float32.
  fileprivate var isFinite: Bool {
    (0..<positions).allSatisfy { position in
      (0..<channels).allSatisfy { start[position * pitch + $0].isFinite }
    }
  }
}
