import Geometry
import Tensors
import Testing
import Tracks

func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox { UnitBox(x1: x1, y1: y1, x2: x2, y2: y2) }

/// A box by its centre, width and height.
func box(at x: Double, _ y: Double, _ width: Double, _ height: Double) -> UnitBox {
  box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
}

private typealias Matrix = [[Double]]

private func times(_ a: Matrix, _ b: Matrix) -> Matrix {
  a.map { row in b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } } }
}
private func plus(_ a: Matrix, _ b: Matrix) -> Matrix { zip(a, b).map { zip($0, $1).map { $0 + $1 } } }
private func transposed(_ a: Matrix) -> Matrix { a[0].indices.map { column in a.map { $0[column] } } }
private func diagonal(_ values: [Double]) -> Matrix {
  values.indices.map { row in values.indices.map { row == $0 ? values[row] : 0 } }
}
private func inverse(_ a: Matrix) -> Matrix {
  // Gauss and Jordan; the matrices are positive definite, so that no pivot is 0.
  var rows = zip(a, diagonal(a.map { _ in 1 })).map { $0 + $1 }
  for pivot in a.indices {
    let scale = rows[pivot][pivot]
    rows[pivot] = rows[pivot].map { $0 / scale }
    for row in rows.indices where row != pivot {
      let factor = rows[row][pivot]
      rows[row] = zip(rows[row], rows[pivot]).map { $0 - factor * $1 }
    }
  }
  return rows.map { Array($0[a.count...]) }
}

/// The filter as the textbooks write it: eight numbers, matrices of 8 x 8.
private struct MatrixFilter {
  var state: Matrix
  var covariance: Matrix
  let noise = MotionNoise()

  init(_ x: Double, _ y: Double, _ aspect: Double, _ height: Double) {
    state = [x, y, aspect, height, 0, 0, 0, 0].map { [$0] }
    let (p, v) = (2 * height / 20, 10 * height / 160 * 30)
    covariance = diagonal([p, p, 1e-2, p, v, v, 1e-5 * 30, v].map { $0 * $0 })
  }

  mutating func predict(_ seconds: Double) {
    var step = diagonal(Array(repeating: 1, count: 8))
    for index in 0..<4 { step[index][index + 4] = seconds }
    let height = state[3][0]
    var added = diagonal(Array(repeating: 0, count: 8))
    for index in 0..<4 {
      let own = index == 2 ? 1e-2 : height / 20
      let speed = index == 2 ? 1e-5 * 30 : height / 160 * 30
      let (p, v) = (own * own * 30, speed * speed * 30)
      added[index][index] = p * seconds + v * seconds * seconds * seconds / 3
      added[index][index + 4] = v * seconds * seconds / 2
      added[index + 4][index] = v * seconds * seconds / 2
      added[index + 4][index + 4] = v * seconds
    }
    state = times(step, state)
    covariance = plus(times(times(step, covariance), transposed(step)), added)
  }

  mutating func correct(_ x: Double, _ y: Double, _ aspect: Double, _ height: Double) {
    let seen = (0..<4).map { row in (0..<8).map { $0 == row ? 1.0 : 0 } }
    let p = state[3][0] / 20
    let spread = plus(times(times(seen, covariance), transposed(seen)), diagonal([p, p, 1e-1, p].map { $0 * $0 }))
    let gain = times(times(covariance, transposed(seen)), inverse(spread))
    let surprise = zip([x, y, aspect, height], times(seen, state)).map { [$0 - $1[0]] }
    state = plus(state, times(gain, surprise))
    let kept = plus(diagonal(Array(repeating: 1, count: 8)), times(gain, seen).map { $0.map { -$0 } })
    covariance = times(kept, covariance)
  }
}

/// The filter of constant velocity: by hand, beside matrices, by what time steps must not change, with tiny boxes.
@Suite struct BoxMotionTests {
  /// A box of height 1 at rest: deviation 2/20, so variance 0.01; after 1/30 s of the noise of a frame and of the unknown speed.
  @Test func byHand() {
    var motion = BoxMotion(box(at: 5, 3, 0.5, 1))
    #expect(motion.velocity == (0, 0) && abs(motion.variance.x - 0.01) < 1e-15)
    motion.predict(1.0 / 30)
    let speed = 10.0 / 160
    let wander = 1.0 / 400 + 1.0 / 160 / 160 / 3
    #expect(abs(motion.variance.x - (0.01 + speed * speed + wander)) < 1e-12)
    // Seen 0.3 to the right: the gain is the variance's share of it and of the measurement's.
    let gain = motion.variance.x / (motion.variance.x + 1.0 / 400)
    motion.correct(box(at: 5.3, 3, 0.5, 1))
    #expect(abs((motion.box.x1 + motion.box.x2) / 2 - (5 + gain * 0.3)) < 1e-12)
    #expect(motion.velocity.x > 0 && motion.velocity.y == 0)
  }

  @Test(arguments: 0..<10) func besideMatrices(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    var (x, y, aspect, height) = (draw(0...10), draw(0...10), draw(0.3...0.6), draw(1...3))
    var motion = BoxMotion(box(at: x, y, aspect * height, height))
    var matrices = MatrixFilter(x, y, aspect, height)
    for _ in 0..<30 {
      let seconds = draw(0...0.3)
      motion.predict(seconds)
      matrices.predict(seconds)
      if draw(0...1) < 0.7 {
        (x, y, aspect, height) = (
          x + draw(-0.2...0.3), y + draw(-0.1...0.1), draw(0.3...0.6), height * draw(0.95...1.05)
        )
        motion.correct(box(at: x, y, aspect * height, height))
        matrices.correct(x, y, aspect, height)
      }
      let state = matrices.state.map { $0[0] }
      let found = motion.box
      let wanted = box(at: state[0], state[1], state[2] * state[3], state[3])
      for (a, b) in [(found.x1, wanted.x1), (found.y1, wanted.y1), (found.x2, wanted.x2), (found.y2, wanted.y2)] {
        #expect(abs(a - b) < 1e-9, "seed \(seed)")
      }
      #expect(abs(motion.velocity.x - state[4]) < 1e-9 && abs(motion.variance.x - matrices.covariance[0][0]) < 1e-9)
    }
  }

  /// Two steps are as one of their length; places and sizes in other units, too.
  @Test func stepsAndUnits() {
    var seen = BoxMotion(box(at: 5, 3, 0.5, 1))
    for frame in 1...5 {
      seen.predict(0.04)
      seen.correct(box(at: 5 + 0.02 * Double(frame), 3, 0.5, 1))
    }
    var (once, twice) = (seen, seen)
    once.predict(0.5)
    twice.predict(0.2)
    twice.predict(0.3)
    #expect(abs(once.box.x1 - twice.box.x1) < 1e-9 && abs(once.variance.x - twice.variance.x) < 1e-3 * once.variance.x)
    var large = BoxMotion(box(at: 500, 300, 50, 100))
    for frame in 1...5 {
      large.predict(0.04)
      large.correct(box(at: 500 + 2 * Double(frame), 300, 50, 100))
    }
    #expect(abs(large.velocity.x - 100 * seen.velocity.x) < 1e-9)
  }

  /// Who walks on evenly is expected where he will be; nobody's size turns round.
  @Test func whereItIsExpected() {
    var motion = BoxMotion(box(at: 0, 0, 0.5, 1))
    for frame in 1...60 {
      motion.predict(1.0 / 30)
      motion.correct(box(at: Double(frame) / 30, 0, 0.5, 1))
    }
    motion.predict(0.5)
    #expect(abs((motion.box.x1 + motion.box.x2) / 2 - 2.5) < 0.02)
    var shrinking = BoxMotion(box(at: 0, 0, 0.5, 1))
    for frame in 1...10 {
      shrinking.predict(1.0 / 30)
      let height = 1 - 0.09 * Double(frame)
      shrinking.correct(box(at: 0, 0, 0.5 * height, height))
    }
    var held = shrinking
    shrinking.predict(5)
    #expect(shrinking.box.isProper)
    held.holdSize()
    let height = held.box.y2 - held.box.y1
    held.predict(5)
    #expect(abs(held.box.y2 - held.box.y1 - height) < 1e-12)
  }
}
