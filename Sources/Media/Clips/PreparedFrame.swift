public import Imaging
internal import Geometry
internal import Tensors

/// A decoded and resized picture that waits for the clips it belongs to.
///
/// After 8-bit resizing a picture stays in bytes, a quarter of the memory: normalising it is one look-up a value.
public struct PreparedFrame: Sendable {
  enum Pixels: Sendable {
    case bytes(Image)
    case floats(FloatImage)
  }

  let pixels: Pixels

  public var width: Int {
    switch pixels {
    case .bytes(let image): return image.width
    case .floats(let image): return image.size.width
    }
  }

  public var height: Int {
    switch pixels {
    case .bytes(let image): return image.height
    case .floats(let image): return image.size.height
    }
  }
}

extension Preprocessing {
  /// Resizes a BGR picture to the network's input size, as the back end does.
  public func prepare(_ image: Image) -> PreparedFrame {
    let target = inputSize(for: image.size)
    switch backend {
    case .cv2:
      return PreparedFrame(pixels: .bytes(target == image.size ? image : resizeLikeOpenCV(image, to: target)))
    case .pytorch:
      let floats = FloatImage(image)
      return PreparedFrame(pixels: .floats(target == image.size ? floats : resizeBilinear(floats, to: target)))
    }
  }

  /// Normalises a frame into the network's layout: H x W x 3, mirrored and reordered where asked.
  ///
  /// Each value is divided by 255, then the mean is subtracted and the result divided by the deviation, every step
  /// rounded to float32 as the reference does; the channels are still BGR then.
  ///
  /// - Parameter target: H x W x 3 floats.
  func fill(_ target: UnsafeMutablePointer<Float>, from frame: PreparedFrame) {
    switch frame.pixels {
    case .bytes(let image):
      let tables = (0..<3).map { c in (0..<256).map { normalised(Float($0) / 255, channel: c) } }
      place(target, width: image.width, height: image.height) { pixel, c in tables[c][Int(image.pixels[pixel * 3 + c])]
      }
    case .floats(let image):
      place(target, width: image.size.width, height: image.size.height) { pixel, c in
        normalised(image.pixels[pixel * 3 + c], channel: c)
      }
    }
  }

  private func normalised(_ value: Float, channel: Int) -> Float { (value - mean[channel]) / std[channel] }

  /// Writes every pixel's values where mirroring and channel order put them.
  @inline(__always)
  private func place(
    _ target: UnsafeMutablePointer<Float>, width: Int, height: Int, _ value: (_ pixel: Int, _ channel: Int) -> Float
  ) {
    for y in 0..<height {
      for x in 0..<width {
        let source = y * width + (flip ? width - 1 - x : x)
        let pixel = target + (y * width + x) * 3
        for c in 0..<3 { pixel[order == .bgr ? c : 2 - c] = value(source, c) }
      }
    }
  }
}
