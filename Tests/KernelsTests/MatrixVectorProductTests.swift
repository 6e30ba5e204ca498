import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct MatrixVectorProductTests {
  @Test(arguments: InstructionSet.available) func byHand(_ set: InstructionSet) throws {
    let (a, x, y) = (Tensor([2, 3], [1, 2, 3, 4, 5, 6]), Tensor([3], [1, 0, -1]), Tensor([2], [10, 20]))
    try KernelTable(set).rows.addMatrixVectorProduct(
      rows: 2, columns: 3, a: a.storage.pointer, aStride: 3, x: x.storage.pointer, y: y.storage.pointer)
    #expect(y.array == [8, 18])
  }

  /// Without rows nothing is read; without columns nothing is added.
  @Test func nothing() {
    let y = Tensor([2], [10, 20])
    let (rows, start) = (KernelTable.best.rows, y.storage.pointer)
    rows.addMatrixVectorProduct(rows: 0, columns: 3, a: start, aStride: 3, x: start, y: start)
    rows.addMatrixVectorProduct(rows: 2, columns: 0, a: start, aStride: 0, x: start, y: start)
    #expect(y.array == [10, 20])
  }

  /// Rows apart from each other, their surroundings filled with what must be neither read nor written.
  @Test(arguments: 0..<60) func agreesWithTheDefinition(_ seed: Int) throws {
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
    let about = "\(rows)x\(columns) gap \(gap) seed \(seed)"
    let before = Array(UnsafeBufferPointer(start: y.pointer, count: rows + gap))
    var results: [[Float]] = []
    for set in InstructionSet.available {
      y.pointer.update(from: before, count: rows + gap)
      try KernelTable(set).rows.addMatrixVectorProduct(
        rows: rows, columns: columns, a: a.pointer, aStride: columns + gap, x: x.pointer, y: y.pointer)
      results.append((0..<rows).map { y.pointer[$0] })
      #expect((rows..<rows + gap).allSatisfy { y.pointer[$0] == -7 }, "\(about)")
    }
    for result in results {
      #expect(difference(result, expected, .absolute(2e-6), about) == nil)
      #expect(result == results[0], "every instruction set makes the same bits: \(about)")
    }
  }
}
