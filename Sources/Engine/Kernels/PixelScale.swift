/// What integers of 8 bits stand for in a network's inputs, where these are pixels that were scaled and shifted: integer i
/// for `(i - zero) x step`.
///
/// Where the integers are the pixels' own, nothing is lost, and what lies between two of them is rounded.
public struct PixelScale: Sendable, Equatable {
  public let step: Float
  /// What 0 is in steps from the least number, 0 to 255: no integer in general, padding is the one next to it.
  public let zero: Float

  /// - Parameters:
  ///   - step: Above zero.
  ///   - zero: 0 to 255.
  public init(step: Float, zero: Float) {
    precondition(step > 0 && step.isFinite && 0...255 ~= zero, "integers of pixels reach both sides of 0")
    self.step = step
    self.zero = zero
  }

  /// The pixels from 0 to 1 less a mean, over a standard deviation: `(pixel - mean) / std`.
  ///
  /// - Parameters:
  ///   - mean: By channel; exact where all are alike, as the reference's are.
  ///   - std: By channel, above zero.
  /// - Returns: nil where there is no such range: without channels, or where 0 is not in it.
  public init?(mean: [Float], std: [Float]) {
    let pairs = zip(mean, std).map { (Double($0), Double($1)) }
    guard let least = pairs.map({ -$0.0 / $0.1 }).min(), let most = pairs.map({ (1 - $0.0) / $0.1 }).max() else {
      return nil
    }
    let step = (most - least) / 255
    guard least <= 0, most >= 0, step > 0, step.isFinite else { return nil }
    self.init(step: Float(step), zero: Float(-least / step))
  }

  /// Four bytes of padding.
  var padding: Float { Float(bitPattern: 0x0101_0101 * UInt32(zero.rounded())) }
}
