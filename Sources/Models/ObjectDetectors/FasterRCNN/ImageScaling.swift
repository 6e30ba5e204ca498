internal import Geometry
internal import Imaging

/// How a library brings images to the size that its detectors see: the sizes, and what lies between pixels.
enum ImageScaling: Hashable, Sendable {
  /// Detectron2: 8-bit pixels through Pillow's antialiased filter; both sides rounded, halves up.
  case pillow
  /// Detectron: numbers through OpenCV's bilinear, placed by the factor itself; sides rounded, halves to even.
  case openCVNumbers
  /// torchvision: numbers through PyTorch's bilinear; both sides rounded down.
  case torchNumbers
  /// MMDetection: 8-bit pixels through OpenCV's bilinear; both sides rounded, halves up.
  case openCVPixels

  /// What becomes of an image of a size.
  struct Target: Hashable {
    var size: ImageSize
    /// What the sides were multiplied by before they were rounded.
    var factor: Double
  }

  /// - Returns: A size that may have sides of 0, for images that are thousands of times as long as wide.
  func target(of size: ImageSize, _ settings: RCNNSettings) -> Target {
    let (width, height) = (Double(size.width), Double(size.height))
    let (short, long) = (min(width, height), max(width, height))
    let (least, most) = (Double(settings.shortSide), Double(settings.longestSide))
    switch self {
    case .pillow:
      let factor = least / short
      var sides = width > height ? (factor * width, least) : (least, factor * height)
      if max(sides.0, sides.1) > most {
        let smaller = most / max(sides.0, sides.1)
        sides = (sides.0 * smaller, sides.1 * smaller)
      }
      return Target(size: ImageSize(width: Int(sides.0 + 0.5), height: Int(sides.1 + 0.5)), factor: factor)
    case .openCVNumbers:
      let wanted = least / short
      let factor = (wanted * long).rounded(.toNearestOrEven) > most ? most / long : wanted
      return Target(size: sizeLikeOpenCV(size, scaledBy: factor), factor: factor)
    case .torchNumbers:
      let factor = min(least / short, most / long)
      return Target(size: ImageSize(width: Int(width * factor), height: Int(height * factor)), factor: factor)
    case .openCVPixels:
      let factor = min(most / long, least / short)
      return Target(
        size: ImageSize(width: Int(width * factor + 0.5), height: Int(height * factor + 0.5)), factor: factor)
    }
  }

  /// Scales an image and makes numbers of its pixels.
  ///
  /// - Parameter target: What ``target(of:_:)`` says of the image, with sides of 1 at least.
  func numbers(of image: Image, _ target: Target, _ pixels: PixelConvention) -> FloatImage {
    switch self {
    case .pillow: pixels.numbers(of: resizeLikePillow(image, to: target.size))
    case .openCVNumbers: resizeLikeOpenCV(pixels.numbers(of: image), scaledBy: target.factor)
    case .torchNumbers: resizeBilinear(pixels.numbers(of: image), to: target.size)
    case .openCVPixels: pixels.numbers(of: resizeLikeOpenCV(image, to: target.size))
    }
  }
}
