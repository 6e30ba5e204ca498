import Foundation
import JSON
import Optimization
import Tensors
import TestSupport
import Testing

private func isNaN(_ tensor: Tensor) -> [Bool] { tensor.values.map(\.isNaN) }

@Suite struct LossTests {
  @Test func crossEntropyByHand() throws {
    // Two classes apart by log 3: probabilities 1/4 and 3/4.
    let logits = Tensor([2, 2], [0, Float(log(3.0)), 5, 5])
    let (value, gradient) = try CrossEntropy().evaluate(logits, .classes([0, 1]))
    #expect(abs(value - (log(4.0) + log(2.0)) / 2) < 1e-7)
    #expect(difference(gradient.array, [-0.375, 0.375, 0.25, -0.25], .rounding) == nil)
  }

  @Test func softCrossEntropyByHand() throws {
    let logits = Tensor([1, 2], [0, Float(log(3.0))])
    // Targets that sum to 3: the softmax is weighted by it.
    let (value, gradient) = try SoftCrossEntropy().evaluate(logits, .soft(Tensor([1, 2], [1, 2])))
    #expect(abs(value - (log(4.0) + 2 * log(4.0 / 3))) < 1e-7)
    #expect(difference(gradient.array, [-0.25, 0.25], .rounding) == nil)
  }

  @Test func binaryCrossEntropyByHand() throws {
    let p = Tensor([2, 2], [0.25, 0.5, 0, 1])
    let (value, gradient) = try BinaryCrossEntropy().evaluate(p, .soft(Tensor([2, 2], [1, 0, 1, 1])))
    // A logarithm of 0 counts -100; the gradient is divided by no less than 1e-12, and by the four numbers.
    #expect(abs(value - (log(4.0) + log(2.0) + 100) / 4) < 1e-7)
    #expect(difference(gradient.array, [-1, 0.5, -2.5e11, 0], .rounding) == nil)
    let halves = try BinaryCrossEntropy().evaluate(Tensor([1, 2], [0, 1]), .soft(Tensor([1, 2], [0.5, 0.5])))
    #expect(halves.value == 50 && halves.gradient.array == [-2.5e11, 2.5e11])
  }

  @Test func logitsByHand() throws {
    let logits = Tensor([1, 4], [0, Float(log(3.0)), 200, -200])
    let (value, gradient) = try BinaryCrossEntropyWithLogits().evaluate(
      logits, .soft(Tensor([1, 4], [1, 0, 0, 0])))
    #expect(abs(value - (log(2.0) + log(4.0) + 200) / 4) < 1e-6)
    #expect(difference(gradient.array, [-0.125, 0.1875, 0.25, 0], .rounding) == nil)
  }

  @Test func squaresByHand() throws {
    let (value, gradient) = try MeanSquaredError().evaluate(
      Tensor([1, 2], [1, 4]), .soft(Tensor([1, 2], [3, 1])))
    #expect(value == 6.5 && gradient.array == [-2, 3])
  }

  /// Losses are summed in Double, so that differences of them are exact enough: inputs are multiples of the step.
  @Test(arguments: losses.map(\.name)) func gradientsAreSlopes(_ name: String) throws {
    let loss = try loss(named: name)
    let (rows, classes, step) = (3, 4, Float(0x1p-8))
    let isProbability = name == "bce"
    let start = drawn([rows, classes], seed: 5, isProbability ? 0.2 : -2, isProbability ? 0.8 : 2)
    let inputs = start.array.map { ($0 / step).rounded() * step }
    let targets: Targets =
      name == "cross_entropy" ? .classes([3, 0, 1]) : .soft(drawn([rows, classes], seed: 6, 0, 1))
    func value(_ index: Int, _ offset: Float) throws -> Double {
      var moved = inputs
      moved[index] += offset
      return try loss.evaluate([Tensor([rows, classes], moved)], targets).value
    }
    func slope(_ index: Int, _ offset: Float) throws -> Double {
      try (value(index, offset) - value(index, -offset)) / (2 * Double(offset))
    }
    let found = try loss.evaluate([Tensor([rows, classes], inputs)], targets).gradients
    #expect(found.map(\.shape) == [[rows, classes]])
    // Two steps make an error of the fourth order of one of the second.
    let expected = try inputs.indices.map { try Float((4 * slope($0, step / 2) - slope($0, step)) / 3) }
    #expect(difference(found[0].array, expected, .absolute(2e-7), name) == nil)
  }

  @Test(arguments: losses.map(\.name)) func meansDoNotDependOnTheOrderOrNumberOfRows(_ name: String) throws {
    let loss = try loss(named: name)
    let row = { (seed: UInt64) in drawn([5], seed: seed, 0.1, 0.9).array }
    func evaluate(_ rows: [UInt64]) throws -> (Double, [Float]) {
      let targets: Targets =
        name == "cross_entropy"
        ? .classes(rows.map { Int($0) % 5 }) : .soft(Tensor([rows.count, 5], rows.flatMap { row($0 + 100) }))
      let result = try loss.evaluate([Tensor([rows.count, 5], rows.flatMap(row))], targets)
      return (result.value, result.gradients[0].array)
    }
    let (value, gradient) = try evaluate([1, 2, 3])
    let (turned, turnedGradient) = try evaluate([3, 1, 2])
    #expect(abs(turned - value) < 1e-14)
    #expect(turnedGradient == Array(gradient[10...] + gradient[..<10]))
    let (twice, twiceGradient) = try evaluate([1, 2, 3, 1, 2, 3])
    #expect(abs(twice - value) < 1e-14)
    #expect(difference(twiceGradient.prefix(15).map { 2 * $0 }, gradient, .rounding) == nil)
  }

  @Test func lossesAgreeWhereTheyAreTheSame() throws {
    let logits = drawn([4, 6], seed: 9, -3, 3)
    let classes = [5, 0, 2, 2]
    let ones = Tensor([4, 6], (0..<24).map { classes[$0 / 6] == $0 % 6 ? 1 : 0 })
    let hard = try CrossEntropy().evaluate(logits, .classes(classes))
    for targets in [Targets.classes(classes), .soft(ones)] {
      let soft = try SoftCrossEntropy().evaluate(logits, targets)
      #expect(abs(soft.value - hard.value) < 1e-14 && soft.gradient.array == hard.gradient.array)
    }
    // Adding a number to all logits of a row changes nothing.
    let moved = try CrossEntropy().evaluate(Tensor([4, 6], logits.array.map { $0 + 64 }), .classes(classes))
    #expect(abs(moved.value - hard.value) < 1e-5)
    // The sigmoid before one loss is within the other: its slope p(1 - p) joins their gradients.
    let p = logits.array.map { 1 / (1 + exp(-Double($0))) }
    let before = try BinaryCrossEntropyWithLogits().evaluate(logits, .soft(ones))
    let after = try BinaryCrossEntropy().evaluate(Tensor([4, 6], p.map(Float.init)), .soft(ones))
    #expect(abs(before.value - after.value) < 1e-6)
    let through = zip(after.gradient.array, p).map { $0 * Float($1 * (1 - $1)) }
    #expect(difference(through, before.gradient.array, .rounding) == nil)
  }

  @Test func notANumberAndInfinityAreAsInPyTorch() throws {
    let bad = Tensor([2, 2], [.nan, 0, 1, 2])
    let (value, gradient) = try CrossEntropy().evaluate(bad, .classes([1, 0]))
    #expect(value.isNaN && isNaN(gradient) == [true, true, false, false])
    let infinite = try CrossEntropy().evaluate(Tensor([1, 2], [.infinity, 0]), .classes([0]))
    #expect(infinite.value.isNaN && isNaN(infinite.gradient) == [true, true])
    // A class without any probability costs infinitely much, with a gradient that is finite.
    let impossible = try CrossEntropy().evaluate(Tensor([1, 2], [-.infinity, 0]), .classes([0]))
    #expect(impossible.value == .infinity && impossible.gradient.array == [-1, 1])
    let soft = try SoftCrossEntropy().evaluate(Tensor([1, 2], [-.infinity, 0]), .soft(Tensor([1, 2], [0, 1])))
    #expect(soft.value.isNaN && soft.gradient.array == [0, 0])
    let logit = BinaryCrossEntropyWithLogits()
    #expect(try logit.evaluate(Tensor([1, 1], [.nan]), .soft(Tensor([1, 1], [1]))).value.isNaN)
    let sure = try logit.evaluate(Tensor([1, 1], [.infinity]), .soft(Tensor([1, 1], [1])))
    #expect(sure.value.isNaN && sure.gradient.array == [0])
    let wrong = try logit.evaluate(Tensor([1, 1], [.infinity]), .soft(Tensor([1, 1], [0])))
    #expect(wrong.value == .infinity && wrong.gradient.array == [1])
  }

  @Test func whatCannotBeComputedIsRefused() throws {
    let p = Tensor([2, 2], [0.5, 0.5, .nan, 0.5])
    #expect(
      refusal { _ = try BinaryCrossEntropy().evaluate(p, .soft(Tensor(zeros: [2, 2]))) }
        == "the loss bce, row 1, class 0: the output is nan, expected a probability -> the training has diverged: lower"
        + " SOLVER.BASE_LR or set SOLVER.CLIP_GRAD_L2NORM")
    let logits = Tensor([1, 2], [0.5, 1.5])
    #expect(
      refusal { _ = try BinaryCrossEntropy().evaluate(logits, .soft(Tensor(zeros: [1, 2]))) }
        == "the loss bce, row 0, class 1: the output is 1.5, expected a probability -> set MODEL.LOSS_FUNC to bce_logit"
        + " for outputs without a sigmoid")
    #expect(
      refusal { _ = try BinaryCrossEntropy().evaluate(Tensor(zeros: [1, 2]), .soft(logits)) }
        == "the loss bce, row 0, class 1: the target is 1.5, expected 0 to 1 -> repair the labels")
    #expect(
      refusal { _ = try CrossEntropy().evaluate(logits, .classes([2])) }
        == "the loss cross_entropy, row 0: the class is 2, expected 0 to 1 -> set MODEL.NUM_CLASSES to the number of"
        + " classes, and number them from 0")
    #expect(refusal { _ = try CrossEntropy().evaluate(logits, .classes([-100])) } != nil)
    let choice =
      " -> set the MODEL.LOSS_FUNC that fits the labels: cross_entropy for one class a row, bce or bce_logit for several,"
      + " soft_cross_entropy for mixed labels"
    #expect(
      refusal { _ = try CrossEntropy().evaluate(logits, .soft(logits)) }
        == "the loss cross_entropy: the targets are numbers 1x2, expected 1 class" + choice)
    #expect(
      refusal { _ = try CrossEntropy().evaluate(logits, .classes([0, 1])) }
        == "the loss cross_entropy: the targets are 2 classes, expected 1 class" + choice)
    #expect(
      refusal { _ = try BinaryCrossEntropyWithLogits().evaluate(logits, .soft(Tensor(zeros: [2, 1]))) }
        == "the loss bce_logit: the targets are numbers 2x1, expected numbers 1x2" + choice)
    #expect(
      refusal { _ = try SoftCrossEntropy().evaluate(logits, .none) }
        == "the loss soft_cross_entropy: the targets are none, expected numbers 1x2" + choice)
    for loss in losses {
      #expect(
        refusal { _ = try loss.evaluate([Tensor(zeros: [0, 3])], .classes([])) }
          == "the loss \(loss.name): outputs of shape 0x3 have no mean -> leave batches without boxes or clips out")
      #expect(
        refusal { _ = try loss.evaluate([Tensor(zeros: [3])], .classes([])) }
          == "the loss \(loss.name): outputs of shape 3, expected rows x classes -> give each box or clip a row")
      #expect(
        refusal { _ = try loss.evaluate([logits, logits], .none) }
          == "the loss \(loss.name): 2 outputs, expected 1 -> set another MODEL.LOSS_FUNC")
    }
  }

  @Test func names() throws {
    #expect(losses.map(\.name) == ["cross_entropy", "soft_cross_entropy", "bce", "bce_logit", "mse"])
    #expect(losses.allSatisfy { $0.outputCount == 1 })
    let known = "cross_entropy, soft_cross_entropy, bce, bce_logit or mse"
    #expect(
      refusal { _ = try loss(named: "bce_logits") }
        == "MODEL.LOSS_FUNC is 'bce_logits', expected \(known) -> did you mean bce_logit?")
    #expect(refusal { _ = try loss(named: "x") } == "MODEL.LOSS_FUNC is 'x', expected \(known) -> set one of them")
  }

  @Test(.enabled(if: hasGolden, "the shared golden cases are not here")) func pySlowFastsNumbers() throws {
    let cases = try readGolden("losses/losses.json").values
    #expect(cases.count == 8)
    for golden in cases {
      let name = golden["name"]!.string
      let targets = golden["targets"]!
      let isOfClasses = targets.values.first!.values.isEmpty
      let result = try loss(named: golden["loss_function"]!.string).evaluate(
        [golden["inputs"]!.rows], isOfClasses ? .classes(targets.ints) : .soft(targets.rows))
      #expect(relativeDifference(result.value, golden["loss"]!.double, 1e-6, name) == nil)
      let found = result.gradients[0].array.map(Double.init)
      #expect(relativeDifference(found, golden["gradient"]!.floats.map(Double.init), 1e-6, name) == nil)
    }
  }
}
