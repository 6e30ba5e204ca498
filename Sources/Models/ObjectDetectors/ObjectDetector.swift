public import Geometry
public import Imaging
public import Kernels
public import NN

/// A box that a detector has found.
public struct DetectedObject: Hashable, Sendable {
  /// In pixels of the image that the detector was given.
  public var box: PixelBox
  /// A probability, 0 to 1.
  public var score: Float
  /// The number of its class, from 0, without a background.
  public var classIndex: Int

  public init(box: PixelBox, score: Float, classIndex: Int) {
    self.box = box
    self.score = score
    self.classIndex = classIndex
  }
}

/// A network that finds objects in single images, with its weights.
///
/// Not to be used by two threads at once: the memory of its plans is shared between calls.
public protocol ObjectDetector: AnyObject {
  /// What it is, for reports: `Faster R-CNN R50-FPN (Detectron2)`.
  var name: String { get }
  /// How many classes it tells apart, without a background.
  var classes: Int { get }
  /// Which of them is a person.
  var personClass: Int { get }
  /// From which score on its boxes of people are usually taken.
  var usualScoreThreshold: Double { get }
  /// What the user should know of it, such as people that it is weak at.
  var notices: [String] { get }

  /// The convolutions of its network, for reports of how each is computed.
  var convolutions: [Convolution] { get }

  /// Finds the objects of an image.
  ///
  /// - Parameter image: Of any size, in either order of channels.
  /// - Returns: Falling scores; all that the detector itself lets pass. Empty where nothing is found.
  /// - Throws: `NetworkError`, `ObjectDetectorError` for images that the network cannot take.
  func objects(in image: Image) throws -> [DetectedObject]

  /// Looks at an image and times every step, from scaling it to choosing boxes.
  ///
  /// - Throws: As `objects(in:)`.
  func timedLayers(_ image: Image) throws -> [LayerReport]
}

extension ObjectDetector {
  /// The people of an image at or above a score, falling scores.
  public func people(in image: Image, scoreThreshold: Float) throws -> [DetectedObject] {
    try objects(in: image).filter { $0.classIndex == personClass && $0.score >= scoreThreshold }
  }
}
