internal import Glibc

// The poses that a figure takes on its feet and on a stool. Angles are those of `Limb`.
extension Pose {
  static func standing(sway: Double) -> Pose {
    var pose = Pose()
    pose.frontal = 0.9
    pose.lean = sway
    pose.nearArm = Limb(0.16 + sway, 0.06)
    pose.farArm = Limb(-0.16 + sway, -0.06)
    pose.nearLeg = Limb(0.07, 0.04)
    pose.farLeg = Limb(-0.07, -0.04)
    return pose
  }

  /// Two steps for a full turn of the angle.
  static func gait(
    _ angle: Double, thigh: Double, knee: Double, elbow: Double, lean: Double
  ) -> Pose {
    func leg(_ angle: Double) -> Limb {
      let upper = thigh * sin(angle) + thigh * 0.12
      // The knee folds while the leg swings forward.
      return Limb(upper, upper - 0.1 - knee * max(0, cos(angle - 0.35)))
    }
    func arm(_ angle: Double) -> Limb {
      let upper = -thigh * 0.85 * sin(angle)
      return Limb(upper, upper + elbow)
    }
    var pose = Pose()
    pose.lean = lean
    pose.nearLeg = leg(angle)
    pose.farLeg = leg(angle + .pi)
    pose.nearArm = arm(angle)
    pose.farArm = arm(angle + .pi)
    pose.planted = 0
    return pose
  }

  static func sitting(nod: Double) -> Pose {
    var pose = Pose()
    pose.lean = 0.04 + nod
    pose.nearLeg = Limb(1.42, 0.06)
    pose.farLeg = Limb(1.34, -0.06)
    pose.nearArm = Limb(0.3 + nod, 1.15)
    pose.farArm = Limb(0.42, 1.1)
    pose.frontal = 0.12
    return pose
  }

  static func bending(depth: Double) -> Pose {
    var pose = Pose()
    pose.lean = 1.0 + 0.45 * depth
    pose.nearArm = Limb(0.1 + 0.2 * depth, 0.1)
    pose.farArm = Limb(-0.05 + 0.2 * depth, 0.0)
    pose.nearLeg = Limb(0.06, -0.06)
    pose.farLeg = Limb(-0.08, -0.14)
    return pose
  }

  static func crouching(sway: Double) -> Pose {
    var pose = Pose()
    pose.lean = 0.42 + sway
    pose.nearLeg = Limb(1.75, -0.55)
    pose.farLeg = Limb(1.3, -0.95)
    pose.nearArm = Limb(0.75 + sway, 1.2)
    pose.farArm = Limb(0.55, 1.05)
    pose.frontal = 0.1
    return pose
  }

  /// One jump for a phase from one whole number to the next.
  static func jumping(phase: Double) -> Pose {
    let phase = phase - phase.rounded(.down)
    // The first 45 % of a jump are on the ground: knees bend and stretch; the rest is a parabola.
    let ground = phase < 0.45
    let bend = ground ? sin(.pi * phase / 0.45) : 0
    let air = ground ? 0 : (phase - 0.45) / 0.55
    let height = 4 * air * (1 - air)
    var pose = Pose()
    pose.frontal = 0.85
    pose.lift = 0.24 * height
    pose.nearLeg = Limb(0.1 + 0.75 * bend + 0.2 * height, 0.05 - 0.65 * bend + 0.25 * height)
    pose.farLeg = Limb(-0.1 - 0.75 * bend - 0.2 * height, -0.05 + 0.65 * bend - 0.25 * height)
    pose.nearArm = Limb(0.35 + 2.3 * height, 0.3 + 2.6 * height)
    pose.farArm = Limb(-0.35 - 2.3 * height, -0.3 - 2.6 * height)
    return pose
  }

  /// A sway to either side, in two beats, for a full turn of the angle.
  static func dancing(_ angle: Double) -> Pose {
    let (half, beat) = (sin(angle), sin(2 * angle))
    var pose = Pose()
    pose.frontal = 0.9
    pose.lean = 0.22 * half
    pose.nearArm = Limb(1.7 + 0.5 * half, 2.6 + 0.6 * beat)
    pose.farArm = Limb(-1.7 + 0.5 * half, -2.6 + 0.6 * beat)
    pose.nearLeg = Limb(0.24 - 0.2 * half, 0.05 + 0.12 * beat)
    pose.farLeg = Limb(-0.24 - 0.2 * half, -0.05 + 0.12 * beat)
    return pose
  }

  static func waving(_ angle: Double) -> Pose {
    var pose = standing(sway: 0)
    pose.nearArm = Limb(2.15, 2.95 + 0.55 * sin(angle))
    return pose
  }

  static func clapping(_ angle: Double) -> Pose {
    var pose = standing(sway: 0)
    let apart = 0.5 + 0.5 * cos(angle)
    pose.nearArm = Limb(0.38 + 0.3 * apart, -2.12 - 1.0 * apart)
    pose.farArm = Limb(-0.38 - 0.3 * apart, 2.12 + 1.0 * apart)
    return pose
  }
}
