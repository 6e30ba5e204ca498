extension Pose {
  /// One pose of a way, seen nearly from the side.
  private init(
    lean: Double, arms: (Limb, Limb), legs: (Limb, Limb), planted: Double = 1
  ) {
    self.init()
    self.lean = lean
    (nearArm, farArm) = arms
    (nearLeg, farLeg) = legs
    frontal = 0.12
    self.planted = planted
  }

  fileprivate static let uprightFromTheSide = Pose(
    lean: 0.03, arms: (Limb(0.08, 0.2), Limb(-0.04, 0.1)), legs: (Limb(0.07, 0.02), Limb(-0.05, -0.08)))

  fileprivate static let halfSeated = Pose(
    lean: 0.62, arms: (Limb(0.6, 0.95), Limb(0.75, 1.05)), legs: (Limb(0.85, -0.32), Limb(0.75, -0.4)))

  fileprivate static let squatting = Pose(
    lean: 0.3, arms: (Limb(1.1, 1.35), Limb(-0.35, -0.2)), legs: (Limb(1.15, -0.5), Limb(0.95, -0.6)),
    planted: 0.95)

  fileprivate static let onTheBottom = Pose(
    lean: -0.45, arms: (Limb(1.15, 1.5), Limb(-0.75, -0.55)), legs: (Limb(1.75, 0.75), Limb(1.55, 0.95)),
    planted: 0.85)

  fileprivate static let supine = Pose(
    lean: -1.53, arms: (Limb(1.8, 1.72), Limb(-1.75, -1.6)), legs: (Limb(1.53, 1.55), Limb(1.95, 1.15)),
    planted: 0.7)

  fileprivate static let stumbling = Pose(
    lean: 0.55, arms: (Limb(1.15, 1.3), Limb(0.8, 1.1)), legs: (Limb(0.55, -0.55), Limb(0.25, -0.9)),
    planted: 0.9)

  fileprivate static let onAllFours = Pose(
    lean: 1.12, arms: (Limb(0.45, 0.3), Limb(0.65, 0.45)), legs: (Limb(0.35, -1.4), Limb(0.15, -1.45)),
    planted: 0.8)

  fileprivate static let prone = Pose(
    lean: 1.54, arms: (Limb(1.9, 1.62), Limb(1.75, 1.5)), legs: (Limb(-1.5, -1.55), Limb(-1.48, -1.58)),
    planted: 0.7)
}

extension PosePath {
  /// From standing in front of a stool to sitting on it; backwards, from the stool to standing.
  static let toTheSeat = PosePath(poses: [.uprightFromTheSide, .halfSeated, .sitting(nod: 0)])
  /// From standing to lying face up; backwards, from there to standing.
  static let ontoTheBack = PosePath(poses: [.uprightFromTheSide, .squatting, .onTheBottom, .supine])
  /// From standing to lying face down; backwards, from there to standing.
  static let ontoTheFace = PosePath(poses: [.uprightFromTheSide, .stumbling, .onAllFours, .prone])
}
