internal import Glibc
internal import Overlay

/// Where the joints of a posed figure are, in the scene's units.
struct Skeleton {
  var hip: Point
  var neck: Point
  var head: Point
  /// Shoulder, elbow, hand.
  var nearArm: [Point]
  var farArm: [Point]
  /// Hip, knee, ankle, tip of the foot.
  var nearLeg: [Point]
  var farLeg: [Point]
  let stature: Double
  let facing: Double

  /// Shares of the stature; together head, neck, torso, thigh, shin and foot make 1.
  static let (torso, thigh, shin, upperArm, forearm) = (0.30, 0.245, 0.245, 0.165, 0.175)
  static let (headRadius, neckLength, footHeight, footLength) = (0.068, 0.035, 0.035, 0.08)
  /// What is around the joints, in statures: it rests on the ground when the joint is the lowest part.
  private static let (hipRadius, handRadius, kneeRadius) = (0.055, 0.03, 0.035)

  /// Puts a pose on the ground: its lowest part touches it, or is `pose.lift` above.
  ///
  /// - Parameters:
  ///   - anchor: The place on the ground that `pose.planted` speaks of.
  ///   - facing: 1 to the right, -1 to the left.
  init(_ pose: Pose, anchor: Point, stature: Double, facing: Double) {
    self.init(body: pose, stature: stature, facing: facing)
    let low = lowest()
    let x = anchor.x - pose.planted * Skeleton.meanAnkle(pose) * facing * stature
    move(by: Point(x, anchor.y - low - pose.lift * stature))
    nearLeg.append(toe(of: nearLeg, pose.nearLeg, pose.frontal, ground: anchor.y))
    farLeg.append(toe(of: farLeg, pose.farLeg, pose.frontal, ground: anchor.y))
  }

  /// How far the ankles are in front of the hips, in statures.
  static func meanAnkle(_ pose: Pose) -> Double {
    let thighs = sin(pose.nearLeg.upper) + sin(pose.farLeg.upper)
    let shins = sin(pose.nearLeg.lower) + sin(pose.farLeg.lower)
    return (thigh * thighs + shin * shins) / 2
  }

  /// The joints around hips at the origin.
  private init(body pose: Pose, stature: Double, facing: Double) {
    self.stature = stature
    self.facing = facing
    func reach(_ from: Point, _ angle: Double, _ length: Double) -> Point {
      Point(from.x + facing * sin(angle) * length * stature, from.y + cos(angle) * length * stature)
    }
    func chain(_ from: Point, _ limb: Limb, _ first: Double, _ second: Double) -> [Point] {
      let joint = reach(from, limb.upper, first)
      return [from, joint, reach(joint, limb.lower, second)]
    }
    hip = Point(0, 0)
    neck = reach(hip, .pi - pose.lean, Skeleton.torso)
    head = reach(neck, .pi - pose.lean + 0.25 * sin(pose.lean), Skeleton.neckLength + Skeleton.headRadius)
    // From the front, shoulders and hips are wide apart; from the side they nearly cover each other.
    let spread = (0.005 + 0.098 * pose.frontal) * stature * facing
    let pelvis = (0.008 + 0.037 * pose.frontal) * stature * facing
    let (acrossX, acrossY) = (cos(pose.lean), facing * sin(pose.lean))
    let top = Point(neck.x + (hip.x - neck.x) * 0.08, neck.y + (hip.y - neck.y) * 0.08)
    nearArm = chain(
      Point(top.x + spread * acrossX, top.y + spread * acrossY), pose.nearArm, Skeleton.upperArm, Skeleton.forearm)
    farArm = chain(
      Point(top.x - spread * acrossX, top.y - spread * acrossY), pose.farArm, Skeleton.upperArm, Skeleton.forearm)
    nearLeg = chain(Point(hip.x + pelvis, hip.y), pose.nearLeg, Skeleton.thigh, Skeleton.shin)
    farLeg = chain(Point(hip.x - pelvis, hip.y), pose.farLeg, Skeleton.thigh, Skeleton.shin)
  }

  /// The height of the lowest part.
  private func lowest() -> Double {
    var low = max(hip.y, neck.y) + Skeleton.hipRadius * stature
    low = max(low, head.y + Skeleton.headRadius * stature)
    for arm in [nearArm, farArm] { low = max(low, max(arm[1].y, arm[2].y) + Skeleton.handRadius * stature) }
    for leg in [nearLeg, farLeg] {
      low = max(low, leg[1].y + Skeleton.kneeRadius * stature, leg[2].y + Skeleton.footHeight * stature)
    }
    return low
  }

  private mutating func move(by offset: Point) {
    func moved(_ point: Point) -> Point { Point(point.x + offset.x, point.y + offset.y) }
    (hip, neck, head) = (moved(hip), moved(neck), moved(head))
    (nearArm, farArm) = (nearArm.map(moved), farArm.map(moved))
    (nearLeg, farLeg) = (nearLeg.map(moved), farLeg.map(moved))
  }

  /// A foot on the ground lies flat; off the ground, or when the leg lies, it stays at a right angle to the shin.
  private func toe(of leg: [Point], _ limb: Limb, _ frontal: Double, ground: Double) -> Point {
    let ankle = leg[2]
    let height = (ground - ankle.y) / stature - Skeleton.footHeight
    let free = max(min(height / 0.1, 1), min(max((abs(limb.lower) - 0.9) / 0.4, 0), 1))
    let angle = .pi / 2 + limb.lower * free
    let length = Skeleton.footLength * (1 - 0.72 * frontal) * stature
    let flat = (1 - free) * 0.01 * stature
    let tip = Point(ankle.x + facing * sin(angle) * length, ankle.y + cos(angle) * length + flat)
    return Point(tip.x, min(tip.y, ground - 0.022 * stature))
  }
}
