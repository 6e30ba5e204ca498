import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct MatrixProductTests {
  /// A matrix product with strides, its surroundings filled with what must not be touched.
  private func multiply(
    _ rows: Int, _ columns: Int, _ depth: Int, gap: Int, transposed: Bool, seed: UInt64
  ) -> (found: [Float], expected: [Float], untouched: Bool) {
    var generator = SeededGenerator(seed: seed)
    func matrix(_ rows: Int, _ columns: Int) -> Storage {
      let storage = Storage(count: rows * (columns + gap))
      for i in 0..<storage.count { storage.pointer[i] = .nan }
      for r in 0..<rows {
        for c in 0..<columns { storage.pointer[r * (columns + gap) + c] = Float(generator.uniform(-1, 1)) }
      }
      return storage
    }
    let a = matrix(rows, depth)
    let b = transposed ? matrix(columns, depth) : matrix(depth, columns)
    let bStride = (transposed ? depth : columns) + gap
    let c = Storage(count: rows * (columns + gap))
    // What stands in the result before is overwritten, even a NaN.
    for i in 0..<c.count { c.pointer[i] = i % (columns + gap) < columns ? .nan : -7 }
    matrixProduct(
      rows: rows, columns: columns, depth: depth, a: a.pointer, aStride: depth + gap, b: b.pointer, bStride: bStride,
      bTransposed: transposed, c: c.pointer, cStride: columns + gap)
    var (found, expected): ([Float], [Float]) = ([], [])
    for i in 0..<rows {
      for j in 0..<columns {
        let sum = (0..<depth).reduce(0.0) { sum, k in
          let other = transposed ? b.pointer[j * bStride + k] : b.pointer[k * bStride + j]
          return sum + Double(a.pointer[i * (depth + gap) + k]) * Double(other)
        }
        found.append(c.pointer[i * (columns + gap) + j])
        expected.append(Float(sum))
      }
    }
    let around = (0..<c.count).filter { $0 % (columns + gap) >= columns }
    return (found, expected, around.allSatisfy { c.pointer[$0] == -7 })
  }

  @Test func byHand() {
    let a = Tensor([2, 2], [1, 2, 3, 4])
    let b = Tensor([2, 2], [5, 6, 7, 8])
    for (transposed, expected) in [(false, [19, 22, 43, 50]), (true, [17, 23, 39, 53])] as [(Bool, [Float])] {
      let c = Tensor(zeros: [2, 2])
      matrixProduct(
        rows: 2, columns: 2, depth: 2, a: a.storage.pointer, aStride: 2, b: b.storage.pointer, bStride: 2,
        bTransposed: transposed, c: c.storage.pointer, cStride: 2)
      #expect(c.array == expected)
    }
  }

  @Test(arguments: 0..<60) func agreesWithTheDefinition(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let (rows, columns, depth, gap) = (pick(1...40), pick(1...40), pick(1...90), pick(0...5))
    let result = multiply(rows, columns, depth, gap: gap, transposed: seed % 2 == 0, seed: UInt64(seed))
    let about = "\(rows)x\(columns)x\(depth) gap \(gap) seed \(seed)"
    #expect(difference(result.found, result.expected, .reassociated, about) == nil)
    #expect(result.untouched, "\(about)")
  }
}
