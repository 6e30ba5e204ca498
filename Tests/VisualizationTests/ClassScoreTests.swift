import NN
import TestSupport
import Tensors
import Testing
import Visualization

struct ClassScoreTests {
  /// Beside differences of the score itself, over two of three rows.
  @Test(arguments: [Activation.softmax, .sigmoid, .none], ClassScore.Kind.allCases)
  func gradientsAreSlopes(_ activation: Activation, _ kind: ClassScore.Kind) {
    let values: [Float] = [0.5, -1, 2, 0.25, 1.5, -0.75, 0.125, 0, -2, 1, -0.5, 0.75]
    let score = ClassScore(kind, activation, rows: 1..<3)
    let (gradient, scale) = score.gradient(of: 2, Tensor([3, 4], values))
    let plain = ClassScore(.probability, kind == .logit ? .none : activation, rows: 1..<3)
    for index in values.indices {
      let step: Float = 1 / 256
      let ends = [-step, step].map { step -> Double in
        var moved = values
        moved[index] += step
        return plain.scores(Tensor([3, 4], moved))[2]
      }
      let slope = (ends[1] - ends[0]) * 128
      #expect(abs(Double(gradient.values[index]) * scale - slope) < 1e-5, "\(index)")
    }
    #expect(gradient.values.map(abs).max() == 1)
  }

  /// A score that is 1 in float32 still says what it depends on.
  @Test func certainScoresHaveGradients() {
    let score = ClassScore(.probability, .softmax, rows: 0..<1)
    let (gradient, scale) = score.gradient(of: 0, Tensor([1, 3], [60, 0, -1]))
    #expect(Float(score.scores(Tensor([1, 3], [60, 0, -1]))[0]) == 1)
    #expect(scale > 0 && scale < 1e-25 && gradient.values[0] == 1 && gradient.values[1] < -0.7)
  }

  @Test func aScoreOfOneClassDependsOnNothing() {
    let (gradient, scale) = ClassScore(.probability, .softmax, rows: 0..<1).gradient(of: 0, Tensor([1, 1], [3]))
    #expect(scale == 0 && gradient.array == [0])
  }
}
