import Collectives

/// Memory of numbers for as long as the value lives.
final class Numbers {
  let pointer: UnsafeMutableBufferPointer<Float>

  init(_ values: some Collection<Float>) {
    pointer = .allocate(capacity: values.count)
    _ = pointer.initialize(fromContentsOf: values)
  }

  deinit { pointer.deallocate() }

  var values: [Float] { Array(pointer) }
}

/// Numbers of their own for each rank, parameter and step: whole, so that every sum is exact.
func gradient(_ count: Int, rank: Int, parameter: Int, step: Int = 0) -> [Float] {
  (0..<count).map { Float(($0 &* 7 &+ rank &* 31 &+ parameter &* 13 &+ step &* 5) % 101 - 50) }
}

/// A generator whose numbers a seed repeats.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

struct Mishap: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The error of something: what is expected on a rank's thread would not be known as the test's.
func caught(_ body: () throws -> Void) -> (any Error)? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}
