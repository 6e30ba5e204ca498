import Tensors

/// Makes decimal numbers of all lengths and spellings.
struct TextNumbers {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> String {
    let kind = Int.random(in: 0..<5, using: &generator)
    let value = generator.uniform()
    switch kind {
    case 0: return "\(value)"
    case 1: return "\(Float(value))"
    case 2:
      return digits(Int.random(in: 1...30, using: &generator)) + "e\(Int.random(in: -320...250, using: &generator))"
    case 3: return digits(Int.random(in: 0...22, using: &generator)) + "." + digits(3)
    default: return "-0." + digits(Int.random(in: 1...25, using: &generator))
    }
  }

  private mutating func digits(_ count: Int) -> String {
    (0..<count).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
  }
}
