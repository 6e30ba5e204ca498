public import Geometry
public import Imaging

/// How images and boxes become network input, as PySlowFast's AVA test split does it.
public struct Preprocessing: Sendable, Equatable {
  /// Which of the reference's image back ends is followed.
  public enum Backend: String, Sendable {
    /// 8-bit bilinear resizing, boxes clipped to the image.
    case cv2
    /// Float bilinear resizing, boxes clipped to the short side on both axes: the reference's slip, kept so that
    /// results agree.
    case pytorch
    /// 8-bit cubic resizing in which every pixel counts: torchvision's, of Pillow's pictures. Boxes are clipped to the image.
    case pillow

    /// Those that `AVA.IMG_PROC_BACKEND` names.
    public static let ofAVA: [Backend] = [.cv2, .pytorch]

    /// - Parameter name: A value of `AVA.IMG_PROC_BACKEND`; nil for another.
    public init?(ofAVA name: String) {
      guard let own = Self.ofAVA.first(where: { $0.rawValue == name }) else { return nil }
      self = own
    }
  }

  /// How large, from which side and in which part the frame is seen.
  public var view: View
  public var backend: Backend
  /// Per channel of the BGR image (`DATA.MEAN`, `DATA.STD`).
  public var mean: [Float]
  public var std: [Float]
  /// The order of the channels that the network sees.
  public var order: ChannelOrder

  public init(view: View, backend: Backend, mean: [Float], std: [Float], order: ChannelOrder) {
    self.view = view
    self.backend = backend
    self.mean = mean
    self.std = std
    self.order = order
  }

  /// The short side of the network's input.
  public var shortSide: Int { view.shortSide }
  /// Whether clip and boxes are mirrored.
  public var flip: Bool { view.flip }

  /// The size of the network's input for images of a size: the short side as configured, the long one rounded
  /// down; unchanged where the short side already fits.
  public func inputSize(for size: ImageSize) -> ImageSize {
    if size.shortSide == shortSide { return size }
    // Without a rounded ratio between.
    if backend == .pillow {
      return ImageSize(width: size.width * shortSide / size.shortSide, height: size.height * shortSide / size.shortSide)
    }
    return size.scaled(toShortSide: shortSide)
  }

  /// Scales boxes from fractions of the image to pixels of the network's input.
  ///
  /// Both axes are scaled by the ratio of the long sides, as the reference does, then mirrored where asked and clipped.
  /// The view's crop is no part of it, see `counted`.
  public func boxes(_ boxes: [UnitBox], in size: ImageSize) -> [PixelBox] {
    let framed = boxesInFrame(boxes, in: size)
    switch backend {
    case .cv2, .pillow: return framed
    case .pytorch: return framed.map { $0.clipped(maxX: Double(shortSide - 1), maxY: Double(shortSide - 1)) }
    }
  }

  /// The same, clipped to the frame by either back end.
  func boxesInFrame(_ boxes: [UnitBox], in size: ImageSize) -> [PixelBox] {
    let target = inputSize(for: size)
    let byHeight = size.width < size.height
    let factor =
      byHeight
      ? Double(target.height) / Double(size.height) : Double(target.width) / Double(size.width)
    let (right, bottom) = (Double(target.width - 1), Double(target.height - 1))
    return boxes.map { box in
      var pixels = box.pixels(in: size).clipped(maxX: Double(size.width - 1), maxY: Double(size.height - 1))
      if target != size { pixels = scaled(pixels, size, target, factor) }
      if flip {
        (pixels.x1, pixels.x2) = (Double(target.width) - pixels.x2 - 1, Double(target.width) - pixels.x1 - 1)
      }
      return pixels.clipped(maxX: right, maxY: bottom)
    }
  }

  /// The two back ends multiply in a different order, which shows in the last bit.
  private func scaled(_ box: PixelBox, _ size: ImageSize, _ target: ImageSize, _ factor: Double) -> PixelBox {
    if backend != .pytorch { return box.scaled(by: factor) }
    let (new, old) =
      size.width < size.height
      ? (Double(target.height), Double(size.height)) : (Double(target.width), Double(size.width))
    func scale(_ value: Double) -> Double { value * new / old }
    return PixelBox(x1: scale(box.x1), y1: scale(box.y1), x2: scale(box.x2), y2: scale(box.y2))
  }
}
