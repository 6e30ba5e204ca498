public import Checkpoint
public import Kernels

/// What a user may set of a detector.
public struct DetectorOptions: Sendable {
  /// The short side to which images are scaled, in pixels; nil for the one that the weights were published with. The
  /// most pixels of the longest side follow in proportion.
  public var shortSide: Int?

  public init(shortSide: Int? = nil) { self.shortSide = shortSide }
}

/// A kind of detector in one library's form: which files of weights are its own, and how they are run.
public protocol DetectorFamily: Sendable {
  /// What it is called, for messages.
  var name: String { get }

  /// Opens a file of weights.
  ///
  /// - Returns: nil for a file of another family.
  /// - Throws: `ObjectDetectorError` for one of this family that cannot be run, and says why.
  func open(_ checkpoint: Checkpoint, _ options: DetectorOptions, engine: Engine) throws -> (any ObjectDetector)?
}

/// The families that there are, in the order in which a file is held against them.
public let detectorFamilies: [any DetectorFamily] = RCNNFamily.all + [SSDLiteFamily()]

/// Opens the detector of a file of weights, whose family is told from its content.
///
/// - Throws: `FileError`, `CheckpointError`, `ObjectDetectorError`.
public func openDetector(
  path: String, _ options: DetectorOptions = DetectorOptions(), engine: Engine,
  families: [any DetectorFamily] = detectorFamilies
) throws -> any ObjectDetector {
  let checkpoint = try RefusedDetectors.checkpoint(path)
  for family in families {
    if let detector = try family.open(checkpoint, options, engine: engine) { return detector }
  }
  try RefusedDetectors.check(checkpoint)
  throw ObjectDetectorError.unknownFile(path: path, families: families.map(\.name))
}
