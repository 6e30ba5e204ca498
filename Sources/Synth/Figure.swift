internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

/// How a person looks.
struct Figure {
  var shirt: RGBColor
  var trousers: RGBColor
  var shoes: RGBColor
  var skin: RGBColor
  var hair: RGBColor
  var longHair: Bool
  /// Thickness of body and limbs, 1 for the average.
  var build: Double

  static let shirts: [RGBColor] = [0xD64545, 0x2F7ED8, 0x3FA34D, 0xF2B134, 0x8E5BC0, 0xEF7FA8, 0x20A39E, 0xF3EFE3].map {
    RGBColor(hex: $0)
  }
  static let trouserColors: [RGBColor] = [0x27364F, 0x3B3B40, 0x6B4A32, 0x1E5A5E, 0x55586B].map { RGBColor(hex: $0) }
  static let skins: [RGBColor] = [0xF2CBA8, 0xE0AC7E, 0xB97A4E, 0x8A5534, 0x5E3A25].map { RGBColor(hex: $0) }
  static let hairs: [RGBColor] = [0x2A1D16, 0x5A3A1E, 0xB98A3D, 0x8C8C8C, 0x111114, 0x9A4A22].map { RGBColor(hex: $0) }

  /// Draws the looks of the number `index` of a world: neighbours never wear the same shirt.
  init(index: Int, _ generator: inout SeededGenerator, shirtOffset: Int) {
    func pick(_ colors: [RGBColor]) -> RGBColor { colors[Int(generator.next() % UInt64(colors.count))] }
    shirt = Figure.shirts[(shirtOffset + index * 3) % Figure.shirts.count]
    trousers = pick(Figure.trouserColors)
    shoes = pick([RGBColor(hex: 0x222226), RGBColor(hex: 0xF0F0F0), RGBColor(hex: 0x7A2E2E)])
    skin = pick(Figure.skins)
    hair = pick(Figure.hairs)
    longHair = generator.next() % 2 == 0
    build = generator.uniform(0.88, 1.15)
  }
}

/// Where the joints of a posed figure are, in pixels.
struct Skeleton {
  var hip: Point
  var neck: Point
  var head: Point
  var nearArm: [Point]
  var farArm: [Point]
  var nearLeg: [Point]
  var farLeg: [Point]
  /// Pixels of the standing height.
  let stature: Double
  let facing: Double

  /// Shares of the stature; together head, neck, torso, thigh, shin and foot make 1.
  static let (torso, thigh, shin, upperArm, forearm) = (0.30, 0.245, 0.245, 0.165, 0.175)
  static let (headRadius, neckLength, footHeight) = (0.068, 0.035, 0.035)

  /// Puts a pose on its feet.
  ///
  /// - Parameters:
  ///   - feet: The place on the ground under the hips.
  ///   - facing: 1 to the right, -1 to the left.
  init(_ pose: Pose, feet: Point, stature: Double, facing: Double) {
    self.stature = stature
    self.facing = facing
    func reach(_ from: Point, _ angle: Double, _ length: Double) -> Point {
      Point(from.x + facing * sin(angle) * length * stature, from.y + cos(angle) * length * stature)
    }
    func chain(_ from: Point, _ limb: Limb, _ first: Double, _ second: Double) -> [Point] {
      let joint = reach(from, limb.upper, first)
      return [from, joint, reach(joint, limb.lower, second)]
    }
    func drop(_ limb: Limb) -> Double { Skeleton.thigh * cos(limb.upper) + Skeleton.shin * cos(limb.lower) }
    let height = max(drop(pose.nearLeg), drop(pose.farLeg)) + Skeleton.footHeight + pose.lift
    hip = Point(feet.x, feet.y - height * stature)
    neck = reach(hip, .pi - pose.lean, Skeleton.torso)
    head = reach(neck, .pi - pose.lean * 0.7, Skeleton.neckLength + Skeleton.headRadius)
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
}
