public import Checkpoint
public import Kernels
internal import Tensors
internal import Wording

/// Faster R-CNN with FPN in the form of one library.
public struct RCNNFamily: DetectorFamily {
  let library: any RCNNLibrary

  public static let detectron2 = RCNNFamily(library: Detectron2Library())
  /// Detectron's files, computed as Detectron does, whose boxes FAIR published.
  public static let detectron1 = RCNNFamily(library: Detectron1Library())
  /// Detectron's files, computed as Detectron2 does that is given one; none of `detectorFamilies`, for the boxes differ a
  /// little from published ones.
  public static let detectron1InDetectron2 = RCNNFamily(library: Detectron1Library(reader: .detectron2))
  public static let torchvision = RCNNFamily(library: TorchvisionLibrary())
  public static let mmdetection = RCNNFamily(library: MMDetectionLibrary())
  public static let all: [RCNNFamily] = [detectron2, detectron1, torchvision, mmdetection]

  public var name: String { "Faster R-CNN with FPN of \(library.name)" }

  public func open(
    _ checkpoint: Checkpoint, _ options: DetectorOptions, engine: Engine
  ) throws -> (any ObjectDetector)? {
    try detector(checkpoint, options, engine: engine)
  }

  /// Opens a file of this library's.
  ///
  /// - Returns: nil for another's.
  /// - Throws: `ObjectDetectorError.unsupported` where the network is another, or tensors are missing, of another shape or
  ///   not finite.
  public func detector(
    _ checkpoint: Checkpoint, _ options: DetectorOptions = DetectorOptions(), engine: Engine
  ) throws -> RCNNDetector? {
    let file = RCNNFile(checkpoint: checkpoint, family: name)
    guard let names = try library.names(in: file) else { return nil }
    let architecture = try RCNNArchitecture(file, names, library.conventions.background)
    let weights = WeightReader(checkpoint)
    let detector = RCNNDetector(
      architecture, library, names, library.preset(architecture, in: file), weights: weights,
      notices: checkpoint.notices, engine: engine)
    try check(weights.report, file, names)
    detector.settings.apply(options)
    return detector
  }

  /// The tensors of a network in this library's form: names and shapes in a file that is written today.
  public func tensors(of architecture: RCNNArchitecture) -> [(name: String, shape: [Int])] {
    let (weights, names) = (WeightReader(nil), library.names(of: architecture))
    let engine = Engine(threads: 1)
    _ = RCNNNetwork(architecture, names, strideAt: 1, weights, engine: engine)
    _ = RCNNBoxHead(architecture, names, library.conventions, weights, engine: engine)
    return weights.report.missing.map { ($0.name, Self.stored($0.shape)) }
  }

  /// The shape of a tensor in a file: kernels of pictures are stored without an extent of time.
  private static func stored(_ shape: [Int]) -> [Int] {
    shape.count == 5 ? Array(shape[..<2] + shape[3...]) : shape
  }

  /// Refuses a file whose tensors are not those of the network that was built.
  private func check(_ report: LoadReport, _ file: RCNNFile, _ names: any RCNNNames) throws(ObjectDetectorError) {
    if let first = report.missing.first {
      let more = report.missing.count > 1 ? ", nor are \(counted(report.missing.count - 1, "other"))" : ""
      throw file.unsupported(
        "'\(first.name)' \(first.found.map { "is \($0)" } ?? "is not there")\(more)",
        "give a file of the whole detector, on a ResNet of bottleneck blocks with FPN")
    }
    if let first = report.mismatched.first {
      throw file.unsupported(
        "'\(first.name)' has the shape \(first.fileShape), where its neighbours ask for \(Self.stored(first.modelShape))",
        "give the weights of a ResNet of bottleneck blocks with FPN")
    }
    if let stranger = report.unused.first(where: { name in names.prefixes.contains { name.hasPrefix($0) } }) {
      throw file.unsupported(
        "it has a layer that this network has not: '\(printable(stranger))'",
        "give a detector of plain convolutions: no deformable ones, no group normalisation, no cascade")
    }
    let used = Set(report.unused)
    for entry in file.checkpoint.entries where !used.contains(entry.name) {
      guard let tensor = try? file.checkpoint.tensor(entry.name) else { continue }
      // A sum of products with 0 is 0, or not a number.
      guard tensor.values.reduce(0, { $0 + $1 * 0 }) == 0 else {
        let place = tensor.values.firstIndex { !$0.isFinite } ?? 0
        throw file.unsupported(
          "'\(printable(entry.name))' holds \(tensor.values[place]) at place \(place)",
          "its training diverged or the file is damaged: take an earlier one, or fetch it again")
      }
    }
  }
}
