internal import MicroKernels
internal import Parallel

extension Engine {
  /// Computes the product of a transposed matrix with another one: `output[r, c] (+)= sum over p of left[p, r] x right[p, c]`.
  ///
  /// Pieces are rows of the output, and every sum is taken in order: results do not depend on the number of threads. Up to
  /// five numbers after a left row, and up to a block of registers after a right one, are read.
  ///
  /// - Parameters:
  ///   - left: [count, rows], `leftPitch` floats from a row to the next.
  ///   - right: [count, columns].
  ///   - output: [rows, columns].
  ///   - adds: Whether the output keeps what it holds.
  public func transposedProduct(
    _ left: UnsafePointer<Float>, leftPitch: Int, _ right: UnsafePointer<Float>, rightPitch: Int, count: Int,
    rows: Int, columns: Int, into output: UnsafeMutablePointer<Float>, pitch: Int, adds: Bool
  ) {
    let (block, chunk) = (48, 128)
    let width = (columns + 15) / 16 * 16
    let run = kernels.gradients.outerProducts
    nonisolated(unsafe) let (left, right, output) = (left, right, output)
    pool.forEach((rows + block - 1) / block) { piece, thread in
      let first = piece * block
      let own = min(block, rows - first)
      let memory = scratch(block * width + 4 * chunk, thread)
      memory.update(repeating: 0, count: block * width)
      let addresses = UnsafeMutableRawPointer(memory + block * width).bindMemory(
        to: UnsafePointer<Float>.self, capacity: 2 * chunk)
      for start in stride(from: 0, to: count, by: chunk) {
        let pairs = min(chunk, count - start)
        for pair in 0..<pairs {
          addresses[pair] = left + ((start + pair) * leftPitch + first)
          addresses[chunk + pair] = right + (start + pair) * rightPitch
        }
        run(
          OuterProducts(
            left: addresses, right: addresses + chunk, count: pairs, rows: own, columns: columns, sums: memory,
            pitch: width))
      }
      for row in 0..<own {
        let (from, to) = (memory + row * width, output + (first + row) * pitch)
        if adds {
          for c in 0..<columns { to[c] += from[c] }
        } else {
          to.update(from: from, count: columns)
        }
      }
    }
  }
}
