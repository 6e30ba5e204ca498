public import Geometry

/// How uncertain boxes and their motion are: standard deviations in heights of the box, but for the aspect ratio's.
///
/// The figures of the published trackers (SORT, DeepSORT, ByteTrack) are a frame's, at 30 frames a second. Here
/// they are the same noise in continuous time, so that frames may lie any time apart, and two steps are as one of their length.
public struct MotionNoise: Sendable, Equatable {
  /// Of the centre and the height, measured, and wandering within a frame.
  public var position = 1.0 / 20
  /// Of their velocities, in heights a frame, wandering within a frame.
  public var velocity = 1.0 / 160
  /// Of the aspect ratio (width to height), measured.
  public var aspect = 1e-1
  /// The same, wandering within a frame.
  public var aspectWander = 1e-2
  /// Of its velocity, a frame, wandering within a frame.
  public var aspectVelocity = 1e-5
  /// How long the frames are that the figures speak of, in seconds.
  public var frame = 1.0 / 30

  public init() {}
}

/// Where a box is and how it moves: a Kalman filter of constant velocity over the centre (x, y), the aspect ratio (width to
/// height) and the height.
///
/// No noise mixes these four, and each is moved by its own velocity alone. So the covariance of all eight numbers
/// is four blocks of 2 x 2, and the filter four filters, without any matrix.
public struct BoxMotion: Sendable {
  private var x: Coordinate
  private var y: Coordinate
  private var aspect: Coordinate
  private var height: Coordinate
  private let noise: MotionNoise

  /// The least height and aspect ratio that a prediction may reach: a box that shrank to nothing would never be found again.
  private static let least = 1e-6

  /// Starts at rest.
  ///
  /// - Parameter box: With a positive extent, in units of equal length along both axes.
  public init(_ box: UnitBox, noise: MotionNoise = MotionNoise()) {
    self.noise = noise
    let high = box.y2 - box.y1
    let position = 2 * noise.position * high
    let velocity = 10 * noise.velocity * high / noise.frame
    x = Coordinate((box.x1 + box.x2) / 2, position, velocity)
    y = Coordinate((box.y1 + box.y2) / 2, position, velocity)
    aspect = Coordinate((box.x2 - box.x1) / high, noise.aspectWander, noise.aspectVelocity / noise.frame)
    height = Coordinate(high, position, velocity)
  }

  /// The expected box.
  public var box: UnitBox {
    let high = max(height.value, Self.least)
    let wide = max(aspect.value, Self.least) * high
    return UnitBox(
      x1: x.value - wide / 2, y1: y.value - high / 2, x2: x.value + wide / 2, y2: y.value + high / 2)
  }

  /// How fast the centre moves, in units a second.
  public var velocity: (x: Double, y: Double) { (x.velocity, y.velocity) }

  /// The centre's variances, in units².
  public var variance: (x: Double, y: Double) { (x.variance, y.variance) }

  /// Moves on in time.
  ///
  /// - Parameter seconds: 0 or more.
  public mutating func predict(_ seconds: Double) {
    let high = max(height.value, Self.least)
    let position = squared(noise.position * high) / noise.frame
    let velocity = squared(noise.velocity * high / noise.frame) / noise.frame
    x.predict(seconds, wander: position, velocityWander: velocity)
    y.predict(seconds, wander: position, velocityWander: velocity)
    height.predict(seconds, wander: position, velocityWander: velocity)
    aspect.predict(
      seconds, wander: squared(noise.aspectWander) / noise.frame,
      velocityWander: squared(noise.aspectVelocity / noise.frame) / noise.frame)
  }

  /// Takes in a box that was seen at the present time, with a positive extent.
  public mutating func correct(_ box: UnitBox) {
    let position = squared(noise.position * max(height.value, Self.least))
    let high = box.y2 - box.y1
    x.correct((box.x1 + box.x2) / 2, variance: position)
    y.correct((box.y1 + box.y2) / 2, variance: position)
    aspect.correct((box.x2 - box.x1) / high, variance: squared(noise.aspect))
    height.correct(high, variance: position)
  }

  /// Lets the size stand still: of a person who is not seen it would grow or shrink without end.
  public mutating func holdSize() {
    height.velocity = 0
    aspect.velocity = 0
  }
}

private func squared(_ value: Double) -> Double { value * value }

/// A number and its velocity, with the covariance of the two.
private struct Coordinate {
  var value: Double
  /// A second.
  var velocity = 0.0
  private(set) var variance: Double
  private var covariance = 0.0
  private var velocityVariance: Double

  init(_ value: Double, _ deviation: Double, _ velocityDeviation: Double) {
    self.value = value
    variance = squared(deviation)
    velocityVariance = squared(velocityDeviation)
  }

  /// - Parameters:
  ///   - wander: The variance that the value gains a second by itself.
  ///   - velocityWander: The same of the velocity.
  mutating func predict(_ seconds: Double, wander: Double, velocityWander: Double) {
    value += velocity * seconds
    variance +=
      seconds * (2 * covariance + seconds * velocityVariance) + wander * seconds
      + velocityWander * seconds * seconds * seconds / 3
    covariance += seconds * velocityVariance + velocityWander * seconds * seconds / 2
    velocityVariance += velocityWander * seconds
  }

  mutating func correct(_ measured: Double, variance noise: Double) {
    let total = variance + noise
    let (gain, velocityGain) = (variance / total, covariance / total)
    let surprise = measured - value
    value += gain * surprise
    velocity += velocityGain * surprise
    velocityVariance -= velocityGain * covariance
    covariance *= 1 - gain
    variance *= 1 - gain
  }
}
