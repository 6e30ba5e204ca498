internal import Geometry
internal import Glibc
internal import Overlay

extension Figure {
  /// What a posed figure is drawn of, from the back to the front.
  func shapes(_ bones: Skeleton, pose: Pose) -> [Shape] {
    let far = 0.26 * (1 - 0.8 * pose.frontal)
    var shapes = hairStyle == .long ? [longHair(bones, pose)] : []
    shapes += arm(bones.farArm, bones, shade: far)
    shapes += leg(bones.farLeg, bones, pose, shade: far)
    shapes += leg(bones.nearLeg, bones, pose, shade: 0)
    shapes += trunk(bones, pose)
    shapes += head(bones, pose)
    shapes += arm(bones.nearArm, bones, shade: pose.frontal > 0.5 ? 0 : 0.06)
    return shapes
  }

  /// A limb with its dark edge and a lighter streak along its upper left side.
  private func limb(_ points: [Point], _ color: RGBColor, _ width: Double, _ s: Double) -> [Shape] {
    let thick = width * s * build
    let light = points.map { Point($0.x - thick * 0.16, $0.y - thick * 0.12) }
    return [
      .line(points, thick + s * 0.012, color.mixed(with: .black, 0.35)), .line(points, thick, color),
      .line(light, thick * 0.32, color.mixed(with: .white, 0.16)),
    ]
  }

  private func between(_ a: Point, _ b: Point, _ share: Double) -> Point {
    Point(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)
  }

  private func arm(_ joints: [Point], _ bones: Skeleton, shade: Double) -> [Shape] {
    let s = bones.stature
    let (bare, cloth) = (skin.mixed(with: .black, shade), shirt.mixed(with: .black, shade))
    let hand = Shape.ellipse(joints[2], 0.03 * s, 0.03 * s, bare)
    let lower = limb([joints[1], joints[2]], bare, 0.042, s)
    if sleeve < 0 {
      let end = between(joints[0], joints[1], 1 + sleeve)
      return limb([joints[0], joints[1]], bare, 0.046, s) + lower + [hand] + limb([joints[0], end], cloth, 0.056, s)
    }
    let cuff = between(joints[1], joints[2], sleeve)
    return (sleeve < 0.8 ? lower : []) + [hand] + limb([joints[0], joints[1], cuff], cloth, 0.055, s)
  }

  private func leg(_ joints: [Point], _ bones: Skeleton, _ pose: Pose, shade: Double) -> [Shape] {
    let s = bones.stature
    let (bare, cloth) = (skin.mixed(with: .black, shade), bottomColor.mixed(with: .black, shade))
    let foot = limb([joints[2], joints[3]], shoes.mixed(with: .black, shade), 0.045, s)
    let (hip, knee, ankle) = (joints[0], joints[1], joints[2])
    switch bottom {
    case .trousers: return foot + limb([hip, knee, ankle], cloth, 0.07, s)
    case .shorts:
      return foot + limb([hip, knee, ankle], bare, 0.06, s) + limb([hip, between(hip, knee, 0.75)], cloth, 0.078, s)
    case .skirt:
      return foot + limb([hip, knee, ankle], bare, 0.058, s) + limb([hip, between(hip, knee, 0.6)], cloth, 0.085, s)
    }
  }

  private func trunk(_ bones: Skeleton, _ pose: Pose) -> [Shape] {
    let s = bones.stature * build
    let (ax, ay) = (cos(pose.lean), bones.facing * sin(pose.lean))
    let shoulder = (0.055 + 0.05 * pose.frontal) * s
    let waist = (0.05 + 0.022 * pose.frontal) * s
    func across(_ p: Point, _ half: Double) -> [Point] {
      [Point(p.x - ax * half, p.y - ay * half), Point(p.x + ax * half, p.y + ay * half)]
    }
    let upper = between(bones.neck, bones.hip, 0.1)
    let outline = across(upper, shoulder * 0.75) + across(bones.hip, waist * 0.8).reversed()
    let round = 0.05 * s
    let closed = outline + [outline[0]]
    var shapes: [Shape] = []
    if bottom == .skirt { shapes += skirt(bones, across(bones.hip, waist * 1.05)) }
    shapes += [
      .line([bones.neck, bones.head], 0.05 * bones.stature, skin.mixed(with: .black, 0.12)),
      .line(closed, round + bones.stature * 0.012, shirt.mixed(with: .black, 0.35)), .line(closed, round, shirt),
      .polygon(outline, shirt),
    ]
    let light = between(upper, bones.hip, 0.15)
    let lower = between(upper, bones.hip, 0.8)
    let aside = Point(-ax * shoulder * 0.55 * bones.facing, -ay * shoulder * 0.55 * bones.facing)
    shapes.append(
      .line(
        [Point(light.x + aside.x, light.y + aside.y), Point(lower.x + aside.x, lower.y + aside.y)], 0.032 * s,
        shirt.mixed(with: .white, 0.16)))
    if striped { shapes.append(.line(across(between(upper, bones.hip, 0.4), shoulder * 0.8), 0.032 * s, accent)) }
    shapes.append(.line(across(bones.hip, waist * 0.75), 0.05 * s, bottomColor))
    return shapes
  }

  /// The cloth from the waist to half-way down both thighs.
  private func skirt(_ bones: Skeleton, _ waist: [Point]) -> [Shape] {
    let near = between(bones.nearLeg[0], bones.nearLeg[1], 0.72)
    let far = between(bones.farLeg[0], bones.farLeg[1], 0.72)
    // The hem's ends on the side of the waist's ends they belong to: no crossing cloth.
    let hem = (near.x - far.x) * (waist[1].x - waist[0].x) >= 0 ? [near, far] : [far, near]
    let cloth = [waist[0], waist[1]] + hem
    return [.line(cloth + [cloth[0]], 0.045 * bones.stature, bottomColor), .polygon(cloth, bottomColor)]
  }

  private func longHair(_ bones: Skeleton, _ pose: Pose) -> Shape {
    let r = Skeleton.headRadius * bones.stature
    let (x, y) = alongHead(bones, -0.35 * (1 - pose.frontal), 0.45)
    return .ellipse(Point(bones.head.x + x * r, bones.head.y + y * r), r * 1.05, r * 1.1, hair)
  }

  /// A place on the head: `front` towards the face, `down` towards the neck, in radii; the head leans with the neck.
  private func alongHead(_ bones: Skeleton, _ front: Double, _ down: Double) -> (x: Double, y: Double) {
    let (x, y) = (bones.neck.x - bones.head.x, bones.neck.y - bones.head.y)
    let length = hypot(x, y)
    let (ux, uy) = (x / length, y / length)
    return (front * bones.facing * uy + down * ux, -front * bones.facing * ux + down * uy)
  }

  private func head(_ bones: Skeleton, _ pose: Pose) -> [Shape] {
    let r = Skeleton.headRadius * bones.stature
    let side = 1 - pose.frontal
    func at(_ front: Double, _ down: Double) -> Point {
      let (x, y) = alongHead(bones, front, down)
      return Point(bones.head.x + x * r, bones.head.y + y * r)
    }
    func spot(_ front: Double, _ down: Double, _ radius: Double, _ color: RGBColor) -> Shape {
      .ellipse(at(front, down), radius * r, radius * r, color)
    }
    var shapes: [Shape] = []
    if hairStyle == .bun { shapes.append(spot(-0.75 * side, -0.85, 0.42, hair)) }
    let edge = hair.mixed(with: .black, 0.3)
    shapes += [spot(-0.1 * side, -0.12, 1.07, edge), spot(-0.1 * side, -0.12, 1.0, hair)]
    shapes.append(spot(0.2 * side, 0.17, 0.84, skin))
    let front = pose.frontal > 0.5
    if !front { shapes.append(spot(1.0 * side, 0.28, 0.14, skin)) }
    for x in front ? [-0.3, 0.3] : [0.62 * side] {
      shapes += [spot(x, 0.1, 0.17, RGBColor(hex: 0xF4F1EC)), spot(x, 0.1, 0.11, RGBColor(hex: 0x26201C))]
    }
    if hairStyle == .cap {
      let brim = [at(-0.75, -0.42), at(front ? 0.75 : 1.35, -0.42)]
      shapes += [.line([at(-0.5, -0.72), at(0.5, -0.72)], 0.75 * r, accent), .line(brim, 0.26 * r, accent)]
    }
    return shapes
  }
}
