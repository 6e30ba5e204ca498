import Synth
import Testing

@Suite struct MotionTests {
  /// Exact in binary, so that 1 - (1 - share) is share.
  private let progress = (0...32).map { Double($0) / 32 }

  @Test func gettingUpIsSittingDownBackwards() {
    for share in progress {
      let down = Motion.sitDown.pose(at: .init(progress: share))
      #expect(Motion.standUp.pose(at: .init(progress: 1 - share)) == down)
    }
    #expect(Motion.sitDown.pose(at: .init(progress: 0.2)) != Motion.sitDown.pose(at: .init(progress: 0.8)))
    #expect(Motion.sitDown.pose(at: .init(progress: 1)) == Motion.sit.pose(at: .init(time: 0)))
    #expect((Motion.sitDown.activity, Motion.standUp.activity) == (.sit, .getUp))
  }

  @Test(arguments: [Motion.Fall.onTheBack, .onTheFace])
  func risingIsFallingBackwards(fall: Motion.Fall) {
    for share in progress {
      let down = Motion.fall(fall).pose(at: .init(progress: share))
      #expect(Motion.rise(fall).pose(at: .init(progress: 1 - share)) == down)
    }
    #expect(Motion.fall(fall).pose(at: .init(progress: 1)) == Motion.lie(fall).pose(at: .init()))
    #expect((Motion.fall(fall).activity, Motion.rise(fall).activity) == (.fall, .getUp))
  }

  /// A stopped motion cannot be told from the motion in any single frame.
  @Test func whoStandsStillCanHoldAnyPoseOfWhatMoves() {
    for share in progress {
      let moment = Motion.Moment(time: share)
      #expect(Motion.hold(.wave, at: share * 1.7).pose(at: .init(time: 5)) == Motion.wave.pose(at: moment), "\(share)")
      #expect(Motion.hold(.walk, at: share).pose(at: .init(time: 5)) == Motion.walk.pose(at: .init(cycles: share)))
      #expect(Motion.hold(.clap, at: share).activity == .stand)
    }
    #expect(
      Motion.hold(.wave, at: 0.3).pose(at: .init(time: 1)) == Motion.hold(.wave, at: 0.3).pose(at: .init(time: 2)))
  }

  @Test func labelsChangeOnlyBetweenKeyFrames() {
    var changes = 0
    for seed in 0..<30 as Range<UInt64> {
      let world = World(seed: seed, seconds: 14)
      func activities(_ time: Double) -> [Int: Activity] {
        Dictionary(uniqueKeysWithValues: world.sightings(at: time).map { ($0.id, $0.activity) })
      }
      for second in 1...12 {
        let now = activities(Double(second))
        for shift in [-0.37, -0.2, 0.2, 0.37] {
          for (id, activity) in activities(Double(second) + shift) {
            #expect(now[id] == nil || now[id] == activity, "seed \(seed), second \(second), person \(id)")
          }
        }
        for (id, activity) in activities(Double(second) + 0.63) where now[id] != nil && now[id] != activity {
          changes += 1
        }
      }
    }
    #expect(changes > 200)
  }

  @Test func chainsAreThoseThatABodyCanDo() {
    for seed in 0..<40 as Range<UInt64> {
      let world = World(seed: seed, seconds: 20)
      var before: [Int: Activity] = [:]
      for second in 0...20 {
        for person in world.sightings(at: Double(second)) {
          guard let last = before.updateValue(person.activity, forKey: person.id) else { continue }
          let place = "seed \(seed), second \(second): \(last) then \(person.activity)"
          if person.activity == last { continue }
          switch last {
          case .fall: #expect(person.activity == .lie, "\(place)")
          case .lie, .sit: #expect(person.activity == .getUp, "\(place)")
          default: #expect(person.activity != .lie && (person.activity != .getUp), "\(place)")
          }
        }
      }
    }
  }
}
