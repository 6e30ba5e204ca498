internal import Geometry
internal import Glibc
internal import Overlay

extension Figure {
  /// Draws a posed figure and returns the box around all of it, in the canvas's pixels.
  func draw(_ bones: Skeleton, pose: Pose, on canvas: Canvas) -> PixelBox {
    let s = bones.stature
    var extent = Extent()
    func limb(_ points: [Point], _ color: RGBColor, _ width: Double) {
      extent.add(points, radius: width * s * build / 2)
      canvas.stroke(points, Pen(color.mixed(with: .black, 0.35), width: width * s * build + max(1, s * 0.012)))
      canvas.stroke(points, Pen(color, width: width * s * build))
    }
    func arm(_ joints: [Point], shade: Double) {
      limb([joints[1], joints[2]], skin.mixed(with: .black, shade), 0.042)
      let sleeve = Point(
        joints[1].x + (joints[2].x - joints[1].x) * 0.25, joints[1].y + (joints[2].y - joints[1].y) * 0.25)
      limb([joints[0], joints[1], sleeve], shirt.mixed(with: .black, shade), 0.055)
      extent.add([joints[2]], radius: 0.03 * s)
      canvas.fillEllipse(at: joints[2], radiusX: 0.03 * s, radiusY: 0.03 * s, skin.mixed(with: .black, shade))
    }
    func leg(_ joints: [Point], shade: Double) {
      limb(joints, trousers.mixed(with: .black, shade), 0.07)
      let ankle = joints[2]
      let toe = Point(ankle.x + bones.facing * (0.075 - 0.055 * pose.frontal) * s, ankle.y + 0.008 * s)
      limb([Point(ankle.x, ankle.y + 0.008 * s), toe], shoes.mixed(with: .black, shade), 0.048)
    }
    if longHair { drawLongHair(bones, pose, canvas, &extent) }
    let far = 0.28 * (1 - 0.8 * pose.frontal)
    arm(bones.farArm, shade: far)
    leg(bones.farLeg, shade: far)
    leg(bones.nearLeg, shade: 0)
    drawTrunk(bones, pose, canvas, &extent)
    drawHead(bones, pose, canvas, &extent)
    arm(bones.nearArm, shade: pose.frontal > 0.5 ? 0 : 0.08)
    return extent.box
  }

  private func drawTrunk(_ bones: Skeleton, _ pose: Pose, _ canvas: Canvas, _ extent: inout Extent) {
    let s = bones.stature * build
    let (ax, ay) = (cos(pose.lean), bones.facing * sin(pose.lean))
    let shoulder = (0.055 + 0.05 * pose.frontal) * s
    let waist = (0.05 + 0.022 * pose.frontal) * s
    func across(_ p: Point, _ half: Double) -> [Point] {
      [Point(p.x - ax * half, p.y - ay * half), Point(p.x + ax * half, p.y + ay * half)]
    }
    let upper = Point(
      bones.neck.x + (bones.hip.x - bones.neck.x) * 0.1, bones.neck.y + (bones.hip.y - bones.neck.y) * 0.1)
    let outline = across(upper, shoulder * 0.75) + across(bones.hip, waist * 0.8).reversed()
    canvas.stroke([bones.neck, bones.head], Pen(skin.mixed(with: .black, 0.12), width: 0.05 * s))
    let dark = shirt.mixed(with: .black, 0.35)
    let round = 0.05 * s
    canvas.stroke(outline + [outline[0]], Pen(dark, width: round + max(1, s * 0.012)))
    canvas.stroke(outline + [outline[0]], Pen(shirt, width: round))
    canvas.fill(outline, shirt)
    canvas.stroke(across(bones.hip, waist * 0.75), Pen(trousers, width: 0.05 * s))
    extent.add(outline, radius: round / 2)
  }

  private func drawLongHair(_ bones: Skeleton, _ pose: Pose, _ canvas: Canvas, _ extent: inout Extent) {
    let r = Skeleton.headRadius * bones.stature
    let back = Point(bones.head.x - 0.35 * r * bones.facing * (1 - pose.frontal), bones.head.y + 0.45 * r)
    canvas.fillEllipse(at: back, radiusX: r * 1.02, radiusY: r * 1.15, hair)
    extent.add([back], radius: r * 1.1)
  }

  private func drawHead(_ bones: Skeleton, _ pose: Pose, _ canvas: Canvas, _ extent: inout Extent) {
    let r = Skeleton.headRadius * bones.stature
    let side = bones.facing * (1 - pose.frontal)
    let head = bones.head
    func at(_ x: Double, _ y: Double) -> Point { Point(head.x + x * r, head.y + y * r) }
    canvas.fillEllipse(at: at(-0.1 * side, -0.14), radiusX: r * 1.04, radiusY: r * 1.02, hair)
    canvas.fillEllipse(at: at(0.2 * side, 0.16), radiusX: r * 0.82, radiusY: r * 0.86, skin)
    let eye = RGBColor(hex: 0x26201C)
    let front = pose.frontal > 0.5
    for x in front ? [-0.3, 0.3] : [0.62 * side] {
      canvas.fillEllipse(at: at(x, 0.08), radiusX: r * 0.1, radiusY: r * 0.13, eye)
    }
    if !front { canvas.fillEllipse(at: at(1.0 * side, 0.28), radiusX: r * 0.14, radiusY: r * 0.12, skin) }
    extent.add([head, at(-0.1 * side, -0.14)], radius: r * 1.04)
  }
}

/// The smallest box around what has been drawn.
struct Extent {
  var box = PixelBox(x1: .infinity, y1: .infinity, x2: -.infinity, y2: -.infinity)

  mutating func add(_ points: [Point], radius: Double) {
    for point in points {
      box.x1 = min(box.x1, point.x - radius)
      box.y1 = min(box.y1, point.y - radius)
      box.x2 = max(box.x2, point.x + radius)
      box.y2 = max(box.y2, point.y + radius)
    }
  }
}
