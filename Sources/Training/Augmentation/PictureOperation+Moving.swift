internal import Glibc
internal import Geometry
internal import Imaging
internal import Wording

// Operations that move pixels. What comes from outside the picture is grey.
extension PictureOperation {
  /// Up to 30 degrees about the middle, counter-clockwise.
  public static let rotate = PictureOperation(
    name: "Rotate", argument: .signed(slope: 30), movesPixels: true
  ) { image, degrees, filter in
    // By way of 0 to 360 and with 15 decimals, as Pillow computes it.
    let angle = -(degrees < 0 ? degrees + 360 : degrees) * (Double.pi / 180)
    let (cosine, sine) = (rounded(cos(angle), 15), rounded(sin(angle), 15))
    let (x, y) = (Double(image.width) / 2, Double(image.height) / 2)
    return transformLikePillow(
      image,
      AffineMap(
        xx: cosine, xy: sine, x: cosine * -x + sine * -y + x, yx: -sine, yy: cosine, y: -sine * -x + cosine * -y + y),
      by: filter)
  }

  /// By up to 0.3 of the distance from the upper edge.
  public static let shearX = PictureOperation(
    name: "ShearX", argument: .signed(slope: 0.3), movesPixels: true
  ) { image, factor, filter in
    transformLikePillow(image, AffineMap(xy: factor), by: filter)
  }
  /// By up to 0.3 of the distance from the left edge.
  public static let shearY = PictureOperation(
    name: "ShearY", argument: .signed(slope: 0.3), movesPixels: true
  ) { image, factor, filter in
    transformLikePillow(image, AffineMap(yx: factor), by: filter)
  }

  /// By up to the pixels that ``RandAugment/distance`` says.
  public static let translateX = PictureOperation(
    name: "TranslateX", argument: .distance, movesPixels: true
  ) { image, pixels, filter in
    transformLikePillow(image, AffineMap(x: pixels), by: filter)
  }
  public static let translateY = PictureOperation(
    name: "TranslateY", argument: .distance, movesPixels: true
  ) { image, pixels, filter in
    transformLikePillow(image, AffineMap(y: pixels), by: filter)
  }

  /// By up to 0.45 of the width.
  public static let translateXRelative = PictureOperation(
    name: "TranslateXRel", argument: .signed(slope: 0.45), movesPixels: true
  ) { image, share, filter in
    transformLikePillow(image, AffineMap(x: share * Double(image.width)), by: filter)
  }
  /// By up to 0.45 of the height.
  public static let translateYRelative = PictureOperation(
    name: "TranslateYRel", argument: .signed(slope: 0.45), movesPixels: true
  ) { image, share, filter in
    transformLikePillow(image, AffineMap(y: share * Double(image.height)), by: filter)
  }
}
