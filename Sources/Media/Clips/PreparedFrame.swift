public import Imaging
internal import Geometry
internal import Tensors

/// A decoded and resized image that waits for the clips it belongs to.
///
/// After 8-bit resizing an image stays in bytes, a quarter of the memory: normalising it is one look-up a value.
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
  /// Resizes a BGR image to the network's input size, as the back end does.
  public func prepare(_ image: Image) -> PreparedFrame {
    let target = inputSize(for: image.size)
    switch backend {
    case .cv2:
      return PreparedFrame(pixels: .bytes(target == image.size ? image : resizeLikeOpenCV(image, to: target)))
    case .pillow: return PreparedFrame(pixels: .bytes(resizeLikePillow(image, to: target, by: .cubic)))
    case .pytorch:
      let floats = FloatImage(image)
      return PreparedFrame(pixels: .floats(target == image.size ? floats : resizeBilinear(floats, to: target)))
    }
  }
}
