internal import Glibc

/// An upper and a lower half of an arm or leg: angles in radians from straight down, positive towards where
/// the figure looks (in a frontal view: to the right).
struct Limb {
  var upper: Double
  var lower: Double

  init(_ upper: Double, _ lower: Double) {
    self.upper = upper
    self.lower = lower
  }
}

/// The attitude of a figure at one moment; the side nearer to the viewer first.
struct Pose {
  var lean = 0.0
  var nearArm = Limb(0.1, 0.15)
  var farArm = Limb(-0.1, -0.05)
  var nearLeg = Limb(0.05, 0.03)
  var farLeg = Limb(-0.05, -0.03)
  /// 0 seen from the side, 1 seen from the front.
  var frontal = 0.0
  /// How far the feet are off the ground, in statures.
  var lift = 0.0
  /// Whether there is a stool under the figure: 0 or 1, in between while it comes and goes.
  var seated = 0.0

  /// The pose on the way from this one to another: 0 is this one, 1 the other.
  func blended(with other: Pose, _ share: Double) -> Pose {
    func mix(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    func mix(_ a: Limb, _ b: Limb) -> Limb { Limb(mix(a.upper, b.upper), mix(a.lower, b.lower)) }
    return Pose(
      lean: mix(lean, other.lean), nearArm: mix(nearArm, other.nearArm), farArm: mix(farArm, other.farArm),
      nearLeg: mix(nearLeg, other.nearLeg), farLeg: mix(farLeg, other.farLeg), frontal: mix(frontal, other.frontal),
      lift: mix(lift, other.lift), seated: mix(seated, other.seated))
  }
}

extension Activity {
  /// The pose at a moment.
  ///
  /// - Parameters:
  ///   - time: Seconds.
  ///   - cycles: Gait cycles walked or run so far.
  func pose(at time: Double, cycles: Double) -> Pose {
    switch self {
    case .stand: return standing(time)
    case .walk: return gait(cycles, thigh: 0.48, knee: 0.75, elbow: 0.3, lean: 0.05, bounce: 0)
    case .run: return gait(cycles, thigh: 0.85, knee: 1.5, elbow: 1.45, lean: 0.24, bounce: 0.045)
    case .sit: return sitting(time)
    case .bend: return bending(time)
    case .crouch: return crouching(time)
    case .jump: return jumping(time)
    case .dance: return dancing(time)
    case .wave: return waving(time)
    case .clap: return clapping(time)
    }
  }

  private func standing(_ time: Double) -> Pose {
    var pose = Pose()
    pose.frontal = 0.9
    let sway = 0.02 * sin(time * 1.6)
    pose.lean = sway
    pose.nearArm = Limb(0.16 + sway, 0.06)
    pose.farArm = Limb(-0.16 + sway, -0.06)
    pose.nearLeg = Limb(0.07, 0.04)
    pose.farLeg = Limb(-0.07, -0.04)
    return pose
  }

  private func gait(
    _ cycles: Double, thigh: Double, knee: Double, elbow: Double, lean: Double, bounce: Double
  ) -> Pose {
    let phase = 2 * Double.pi * cycles
    func leg(_ phase: Double) -> Limb {
      let upper = thigh * sin(phase) + thigh * 0.12
      // The knee folds while the leg swings forward.
      let fold = 0.1 + knee * max(0, cos(phase - 0.35))
      return Limb(upper, upper - fold)
    }
    func arm(_ phase: Double) -> Limb {
      let upper = -thigh * 0.85 * sin(phase)
      return Limb(upper, upper + elbow)
    }
    var pose = Pose()
    pose.lean = lean
    pose.nearLeg = leg(phase)
    pose.farLeg = leg(phase + .pi)
    pose.nearArm = arm(phase)
    pose.farArm = arm(phase + .pi)
    pose.lift = bounce * (0.5 - 0.5 * cos(2 * phase))
    return pose
  }

  private func sitting(_ time: Double) -> Pose {
    var pose = Pose()
    let nod = 0.03 * sin(time * 1.3)
    pose.lean = 0.04 + nod
    pose.nearLeg = Limb(1.42, 0.06)
    pose.farLeg = Limb(1.34, -0.06)
    pose.nearArm = Limb(0.3 + nod, 1.15)
    pose.farArm = Limb(0.42, 1.1)
    pose.frontal = 0.15
    pose.seated = 1
    return pose
  }

  private func bending(_ time: Double) -> Pose {
    var pose = Pose()
    let depth = 0.5 - 0.5 * cos(time * 2.4)
    pose.lean = 1.0 + 0.45 * depth
    pose.nearArm = Limb(0.1 + 0.2 * depth, 0.1)
    pose.farArm = Limb(-0.05 + 0.2 * depth, 0.0)
    pose.nearLeg = Limb(0.06, -0.06)
    pose.farLeg = Limb(-0.08, -0.14)
    return pose
  }

  private func crouching(_ time: Double) -> Pose {
    var pose = Pose()
    let sway = 0.05 * sin(time * 1.9)
    pose.lean = 0.42 + sway
    pose.nearLeg = Limb(1.75, -0.55)
    pose.farLeg = Limb(1.3, -0.95)
    pose.nearArm = Limb(0.75 + sway, 1.2)
    pose.farArm = Limb(0.55, 1.05)
    pose.frontal = 0.1
    return pose
  }

  private func jumping(_ time: Double) -> Pose {
    let period = 1.1
    let phase = (time / period) - (time / period).rounded(.down)
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

  private func dancing(_ time: Double) -> Pose {
    let beat = sin(time * 2 * .pi * 1.1)
    let half = sin(time * .pi * 1.1)
    var pose = Pose()
    pose.frontal = 0.9
    pose.lean = 0.2 * beat
    pose.nearArm = Limb(1.7 + 0.5 * half, 2.6 + 0.6 * beat)
    pose.farArm = Limb(-1.7 + 0.5 * half, -2.6 + 0.6 * beat)
    pose.nearLeg = Limb(0.22 - 0.2 * beat, 0.05 + 0.12 * beat)
    pose.farLeg = Limb(-0.22 - 0.2 * beat, -0.05 + 0.12 * beat)
    return pose
  }

  private func waving(_ time: Double) -> Pose {
    var pose = standing(time)
    pose.nearArm = Limb(2.15, 2.95 + 0.55 * sin(time * 2 * .pi * 1.7))
    return pose
  }

  private func clapping(_ time: Double) -> Pose {
    var pose = standing(time)
    let apart = 0.5 + 0.5 * cos(time * 2 * .pi * 1.9)
    pose.nearArm = Limb(0.38 + 0.3 * apart, -2.12 - 1.0 * apart)
    pose.farArm = Limb(-0.38 - 0.3 * apart, 2.12 + 1.0 * apart)
    return pose
  }
}
