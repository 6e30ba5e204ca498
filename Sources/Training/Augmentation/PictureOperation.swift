internal import Imaging

/// One of RandAugment's operations on 8-bit pictures.
///
/// A new one is a file with a constant of this type, and its entry in ``all``.
public struct PictureOperation: Sendable {
  /// As PySlowFast calls it.
  public let name: String
  /// What a magnitude from 0 to 10 means.
  let argument: Argument
  /// Whether pixels are interpolated, so that it matters how.
  var movesPixels = false
  /// - Parameters: The picture, the argument (0 where there is none), how pixels are interpolated.
  let apply: @Sendable (Image, Double, PillowFilter) -> Image

  /// How an operation's argument grows with the magnitude, of which m is a tenth.
  enum Argument: Sendable {
    case none
    /// start + m x slope.
    case linear(start: Double, slope: Double)
    /// start + m x slope, or start - m x slope half of the time.
    case signed(start: Double = 0, slope: Double)
    /// m x the distance that the setting names, or minus that half of the time.
    case distance
    /// start + m x slope, the product without its fraction.
    case whole(start: Int = 0, slope: Int)

    /// - Parameters:
    ///   - magnitude: 0 to 10.
    ///   - distance: The largest shift in pixels.
    func value(_ magnitude: Double, distance: Double, _ draws: inout some Draws) -> Double {
      let m = magnitude / RandAugment.largestMagnitude
      func signed(_ value: Double, _ draws: inout some Draws) -> Double { draws.uniform() > 0.5 ? -value : value }
      switch self {
      case .none: return 0
      case .linear(let start, let slope): return m * slope + start
      case .signed(let start, let slope): return start + signed(m * slope, &draws)
      case .distance: return signed(m * distance, &draws)
      case .whole(let start, let slope): return Double(start + Int(m * Double(slope)))
      }
    }
  }

  /// All 24.
  public static let all: [PictureOperation] =
    [autoContrast, equalize, invert, rotate]
    + [posterize, posterizeIncreasing, posterizeOriginal, solarize, solarizeIncreasing, solarizeAdd]
    + [colour, colourIncreasing, contrast, contrastIncreasing]
    + [brightness, brightnessIncreasing, sharpness, sharpnessIncreasing]
    + [shearX, shearY, translateX, translateY, translateXRelative, translateYRelative]
}
