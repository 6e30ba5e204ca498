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
      // A run that left the ground could not be held.
      #expect(Motion.hold(.run, at: share).pose(at: .init(time: 5)) == Motion.run.pose(at: .init(cycles: share)))
    }
    #expect(
      Motion.hold(.wave, at: 0.3).pose(at: .init(time: 1)) == Motion.hold(.wave, at: 0.3).pose(at: .init(time: 2)))
  }

  /// With as many held poses as moved ones, whoever guesses from single frames is wrong every other time.
  @Test func posesAreHeldAsOftenAsTheyAreMovedThrough() {
    var (moved, held): ([Motion.Rhythm: Int], [Motion.Rhythm: Int]) = ([:], [:])
    for seed in 0..<400 as Range<UInt64> {
      let world = World(seed: seed, seconds: 12)
      for second in 2...10 {
        for person in world.people(at: Double(second)) {
          switch person.motion {
          case .hold(let rhythm, _): held[rhythm, default: 0] += 1
          case .walk: moved[.walk, default: 0] += 1
          case .run: moved[.run, default: 0] += 1
          case .dance: moved[.dance, default: 0] += 1
          case .wave: moved[.wave, default: 0] += 1
          case .clap: moved[.clap, default: 0] += 1
          default: break
          }
        }
      }
    }
    #expect(moved.count == 5 && held.count == 5)
    for (rhythm, count) in moved {
      let odds = Double(held[rhythm] ?? 0) / Double(count)
      #expect(count > 200 && odds > 0.75 && odds < 1.35, "\(rhythm): \(count) moved, \(odds) times as many held")
    }
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
