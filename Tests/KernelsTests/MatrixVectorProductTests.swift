import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct MatrixVectorProductTests {
  @Test func byHand() {
    let (a, x, y) = (Tensor([2, 3], [1, 2, 3, 4, 5, 6]), Tensor([3], [1, 0, -1]), Tensor([2], [10, 20]))
    addMatrixVectorProduct(
      rows: 2, columns: 3, a: a.storage.pointer, aStride: 3, x: x.storage.pointer, y: y.storage.pointer)
    #expect(y.array == [8, 18])
  }

  /// Rows apart from each other, their surroundings filled with what must be neither read nor written.
  @Test(arguments: 0..<60) func agreesWithTheDefinition(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let (rows, columns, gap) = (pick(1...90), pick(1...300), pick(0...5))
    func numbers(_ count: Int, beyond: Float, stride: Int) -> Storage {
      let storage = Storage(count: count)
      for i in 0..<count {
        storage.pointer[i] = i % (stride + gap) < stride ? Float(generator.uniform(-1, 1)) : beyond
      }
      return storage
    }
    let a = numbers(rows * (columns + gap), beyond: .nan, stride: columns)
    let x = numbers(columns + gap, beyond: .nan, stride: columns)
    let y = numbers(rows + gap, beyond: -7, stride: rows)
    let expected = (0..<rows).map { row in
      Float(
        (0..<columns).reduce(Double(y.pointer[row])) {
          $0 + Double(a.pointer[row * (columns + gap) + $1]) * Double(x.pointer[$1])
        })
    }
    addMatrixVectorProduct(
      rows: rows, columns: columns, a: a.pointer, aStride: columns + gap, x: x.pointer, y: y.pointer)
    let about = "\(rows)x\(columns) gap \(gap) seed \(seed)"
    #expect(difference((0..<rows).map { y.pointer[$0] }, expected, .reassociated, about) == nil)
    #expect((rows..<rows + gap).allSatisfy { y.pointer[$0] == -7 }, "\(about)")
  }
}
