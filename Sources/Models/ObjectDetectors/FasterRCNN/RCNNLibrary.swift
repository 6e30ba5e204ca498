internal import Imaging

/// A library whose files of Faster R-CNN with FPN are read.
protocol RCNNLibrary: Sendable {
  /// `Detectron2`
  var name: String { get }
  var conventions: RCNNConventions { get }

  /// What a file's tensors are called; nil for a file of another library.
  ///
  /// - Throws: `ObjectDetectorError.unsupported` for a network of this library of another kind.
  func names(in file: RCNNFile) throws(ObjectDetectorError) -> (any RCNNNames)?

  /// What the tensors of a network are called in a file that is written today.
  func names(of architecture: RCNNArchitecture) -> any RCNNNames

  /// What the tensors do not tell.
  func preset(_ architecture: RCNNArchitecture, in file: RCNNFile) -> RCNNPreset
}

/// What a network's weights were trained with, and their tensors do not tell.
struct RCNNPreset: Sendable {
  var pixels: PixelConvention
  /// Which convolution of the first block of a stage has stride 2: 1, or 2, which is 3x3.
  var strideAt: Int
  var settings = RCNNSettings()
  /// The number of the class that is a person: of COCO's the first.
  var personClass = 0
  /// What is assumed and the user should know.
  var notices: [String] = []
}

/// The pixels that several libraries share.
extension PixelConvention {
  /// The backbones of Microsoft Research, as Caffe had them: BGR, means only.
  static let msra = PixelConvention(order: .bgr, mean: [103.53, 116.28, 123.675])
  /// ResNeXt-101-32x8d as Caffe2 had it: BGR with deviations.
  static let resNeXt = PixelConvention(
    order: .bgr, mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395])
}
