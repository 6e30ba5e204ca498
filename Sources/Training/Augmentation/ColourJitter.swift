public import Imaging

/// Changes brightness, contrast and saturation of a clip, in random order, each by a random amount that all frames share.
///
/// Each blends a frame with another of weight 1 - alpha, where alpha is drawn around 1: black, the frame's own mean grey,
/// the grey of each pixel. Nothing is clipped. Draws: the order of those whose amount is not 0, then an alpha each as they
/// come.
public struct ColourJitter: FloatAugmentation {
  /// One of the three changes.
  public enum Change: Sendable, CaseIterable {
    case brightness
    case contrast
    case saturation

    /// Draws alpha from 1 - `amount` to 1 + `amount`, and changes the clip.
    public func apply(_ amount: Double, to clip: inout Clip<FloatImage>, _ draws: inout some Draws) {
      let alpha = 1 + draws.uniform(-amount, amount)
      for index in clip.frames.indices { blend(&clip.frames[index], alpha) }
    }

    private func blend(_ frame: inout FloatImage, _ alpha: Double) {
      let (own, other) = (Float(alpha), Float(1 - alpha))
      switch self {
      case .brightness:
        frame.pixels.withUnsafeMutableBufferPointer { pixels in
          for index in pixels.indices { pixels[index] *= own }
        }
      case .contrast:
        var sum = 0.0
        frame.eachGrey { _, _, grey in sum += Double(grey) }
        let mean = Float(sum / Double(frame.width * frame.height)) * other
        frame.pixels.withUnsafeMutableBufferPointer { pixels in
          for index in pixels.indices { pixels[index] = pixels[index] * own + mean }
        }
      case .saturation:
        frame.eachGrey { pixels, start, grey in
          for index in start..<start + 3 { pixels[index] = pixels[index] * own + grey * other }
        }
      }
    }
  }

  /// How far alpha may lie from 1; 0 leaves a change out.
  public var brightness: Double
  public var contrast: Double
  public var saturation: Double

  public init(brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
  }

  public func apply(to clip: inout Clip<FloatImage>, _ draws: inout some Draws) {
    let amounts = [brightness, contrast, saturation]
    let changes = zip(Change.allCases, amounts).filter { $0.1 != 0 }
    if changes.isEmpty { return }
    for place in draws.permutation(changes.count) {
      let (change, amount) = changes[place]
      change.apply(amount, to: &clip, &draws)
    }
  }
}

extension FloatImage {
  /// Calls back with all values, where each pixel begins and its grey: 0.299 red, 0.587 green, 0.114 blue.
  fileprivate mutating func eachGrey(_ body: (UnsafeMutableBufferPointer<Float>, Int, Float) -> Void) {
    let (red, blue) = order == .bgr ? (2, 0) : (0, 2)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for start in stride(from: 0, to: pixels.count, by: 3) {
        body(pixels, start, 0.299 * pixels[start + red] + 0.587 * pixels[start + 1] + 0.114 * pixels[start + blue])
      }
    }
  }
}
