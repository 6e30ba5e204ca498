/// An upper and a lower half of an arm or leg: angles in radians from straight down, positive towards where
/// the figure looks (in a frontal view: to the right).
struct Limb: Hashable, Sendable {
  var upper: Double
  var lower: Double

  init(_ upper: Double, _ lower: Double) {
    self.upper = upper
    self.lower = lower
  }
}

/// The attitude of a figure at one moment; the side nearer to the viewer first.
public struct Pose: Hashable, Sendable {
  /// Of the trunk: 0 upright, positive towards where the figure looks, a quarter turn when it lies.
  var lean = 0.0
  var nearArm = Limb(0.1, 0.15)
  var farArm = Limb(-0.1, -0.05)
  var nearLeg = Limb(0.05, 0.03)
  var farLeg = Limb(-0.05, -0.03)
  /// 0 seen from the side, 1 seen from the front.
  var frontal = 0.0
  /// How far the lowest part of the figure is off the ground, in statures.
  var lift = 0.0
  /// What stays in its place on the ground when the pose changes: 0 the hips, 1 the feet.
  var planted = 1.0

  /// The weighted sum of poses.
  init(mixing poses: [(pose: Pose, weight: Double)]) {
    func sum(_ value: (Pose) -> Double) -> Double { poses.reduce(0) { $0 + value($1.pose) * $1.weight } }
    func sum(_ limb: (Pose) -> Limb) -> Limb { Limb(sum { limb($0).upper }, sum { limb($0).lower }) }
    lean = sum(\.lean)
    (nearArm, farArm) = (sum(\.nearArm), sum(\.farArm))
    (nearLeg, farLeg) = (sum(\.nearLeg), sum(\.farLeg))
    (frontal, lift, planted) = (sum(\.frontal), sum(\.lift), sum(\.planted))
  }

  init() {}

  /// The pose on the way from this one to another: 0 is this one, 1 the other.
  func blended(with other: Pose, _ share: Double) -> Pose { Pose(mixing: [(self, 1 - share), (other, share)]) }
}

/// A way through poses, passed at an even pace that begins and ends softly.
struct PosePath {
  let poses: [Pose]

  var end: Pose { poses[poses.count - 1] }

  /// The pose after a share of the way, 0 to 1; before and beyond that the figure is still.
  func pose(_ share: Double) -> Pose {
    let t = min(max(share, 0), 1)
    // Smoothstep, half and half with an even pace: a fall that starts too softly is not one.
    let eased = 0.5 * t + 0.5 * t * t * (3 - 2 * t)
    let place = eased * Double(poses.count - 1)
    let index = min(Int(place), poses.count - 2)
    let u = place - Double(index)
    // Catmull and Rom's spline, its ends doubled.
    let (a, b, c, d) = (
      poses[max(index - 1, 0)], poses[index], poses[index + 1], poses[min(index + 2, poses.count - 1)]
    )
    let (u2, u3) = (u * u, u * u * u)
    return Pose(mixing: [
      (a, 0.5 * (-u + 2 * u2 - u3)), (b, 0.5 * (2 - 5 * u2 + 3 * u3)), (c, 0.5 * (u + 4 * u2 - 3 * u3)),
      (d, 0.5 * (u3 - u2)),
    ])
  }
}
