internal import Glibc
public import Imaging

/// The colour changes of contrastive training (`DATA.SSL_COLOR_JITTER`): brightness, contrast, saturation and hue in random
/// order, now and then grey, and with SimCLR's and MoCo v2's recipe (`DATA.SSL_MOCOV2_AUG`) now and then blurred. All frames of
/// a clip are changed alike.
///
/// Source: PySlowFast's color_jitter_video_ssl, with torchvision's ColorJitter on 8-bit pictures. It blurs the frames as one
/// high picture, and by box filters; here each frame is blurred by itself, by a Gaussian.
public struct SelfSupervisedColour: ByteAugmentation {
  /// How far the factors of brightness, contrast and saturation may lie from 1 (`DATA.SSL_COLOR_BRI_CON_SAT`).
  public var brightness: Double
  public var contrast: Double
  public var saturation: Double
  /// How far hues are turned at most, 0.5 being half of the circle (`DATA.SSL_COLOR_HUE`).
  public var hue: Double
  /// How often clips become grey, 0 to 1 (`DATA.COLOR_RND_GRAYSCALE`).
  public var greyProbability: Double
  /// How often colours are changed, and how often clips are blurred; 1 and 0 without `DATA.SSL_MOCOV2_AUG`.
  public var jitterProbability: Double
  public var blurProbability: Double
  /// The deviations of the Gaussian in pixels.
  public var blur = 0.1...2.0

  /// - Parameter isMoCoV2: Whether colours change 8 times of 10, and half of the clips are blurred.
  public init(
    brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4, hue: Double = 0.1,
    greyProbability: Double = 0, isMoCoV2: Bool = false
  ) {
    (self.brightness, self.contrast, self.saturation, self.hue) = (brightness, contrast, saturation, hue)
    self.greyProbability = greyProbability
    (jitterProbability, blurProbability) = isMoCoV2 ? (0.8, 0.5) : (1, 0)
  }

  /// Draws: whether colours change, their order and a factor each; whether grey; whether blurred, and how much.
  public func apply(to clip: inout Clip<Image>, _ draws: inout some Draws) {
    if draws.uniform() < jitterProbability {
      for change in draws.permutation(4) {
        switch change {
        case 0: blend(&clip, factor(brightness, &draws)) { _, _ in 0 }
        case 1:
          let mean = meanGrey(clip)
          blend(&clip, factor(contrast, &draws)) { _, _ in mean }
        case 2: blend(&clip, factor(saturation, &draws)) { $0.grey(at: $1) }
        default: if hue > 0 { turnHues(&clip, draws.uniform(-hue, hue)) }
        }
      }
    }
    if draws.uniform() < greyProbability { blend(&clip, 0) { $0.grey(at: $1) } }
    if draws.uniform() < blurProbability {
      let weights = Self.gaussian(draws.uniform(blur.lowerBound, blur.upperBound))
      for index in clip.frames.indices { clip.frames[index] = clip.frames[index].filtered(by: weights) }
    }
  }

  private func factor(_ amount: Double, _ draws: inout some Draws) -> Double {
    amount == 0 ? 1 : draws.uniform(max(0, 1 - amount), 1 + amount)
  }

  /// `factor` of the way from another picture's level at each pixel to the clip's own.
  private func blend(_ clip: inout Clip<Image>, _ factor: Double, _ level: (Image, Int) -> Int) {
    if factor == 1 { return }
    for index in clip.frames.indices {
      let frame = clip.frames[index]
      for start in stride(from: 0, to: frame.pixels.count, by: 3) {
        let other = Float(level(frame, start))
        for place in start..<start + 3 {
          let value = other + Float(factor) * (Float(frame.pixels[place]) - other)
          clip.frames[index].pixels[place] = UInt8(max(0, min(255, value)))
        }
      }
    }
  }

  /// Of all frames, rounded.
  private func meanGrey(_ clip: Clip<Image>) -> Int {
    var (sum, count) = (0, 0)
    for frame in clip.frames {
      for start in stride(from: 0, to: frame.pixels.count, by: 3) { sum += frame.grey(at: start) }
      count += frame.pixels.count / 3
    }
    return Int(Double(sum) / Double(count) + 0.5)
  }

  private func turnHues(_ clip: inout Clip<Image>, _ turn: Double) {
    for index in clip.frames.indices {
      let (red, blue) = clip.frames[index].order == .bgr ? (2, 0) : (0, 2)
      clip.frames[index].pixels.withUnsafeMutableBufferPointer { pixels in
        for start in stride(from: 0, to: pixels.count, by: 3) {
          let turned = Self.turnedHue(pixels[start + red], pixels[start + 1], pixels[start + blue], turn)
          (pixels[start + red], pixels[start + 1], pixels[start + blue]) = turned
        }
      }
    }
  }

  /// The weights of positions -r to r, of sum 1.
  static func gaussian(_ deviation: Double) -> [Float] {
    let radius = Int((3 * deviation).rounded(.up))
    let weights = (-radius...radius).map { exp(-0.5 * pow(Double($0) / deviation, 2)) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }

  /// A colour with its hue turned by a share of the circle; value and saturation stay.
  public static func turnedHue(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ turn: Double) -> (UInt8, UInt8, UInt8) {
    let (r, g, b) = (Double(red), Double(green), Double(blue))
    let (most, least) = (max(r, g, b), min(r, g, b))
    if most == least { return (red, green, blue) }
    let range = most - least
    // In sixths of the circle, from red on.
    let own =
      most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range
    let hue = own + 6 * turn
    func level(_ offset: Double) -> UInt8 {
      var place = (offset + hue).truncatingRemainder(dividingBy: 6)
      if place < 0 { place += 6 }
      return UInt8((most - range * max(0, min(place, 4 - place, 1))).rounded())
    }
    return (level(5), level(3), level(1))
  }
}

extension Image {
  /// Of the pixel that begins there: 0.299 red, 0.587 green, 0.114 blue.
  fileprivate func grey(at start: Int) -> Int {
    let (red, blue) = order == .bgr ? (2, 0) : (0, 2)
    let sum = Int(pixels[start + red]) * 19595 + Int(pixels[start + 1]) * 38470 + Int(pixels[start + blue]) * 7471
    return (sum + 0x8000) >> 16
  }

  /// Along rows and then along columns; beyond the border the border's pixels go on.
  fileprivate func filtered(by weights: [Float]) -> Image {
    let radius = weights.count / 2
    func pass(_ values: [Float], _ length: Int, _ step: Int, _ lines: [Int]) -> [Float] {
      var result = values
      for first in lines {
        for position in 0..<length {
          var sum: Float = 0
          for (k, weight) in weights.enumerated() {
            sum += weight * values[first + max(0, min(length - 1, position + k - radius)) * step]
          }
          result[first + position * step] = sum
        }
      }
      return result
    }
    let row = width * 3
    let along = pass(pixels.map(Float.init), width, 3, (0..<height).flatMap { y in (0..<3).map { y * row + $0 } })
    let both = pass(along, height, row, Array(0..<row))
    return Image(size: size, order: order, pixels: both.map { UInt8(max(0, min(255, $0.rounded()))) })
  }
}
